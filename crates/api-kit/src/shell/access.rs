//! Request id, access log line, latency.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::Arc,
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;

use crate::{access::KeyId, metrics::HttpMetrics};

/// Header of the request id, taken from the client when it sends a reasonable one, and always answered.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longest request id taken from a client.
const LONGEST: usize = 64;

/// Id of a request, in its extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

#[derive(Clone)]
pub(super) struct Access {
    pub(super) service: &'static str,
    pub(super) metrics: HttpMetrics,
}

pub(super) async fn log(
    State(access): State<Access>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let in_flight = access.metrics.began();
    let id = request_id(&request);
    let KeyId(key) = KeyId::default();
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(KeyId(Arc::clone(&key)));
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched", MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!("request", service = access.service, id);

    let mut response = next.run(request).instrument(span.clone()).await;

    drop(in_flight);
    let (status, took) = (response.status().as_u16(), began.elapsed());
    access.metrics.answered(&route, known_method(method.as_str()), status, took);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let key = key.get().map(String::as_str);
    span.in_scope(|| tracing::info!(%method, path, route, status, micros, key, "answered"));
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

/// A method is text of the client's; labels take only those that exist.
fn known_method(method: &str) -> &str {
    match method {
        "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS" => method,
        _ => "other",
    }
}

fn request_id(request: &Request) -> String {
    let given = request.headers().get(&HEADER).and_then(|value| value.to_str().ok()).filter(|id| {
        (1..=LONGEST).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    });
    given.map_or_else(|| format!("{:016x}{:016x}", random(), random()), str::to_owned)
}

/// Every new hasher has keys of its own, so what it makes of the same input differs; enough for telling requests apart.
fn random() -> u64 {
    RandomState::new().hash_one(0_u8)
}
