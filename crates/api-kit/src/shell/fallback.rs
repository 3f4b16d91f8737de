//! Answers outside every route.

use axum::http::{Method, StatusCode, Uri};

use crate::problem::Problem;

pub(super) async fn unknown_path(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    Problem::not_found("NOT_FOUND", format!("there is nothing at {path}"))
}

pub(super) async fn wrong_method(method: Method, uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        format!("{path} does not take {method}; see the Allow header"),
    )
}
