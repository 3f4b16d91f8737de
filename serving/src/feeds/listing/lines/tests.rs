//! Pages out of a text.

use serde_json::{Value, json};

use super::*;

fn parsed(text: &Bytes) -> Value {
    serde_json::from_slice(text).unwrap()
}

#[test]
fn pages_are_the_rows_that_were_asked_for() {
    let rows = ["a", "b,]", "\"c\"", "d"];
    let list = Lines::list(rows).unwrap();
    assert_eq!(list.text, r#"["a","b,]","\"c\"","d"]"#);
    for skip in 0..6 {
        for limit in [0, 1, 2, 3, 4, 5, usize::MAX] {
            let wanted: Vec<_> = rows.into_iter().skip(skip).take(limit).collect();
            assert_eq!(parsed(&list.part(skip, limit)), json!(wanted), "{skip} {limit}");
        }
    }
    let map = Lines::map(rows.map(|row| (format!("{row}!"), row))).unwrap();
    assert_eq!(parsed(&map.part(1, 2)), json!({ "b,]!": "b,]", "\"c\"!": "\"c\"" }));
    assert_eq!(parsed(&map.part(9, 2)), json!({}));
    assert_eq!(parsed(&map.part(0, 9)).as_object().unwrap().len(), 4);
}

#[test]
fn nothing_has_no_rows() {
    let list = Lines::list::<u8>([]).unwrap();
    assert_eq!((list.part(0, 9), list.part(3, 1)), ("[]".into(), "[]".into()));
    assert_eq!(Lines::map::<u8>([]).unwrap().part(0, usize::MAX), "{}");
}
