//! `GET /udf/time`: the server's clock, in Unix seconds, as plain text.

use api_kit::clock;
use axum::{
    http::header,
    response::{IntoResponse as _, Response},
};

/// The server's clock, in Unix seconds, as plain text.
#[utoipa::path(
    get,
    path = "/time",
    operation_id = "udfTime",
    tag = "udf",
    responses((status = 200, description = "Digits.", body = String, content_type = "text/plain"))
)]
pub(super) async fn get() -> Response {
    let now = clock::unix().as_secs();
    ([(header::CACHE_CONTROL, "no-store")], now.to_string()).into_response()
}
