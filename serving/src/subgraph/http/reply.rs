//! Answers and refusals in the shapes of the reference.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use subgraph::{Answer, entities::BlockInfo, envelope};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Whether two servers at the same block would say the same.
const ATTESTABLE: HeaderName = HeaderName::from_static("graph-attestable");
/// The newest block that the answer could have been of.
const INDEXED: HeaderName = HeaderName::from_static("graph-indexed");

/// An answer of a subgraph.
pub(super) fn answered(answer: &Answer, newest: Option<&BlockInfo>) -> Response {
    let mut response = written(StatusCode::OK, envelope::body(answer));
    let headers = response.headers_mut();
    let is_attestable = if answer.is_ok() { "true" } else { "false" };
    headers.insert(ATTESTABLE, HeaderValue::from_static(is_attestable));
    if let Some(told) = newest.and_then(|block| HeaderValue::try_from(indexed(block)).ok()) {
        headers.insert(INDEXED, told);
    }
    response
}

/// A block as a header tells it.
pub(super) fn indexed(block: &BlockInfo) -> String {
    let BlockInfo { number, hash, timestamp, .. } = block;
    json!({ "hash": hash.to_string(), "number": number, "timestamp": timestamp }).to_string()
}

/// A request that cannot be read.
pub(super) fn refused(status: StatusCode, text: &str) -> Response {
    written(status, json!({ "error": text }).to_string())
}

/// A path of nothing. The reference says so with the status 200; monitors and caches would believe it.
pub(super) fn not_found() -> Response {
    written(StatusCode::NOT_FOUND, json!({ "message": "Not found" }).to_string())
}

/// Sends on to a path of ours.
pub(super) fn found(path: &str) -> Response {
    match HeaderValue::try_from(path) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Err(_) => not_found(),
    }
}

/// A text that is JSON.
pub(super) fn written(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, JSON)], body).into_response()
}
