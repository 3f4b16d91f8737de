//! JSON-RPC by HTTP.

use std::time::Duration;

use alloy::transports::http::reqwest::{self, StatusCode, header};
use alloy_primitives::bytes::Bytes;

use crate::error::{ChainError, Fault};

/// Longest wait for one answer.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection pool to one URL.
#[derive(Debug)]
pub(crate) struct Http {
    client: reqwest::Client,
    url: reqwest::Url,
}

impl Http {
    pub(crate) fn new(url: reqwest::Url) -> Result<Self, ChainError> {
        let client = reqwest::Client::builder()
            .timeout(REQUEST_TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|error| ChainError::Unavailable(error.to_string()))?;
        Ok(Self { client, url })
    }

    pub(crate) async fn send(&self, method: &str, body: String) -> Result<Bytes, Fault> {
        let request = self
            .client
            .post(self.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .body(body);
        let failed = |error: &reqwest::Error| fault(method, error);
        let response = request.send().await.map_err(|error| failed(&error))?;
        let status = response.status();
        let wait = response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|wait| wait.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
        let text = response.bytes().await.map_err(|error| failed(&error))?;
        if status.is_success() { Ok(text) } else { refused(status, wait, text) }
    }
}

/// An HTTP status other than success. Many providers send JSON-RPC errors with it, which say more.
fn refused(status: StatusCode, wait: Option<Duration>, text: Bytes) -> Result<Bytes, Fault> {
    let said = String::from_utf8_lossy(text.get(..200).unwrap_or(&text)).into_owned();
    let message =
        if said.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {said}") };
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(Fault::too_often(&message, wait));
    }
    let is_json = matches!(text.first(), Some(b'{' | b'['));
    if is_json && text.windows(7).any(|part| part == b"\"error\"") {
        return Ok(text);
    }
    Err(match status {
        StatusCode::PAYLOAD_TOO_LARGE => ChainError::TooLarge(message).into(),
        StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            ChainError::Refused(message).into()
        }
        StatusCode::SERVICE_UNAVAILABLE if wait.is_some() => Fault::too_often(&message, wait),
        _ => Fault::unavailable(&message),
    })
}

/// What the client says, without the URL: it may hold a key.
fn fault(method: &str, error: &reqwest::Error) -> Fault {
    if error.is_timeout() && !error.is_connect() {
        return Fault::timed_out(method, &format!("no answer within {REQUEST_TIMEOUT:?}"));
    }
    let what = if error.is_connect() { "cannot connect" } else { "the connection broke" };
    let mut reason = String::new();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        reason = error.to_string();
        source = error.source();
    }
    Fault::unavailable(&format!("{what}: {reason}"))
}
