//! `GET /udf/time`: the server's clock, in Unix seconds, as plain text.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::{
    http::header,
    response::{IntoResponse as _, Response},
};

pub(super) async fn get() -> Response {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    ([(header::CACHE_CONTROL, "no-store")], now.to_string()).into_response()
}
