//! Reading what is asked.

use api_kit::shell::BODY_LIMIT;
use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest as _, Request},
    http::{StatusCode, header},
    response::Response,
};
use subgraph::Request as Asked;

use super::reply;

/// The document and its variables, or the refusal. Nothing but a `Content-Type` is asked for, of whatever type.
pub(super) async fn read(mut request: Request) -> Result<Asked, Response> {
    let refused = |status: StatusCode, text: &str| Err(reply::refused(status, text));
    if !request.headers().contains_key(header::CONTENT_TYPE) {
        return refused(StatusCode::BAD_REQUEST, "Content-Type header is required");
    }
    DefaultBodyLimit::max(BODY_LIMIT).apply(&mut request);
    let body = match Bytes::from_request(request, &()).await {
        Ok(body) => body,
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let text = format!("the body is larger than {BODY_LIMIT} bytes");
            return refused(StatusCode::PAYLOAD_TOO_LARGE, &text);
        }
        Err(error) => return refused(StatusCode::BAD_REQUEST, &error.body_text()),
    };
    if body.is_empty() {
        return refused(StatusCode::BAD_REQUEST, "Body is required");
    }
    Asked::from_body(&body).or_else(|text| refused(StatusCode::BAD_REQUEST, &text))
}
