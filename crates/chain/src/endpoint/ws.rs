//! JSON-RPC by WebSocket: one connection, many requests under way, told apart by their ids.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
};

use alloy_primitives::bytes::Bytes;
use futures::{SinkExt, StreamExt, future::try_join_all};
use serde::Deserialize;
use tokio::{
    net::TcpStream,
    sync::{Mutex, mpsc, oneshot},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use crate::{
    endpoint::http::{CONNECT_TIMEOUT, REQUEST_TIMEOUT},
    error::Fault,
    wire::body,
};

/// The largest answer taken (bytes).
const LARGEST: usize = 512 << 20;

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens a connection.
pub(crate) async fn connect(url: &str) -> Result<Socket, Fault> {
    let config =
        WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
    match timeout(CONNECT_TIMEOUT, connect_async_with_config(url, Some(config), true)).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(error)) => Err(Fault::unavailable(&format!("cannot connect: {error}"))),
        Err(_) => Err(Fault::unavailable("cannot connect in time")),
    }
}

type Answer = oneshot::Sender<Bytes>;

/// One URL. Connects when first used, and again after the connection broke.
#[derive(Debug)]
pub(crate) struct Ws {
    url: String,
    ids: AtomicU64,
    requests: Mutex<Option<mpsc::UnboundedSender<(u64, String, Answer)>>>,
}

impl Ws {
    pub(crate) fn new(url: &str) -> Self {
        Self { url: url.to_owned(), ids: AtomicU64::new(1), requests: Mutex::new(None) }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Sends each set of parameters as a message of its own. The first id and the answers, in order.
    pub(crate) async fn send(
        &self,
        method: &str,
        params: &[&str],
    ) -> Result<(u64, Vec<Bytes>), Fault> {
        let requests = self.link().await?;
        let count = u64::try_from(params.len()).unwrap_or(u64::MAX);
        let first = self.ids.fetch_add(count, Ordering::Relaxed);
        let mut waiting = Vec::with_capacity(params.len());
        for (id, params) in (first..).zip(params) {
            let (answer, answered) = oneshot::channel();
            let message = body(method, &[params], id);
            requests.send((id, message, answer)).map_err(|_| broken())?;
            waiting.push(async { answered.await.map_err(|_| broken()) });
        }
        match timeout(REQUEST_TIMEOUT, try_join_all(waiting)).await {
            Ok(answers) => Ok((first, answers?)),
            Err(_) => {
                Err(Fault::timed_out(method, &format!("no answer within {REQUEST_TIMEOUT:?}")))
            }
        }
    }

    async fn link(&self) -> Result<mpsc::UnboundedSender<(u64, String, Answer)>, Fault> {
        let mut requests = self.requests.lock().await;
        if let Some(open) = requests.as_ref().filter(|open| !open.is_closed()) {
            return Ok(open.clone());
        }
        let socket = connect(&self.url).await?;
        let (sender, receiver) = mpsc::unbounded_channel();
        // ends when the connection breaks, or when the last handle of this endpoint is gone
        tokio::spawn(serve(socket, receiver));
        *requests = Some(sender.clone());
        Ok(sender)
    }
}

fn broken() -> Fault {
    Fault::unavailable("the connection broke")
}

#[derive(Deserialize)]
struct Addressed {
    id: Option<u64>,
}

/// Carries requests out and answers in, until either side ends. Whoever still waits then learns it by its channel.
async fn serve(socket: Socket, mut requests: mpsc::UnboundedReceiver<(u64, String, Answer)>) {
    let (mut sink, mut stream) = socket.split();
    let mut waiting = HashMap::<u64, Answer>::new();
    loop {
        tokio::select! {
            request = requests.recv() => {
                let Some((id, message, answer)) = request else { return };
                waiting.retain(|_, answer| !answer.is_closed());
                waiting.insert(id, answer);
                if sink.send(Message::text(message)).await.is_err() {
                    return;
                }
            }
            message = stream.next() => {
                let text: Bytes = match message {
                    Some(Ok(Message::Text(text))) => text.into(),
                    Some(Ok(Message::Binary(bytes))) => bytes,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    // pings are answered underneath
                    Some(Ok(_)) => continue,
                };
                let id = serde_json::from_slice::<Addressed>(&text).ok().and_then(|to| to.id);
                if let Some(answer) = id.and_then(|id| waiting.remove(&id)) {
                    // the asker may have gone
                    let _ = answer.send(text);
                }
            }
        }
    }
}
