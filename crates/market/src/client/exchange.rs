//! One request and what became of it.

use std::time::Duration;

use alloy_primitives::bytes::Bytes;
use domain::market::Millis;
use reqwest::{
    Client, Response, StatusCode, Url,
    header::{self, HeaderMap, HeaderValue},
    redirect,
};

use super::{
    body::{self, BodyError},
    hold::retry_after,
};
use crate::metrics::BodyFault;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Redirects that are followed at most, all of them to where we were.
const REDIRECTS: usize = 3;

/// How a request ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// A status of 2xx, or one that the call wants to be told, with its body.
    Answer { status: u16, body: Bytes, headers: HeaderMap },
    /// The answer of before is still right.
    NotModified(HeaderMap),
    /// Leave it alone.
    LeftAlone { status: u16, retry_after: Option<Duration>, why: String },
    /// It does not want this question.
    Refused(String),
    /// 5xx.
    ServerError(String),
    /// No answer in time.
    Timeout,
    /// No connection, or one that broke.
    Broken(String),
    /// A body of no use.
    Odd(BodyFault, String),
}

/// Sends requests with the headers that all of them have.
#[derive(Debug)]
pub(super) struct Exchange {
    client: Client,
}

impl Exchange {
    pub(super) fn new(mut headers: HeaderMap) -> Result<Self, String> {
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let client = Client::builder()
            .user_agent(concat!("sooho/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(redirect::Policy::custom(same_place))
            .build()
            .map_err(|error| reason(&error))?;
        Ok(Self { client })
    }

    /// `now` is asked when the answer is there, for dates in `Retry-After`.
    pub(super) async fn get(
        &self,
        url: Url,
        etag: Option<HeaderValue>,
        told: &[u16],
        timeout: Duration,
        now: impl Fn() -> Millis,
    ) -> Ended {
        let mut request = self.client.get(url);
        if let Some(etag) = etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        let exchange = async {
            match request.send().await {
                Ok(response) => ended(response, told, now).await,
                Err(error) => broken(&error),
            }
        };
        tokio::time::timeout(timeout, exchange).await.unwrap_or(Ended::Timeout)
    }
}

/// A redirect may name another path, never another host, port or scheme.
fn same_place(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let place = |url: &Url| {
        (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default())
    };
    let stays = attempt.previous().last().is_some_and(|from| place(from) == place(attempt.url()));
    if stays && attempt.previous().len() <= REDIRECTS { attempt.follow() } else { attempt.stop() }
}

async fn ended(response: Response, told: &[u16], now: impl Fn() -> Millis) -> Ended {
    let status = response.status();
    let code = status.as_u16();
    let headers = response.headers().clone();
    if status == StatusCode::NOT_MODIFIED {
        return Ended::NotModified(headers);
    }
    if status.is_success() || told.contains(&code) {
        return match body::read(response).await {
            // what is told beside a refusal may be plain text
            Ok(body) if is_json(&body) || !status.is_success() => {
                Ended::Answer { status: code, body, headers }
            }
            Ok(body) => Ended::Odd(BodyFault::NotJson, format!("not JSON: {}", beginning(&body))),
            Err(BodyError::Broken(error)) => broken(&error),
            Err(BodyError::Refused(fault, why)) => Ended::Odd(fault, why),
        };
    }
    let wait = headers.get(header::RETRY_AFTER).and_then(|text| text.to_str().ok());
    let retry_after = wait.and_then(|text| retry_after(text, now()));
    if status.is_redirection() {
        return Ended::Refused(format!("HTTP {code}: a redirect to somewhere else"));
    }
    let said = body::text(response).await;
    let why = if said.is_empty() { format!("HTTP {code}") } else { format!("HTTP {code}: {said}") };
    match code {
        403 | 418 | 429 => Ended::LeftAlone { status: code, retry_after, why },
        503 if retry_after.is_some() => Ended::LeftAlone { status: code, retry_after, why },
        408 | 500..=599 => Ended::ServerError(why),
        _ => Ended::Refused(why),
    }
}

/// Every answer of every source is an object or a list.
fn is_json(body: &[u8]) -> bool {
    matches!(body.trim_ascii_start().first(), Some(b'{' | b'['))
}

fn beginning(body: &[u8]) -> String {
    String::from_utf8_lossy(body.get(..400).unwrap_or(body)).into_owned()
}

fn broken(error: &reqwest::Error) -> Ended {
    if error.is_timeout() && !error.is_connect() {
        return Ended::Timeout;
    }
    let what = if error.is_connect() { "cannot connect" } else { "the connection broke" };
    Ended::Broken(format!("{what}: {}", reason(error)))
}

/// The innermost reason: the outer ones show the URL, which may hold a key.
fn reason(error: &reqwest::Error) -> String {
    let mut reason = String::new();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        reason = error.to_string();
        source = error.source();
    }
    reason
}
