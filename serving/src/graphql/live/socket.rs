//! WebSocket connections, `graphql-transport-ws` (and the older `graphql-ws`, by the same messages).

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use api_kit::{
    access::{Grant, KeyScope},
    problem::Problem,
};
use async_graphql::{
    Data,
    http::{ALL_WEBSOCKET_PROTOCOLS, WebSocket as Protocol, WebSocketProtocols, WsMessage},
};
use axum::{
    body::Bytes,
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    http::{HeaderMap, header::SEC_WEBSOCKET_PROTOCOL},
    response::Response,
};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::{sync::OwnedSemaphorePermit, time::Instant};

use super::{Live, crowd::MOST_UNFINISHED};
use crate::graphql::{App, asked};

/// Longest message of a client, in bytes; a document has 32 kB at most.
const MESSAGE: usize = 64 << 10;
/// What a connection reads and writes at once, in bytes.
const BUFFER: usize = 4 << 10;
/// A connection has to begin within this.
const INIT: Duration = Duration::from_secs(10);
/// Between two pings.
const PING: Duration = Duration::from_secs(20);
/// Who is silent for so long is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// Who takes no answer for so long is too slow.
pub(super) const SEND: Duration = Duration::from_secs(10);

/// Longest reason of a close frame, in ASCII characters.
const LONGEST_REASON: usize = 120;

/// Close codes; those from 4000 are the protocol's.
const GOING_AWAY: u16 = 1001;
const POLICY: u16 = 1008;
const FORBIDDEN: u16 = 4403;
const INIT_TIMEOUT: u16 = 4408;

/// Subscriptions and queries on a WebSocket, by the sub-protocol `graphql-transport-ws` (or the older `graphql-ws`).
#[utoipa::path(
    get,
    path = "/graphql/ws",
    operation_id = "graphqlSocket",
    tag = "graphql",
    params(
        ("Sec-WebSocket-Protocol" = Option<String>, Header, description = "The sub-protocol: it has to be named."),
    ),
    responses(
        (status = 101, description = "The connection is a WebSocket now."),
        (status = 400, description = "No WebSocket is asked for, or no sub-protocol is named that is spoken here.", content(
            (String = "text/plain"),
            (Problem = "application/problem+json"),
        )),
        (status = 426, description = "The connection cannot be upgraded.", body = String, content_type = "text/plain"),
    )
)]
pub(in crate::graphql) async fn upgrade(
    State(app): State<App>,
    grant: Grant,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    // without a key one may come with the first message: pages of browsers cannot send headers here
    if grant.has_key() {
        grant.require(KeyScope::Read)?;
    }
    let protocol = protocol(&headers).ok_or_else(|| {
        let detail = "name the sub-protocol graphql-transport-ws in sec-websocket-protocol";
        Problem::bad_request("PROTOCOL_INVALID", detail)
    })?;
    let permit = app.connection()?;
    Ok(upgrade
        .protocols(ALL_WEBSOCKET_PROTOCOLS)
        .max_message_size(MESSAGE)
        // most of the many connections are silent most of the time
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .on_upgrade(move |socket| serve(app, grant, socket, protocol, permit)))
}

/// The first one named that is known.
fn protocol(headers: &HeaderMap) -> Option<WebSocketProtocols> {
    let named = headers.get(SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?;
    named.split(',').find_map(|name| name.trim().parse().ok())
}

/// Serves one connection to its end.
async fn serve(
    app: App,
    grant: Grant,
    socket: WebSocket,
    protocol: WebSocketProtocols,
    _permit: OwnedSemaphorePermit,
) {
    let shutdown = app.deps.shutdown.clone();
    let (mut sink, stream) = socket.split();
    let heard = Arc::new(AtomicBool::new(false));
    let hears = Arc::clone(&heard);
    let live = Live::new(app);
    let crowd = live.crowd.clone();
    // all that came is taken in before anything is written: who is done with is not listened to any more
    let listens = {
        let crowd = crowd.clone();
        move || !crowd.is_over()
    };
    let input = stream
        .take_while(move |message| std::future::ready(message.is_ok() && listens()))
        .filter_map(move |message| {
            hears.store(true, Ordering::Relaxed);
            let data = match message {
                Ok(message @ (Message::Text(_) | Message::Binary(_))) => {
                    Some(asked::message(message.into_data()))
                }
                _ => None,
            };
            std::future::ready(data)
        });
    let begun = Arc::new(OnceLock::new());
    let begins = Arc::clone(&begun);
    let init = move |payload: Value| async move {
        let admitted = admitted(grant, &payload).await;
        let outcome = match &admitted {
            Ok(_) => Ok(Data::default()),
            Err(problem) => Err(problem.clone().into()),
        };
        // the protocol lets it begin once
        drop(begins.set(admitted));
        outcome
    };
    let answers = Protocol::new(live, input, protocol).on_connection_init(init);
    let mut answers = std::pin::pin!(answers);
    let opened = Instant::now();
    let mut last_heard = opened;
    let mut beat = tokio::time::interval_at(opened + INIT, PING);
    loop {
        let message = tokio::select! {
            answer = answers.next() => match answer {
                _ if crowd.is_over() => crowded(),
                Some(WsMessage::Text(text)) => Message::Text(text.into()),
                Some(WsMessage::Close(..)) if let Some(Err(problem)) = begun.get() => forbidden(problem),
                Some(WsMessage::Close(code, reason)) => close(code, reason),
                None => return,
            },
            () = shutdown.cancelled() => close(GOING_AWAY, "the service stops; connect again"),
            now = beat.tick() => {
                if heard.swap(false, Ordering::Relaxed) {
                    last_heard = now;
                }
                let renewed = match begun.get() {
                    Some(Ok(grant)) => Some(grant.renewed().await),
                    _ => None,
                };
                if let Some(Err(problem)) = &renewed {
                    forbidden(problem)
                } else if renewed.is_none() {
                    close(INIT_TIMEOUT, "Connection initialisation timeout")
                } else if now.duration_since(last_heard) > SILENCE {
                    close(POLICY, "nothing was heard for a minute, not even a pong")
                } else {
                    Message::Ping(Bytes::new())
                }
            }
        };
        let is_last = matches!(message, Message::Close(_));
        match tokio::time::timeout(SEND, sink.send(message)).await {
            Ok(Ok(())) if !is_last => {}
            Ok(_) => return,
            Err(_) => {
                tracing::info!(
                    "a subscriber took no answer for {} s and is sent away",
                    SEND.as_secs()
                );
                return;
            }
        }
    }
}

/// Who may go on: by the key that the connection was opened with, or by that of its first message.
async fn admitted(grant: Grant, payload: &Value) -> Result<Grant, Problem> {
    let grant = match key_in(payload) {
        Some(key) => grant.with_key(key).await?,
        None => grant,
    };
    grant.require(KeyScope::Read)?;
    Ok(grant)
}

/// The key in what clients call `connectionParams`: named as headers are, or `apiKey`.
fn key_in(payload: &Value) -> Option<&str> {
    const NAMES: [&str; 3] = ["authorization", "x-api-key", "apikey"];
    let members = payload.as_object()?.iter();
    let mut named = members.filter(|(name, _)| NAMES.contains(&name.to_ascii_lowercase().as_str()));
    named.find_map(|(_, value)| value.as_str())
}

fn forbidden(problem: &Problem) -> Message {
    // what is longer does not fit into a close frame
    let reason = format!("{}: {}", problem.code(), problem.detail());
    close(FORBIDDEN, reason.chars().take(LONGEST_REASON).collect::<String>())
}

fn crowded() -> Message {
    let reason = format!(
        "more than {MOST_UNFINISHED} requests are not answered to their end; read answers before asking on"
    );
    close(POLICY, reason)
}

fn close(code: u16, reason: impl Into<String>) -> Message {
    Message::Close(Some(CloseFrame { code, reason: reason.into().into() }))
}
