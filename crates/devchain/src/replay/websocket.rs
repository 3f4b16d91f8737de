//! The same methods by WebSocket, and subscriptions that tell of new blocks and logs by themselves.

use std::sync::Arc;
use std::time::{Duration, Instant};

use alloy_primitives::U64;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde_json::{Value, json};

use crate::replay::filter::LogFilter;
use crate::replay::methods::{Refusal, refuse};
use crate::replay::server::{Endpoint, one};
use crate::replay::subscriptions::Subscriptions;

/// How often subscriptions look for news.
const LOOK: Duration = Duration::from_millis(5);

/// Takes a connection over.
pub(crate) async fn upgrade(
    State(endpoint): State<Arc<Endpoint>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.on_upgrade(move |socket| async move {
        if serve(&endpoint, socket).await.is_none() {
            tracing::debug!("a websocket connection ended");
        }
    })
}

/// One connection; `None` when it broke.
async fn serve(endpoint: &Endpoint, mut socket: WebSocket) -> Option<()> {
    let started = Instant::now();
    let options = &endpoint.methods.options;
    let mut subscriptions = Subscriptions::default();
    let mut look = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            () = endpoint.stop.cancelled() => return Some(()),
            _ = look.tick() => {
                if options.websocket_lives.is_some_and(|life| started.elapsed() > life) {
                    return Some(());
                }
                for message in news(endpoint, &mut subscriptions) {
                    socket.send(Message::text(message)).await.ok()?;
                }
            }
            message = socket.recv() => {
                let text = match message?.ok()? {
                    Message::Text(text) => text,
                    Message::Close(_) => return Some(()),
                    _ => continue,
                };
                if !options.latency.is_zero() {
                    tokio::time::sleep(options.latency).await;
                }
                let answer = answer(endpoint, &mut subscriptions, text.as_str());
                socket.send(Message::text(answer)).await.ok()?;
            }
        }
    }
}

fn answer(endpoint: &Endpoint, subscriptions: &mut Subscriptions, text: &str) -> String {
    let request: Value = serde_json::from_str(text).unwrap_or_default();
    let (id, params) = (&request["id"], &request["params"]);
    let outcome = match request["method"].as_str() {
        Some("eth_subscribe") => subscribe(endpoint, subscriptions, params),
        Some("eth_unsubscribe") => serde_json::from_value::<U64>(params[0].clone())
            .map(|id| json!(subscriptions.forget(id)))
            .map_err(|error| refuse(-32602, format!("invalid subscription: {error}"))),
        _ => {
            let mut out = String::new();
            one(&endpoint.methods, &request, &mut out);
            return out;
        }
    };
    match outcome {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err(Refusal { code, message }) => {
            json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
        }
    }
    .to_string()
}

fn subscribe(
    endpoint: &Endpoint,
    subscriptions: &mut Subscriptions,
    params: &Value,
) -> Result<Value, Refusal> {
    let view = endpoint.methods.view();
    match params[0].as_str() {
        Some("newHeads") => Ok(json!(subscriptions.headers(view))),
        Some("logs") => {
            let filter = LogFilter::parse(&params[1]).map_err(|error| refuse(-32602, error))?;
            Ok(json!(subscriptions.logs(view, filter)))
        }
        other => Err(refuse(-32602, format!("no subscription {other:?}; newHeads and logs are"))),
    }
}

/// The notifications that are due.
fn news(endpoint: &Endpoint, subscriptions: &mut Subscriptions) -> Vec<String> {
    let view = endpoint.methods.view();
    let removed = endpoint.methods.options.removed_logs;
    let mut messages = Vec::new();
    for id in subscriptions.ids() {
        for result in subscriptions.changes(view, id, removed).unwrap_or_default() {
            let id = json!(id);
            messages.push(format!(
                r#"{{"jsonrpc":"2.0","method":"eth_subscription","params":{{"subscription":{id},"result":{result}}}}}"#
            ));
        }
    }
    messages
}
