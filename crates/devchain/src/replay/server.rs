//! HTTP around the methods: batches, latency, errors by chance, too many requests; and the way to the WebSocket.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{Response, StatusCode, header};
use axum::{Router, routing::get};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::dice::Dice;
use crate::replay::methods::{Methods, refuse};
use crate::replay::websocket;

/// The endpoint's state between requests.
pub(crate) struct Endpoint {
    pub(crate) methods: Methods,
    gate: Mutex<Gate>,
    pub(crate) stop: CancellationToken,
}

/// Counts requests by second, and throws the dice for errors.
struct Gate {
    started: Instant,
    second: u64,
    requests: u32,
    dice: Dice,
}

/// What happens to a request before it is answered.
enum Fate {
    Answered,
    TooMany,
    Failed,
}

/// The endpoint: JSON-RPC by POST and by WebSocket on `/`.
pub(crate) fn router(methods: Methods, stop: CancellationToken) -> Router {
    let gate = Mutex::new(Gate {
        started: Instant::now(),
        second: 0,
        requests: 0,
        dice: Dice::of_block(1, 0),
    });
    Router::new()
        .route("/", get(websocket::upgrade).post(answer))
        .layer(DefaultBodyLimit::max(64 << 20))
        .with_state(Arc::new(Endpoint { methods, gate, stop }))
}

async fn answer(State(endpoint): State<Arc<Endpoint>>, body: Bytes) -> Response<Body> {
    let options = &endpoint.methods.options;
    if !options.latency.is_zero() {
        tokio::time::sleep(options.latency).await;
    }
    match endpoint.fate() {
        Fate::TooMany => {
            return reply(StatusCode::TOO_MANY_REQUESTS, "too many requests".to_owned());
        }
        Fate::Failed => {
            return reply(StatusCode::SERVICE_UNAVAILABLE, "temporarily unavailable".to_owned());
        }
        Fate::Answered => {}
    }
    let request: Value = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => {
            let message = json!({"code": -32700, "message": format!("parse error: {error}")});
            return reply(
                StatusCode::OK,
                format!(r#"{{"jsonrpc":"2.0","id":null,"error":{message}}}"#),
            );
        }
    };
    let mut text = String::new();
    match &request {
        Value::Array(requests) => {
            for (index, request) in requests.iter().enumerate() {
                text.push(if index == 0 { '[' } else { ',' });
                one(&endpoint.methods, request, &mut text);
            }
            text.push_str(if requests.is_empty() { "[]" } else { "]" });
        }
        request => one(&endpoint.methods, request, &mut text),
    }
    reply(StatusCode::OK, text)
}

/// Writes the answer to one request.
pub(crate) fn one(methods: &Methods, request: &Value, out: &mut String) {
    let start = out.len();
    out.push_str(&format!(r#"{{"jsonrpc":"2.0","id":{},"result":"#, request["id"]));
    let outcome = match request["method"].as_str() {
        Some(method) => methods.answer(method, &request["params"], out),
        None => Err(refuse(-32600, "invalid request: no method")),
    };
    match outcome {
        Ok(()) => out.push('}'),
        Err(error) => {
            // what was written of the answer is in vain
            out.truncate(start);
            let error = json!({"code": error.code, "message": error.message});
            out.push_str(&format!(r#"{{"jsonrpc":"2.0","id":{},"error":{error}}}"#, request["id"]));
        }
    }
}

fn reply(status: StatusCode, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let kind = if status == StatusCode::OK { "application/json" } else { "text/plain" };
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
    }
    response
}

impl Endpoint {
    fn fate(&self) -> Fate {
        let options = &self.methods.options;
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let second = gate.started.elapsed().as_secs();
        if second != gate.second {
            (gate.second, gate.requests) = (second, 0);
        }
        gate.requests += 1;
        if options.requests_per_second.is_some_and(|most| gate.requests > most) {
            return Fate::TooMany;
        }
        if gate.dice.chance(options.errors_per_thousand.into(), 1000) {
            Fate::Failed
        } else {
            Fate::Answered
        }
    }
}
