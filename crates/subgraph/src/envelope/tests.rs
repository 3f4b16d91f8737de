//! Bodies.

use super::*;

#[test]
fn bodies_of_requests() {
    let read = |body: &str| Request::from_body(body.as_bytes());
    let body = r#"{ "query": "{ a }", "variables": { "x": 1 }, "operationName": "B", "more": [] }"#;
    let request = read(body).unwrap();
    assert_eq!((request.query.as_str(), &request.variables["x"]), ("{ a }", &json!(1)));
    for body in [r#"{"query":""}"#, r#"{"query":"","variables":null}"#] {
        assert!(read(body).unwrap().variables.is_empty());
    }
    for (body, wanted) in [
        ("", "the body is not JSON"),
        ("[]", "the body is not an object"),
        ("{}", "the member `query` is missing"),
        (r#"{"query":1}"#, "`query` is not a string"),
        (r#"{"query":"","variables":[]}"#, "`variables` is not an object"),
    ] {
        let refused = read(body).unwrap_err();
        assert!(refused.starts_with(wanted), "{refused}");
    }
}

#[test]
fn bodies_of_answers_have_data_or_errors() {
    assert_eq!(body(&Ok("{\"a\":1}".to_owned())), "{\"data\":{\"a\":1}}");
    let with_position = QueryError { message: "a \"b\"".to_owned(), position: Some((2, 3)) };
    let told = body(&Err(vec![with_position, QueryError::new("c")]));
    let told: Json = serde_json::from_str(&told).unwrap();
    let errors = json!([{ "message": "a \"b\"", "locations": [{ "line": 2, "column": 3 }] }, { "message": "c" }]);
    assert_eq!(told, json!({ "errors": errors }));
}
