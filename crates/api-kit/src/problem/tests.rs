//! The wire form of problems.

use axum::{
    body::to_bytes,
    http::{StatusCode, header},
    response::IntoResponse,
};
use serde_json::{Value, json};

use super::Problem;

#[tokio::test]
async fn a_problem_is_a_document_of_its_own_media_type() {
    let response = Problem::not_found("POOL_UNKNOWN", "no such pool").into_response();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    let body: Value =
        serde_json::from_slice(&to_bytes(response.into_body(), 10_000).await.unwrap()).unwrap();
    assert_eq!(
        body,
        json!({"type": "about:blank", "title": "Not Found", "status": 404, "code": "POOL_UNKNOWN", "detail": "no such pool"})
    );
}

#[test]
fn a_passing_problem_says_when_to_come_back() {
    let response = Problem::unavailable("NOT_READY", "wait").into_response();
    assert_eq!(response.headers()[header::RETRY_AFTER], "1");
}

#[test]
fn graphql_errors_carry_the_code() {
    let error = async_graphql::Error::from(Problem::bad_request("AMOUNT_INVALID", "zero"));
    assert_eq!(error.message, "zero");
    let extensions = error.extensions.unwrap();
    assert_eq!(extensions.get("code"), Some(&async_graphql::Value::from("AMOUNT_INVALID")));
}

#[test]
fn a_problem_may_say_more() {
    let problem = Problem::unprocessable("AMOUNT_TOO_LARGE", "less").with("largestAmount", "7");
    let body = serde_json::to_value(&problem).unwrap();
    assert_eq!(
        body,
        json!({"type": "about:blank", "title": "Unprocessable Entity", "status": 422, "code": "AMOUNT_TOO_LARGE",
            "detail": "less", "largestAmount": "7"})
    );
    let extensions = async_graphql::Error::from(problem).extensions.unwrap();
    assert_eq!(extensions.get("largestAmount"), Some(&async_graphql::Value::from("7")));
}
