//! JSON as it is, beside what the library makes of it.

use serde::Serialize;

use super::*;

/// A text that is JSON.
struct Json(&'static str);

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.0, serializer)
    }
}

#[test]
fn it_stands_there_as_it_is() {
    let list = [Json("[1,2.50]"), Json("{\"a\": null}")];
    assert_eq!(serde_json::to_string(&list).unwrap(), "[[1,2.50],{\"a\": null}]");
    let value = serde_json::to_value(Json("[1,\"b\"]")).unwrap();
    assert_eq!(value, serde_json::json!([1, "b"]));
}
