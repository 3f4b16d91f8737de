//! A client of `graphql-transport-ws`.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use alloy_primitives::B256;
use anyhow::{Context, Result, bail, ensure};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

const MOMENT: Duration = Duration::from_millis(200);

/// What came of a beginning.
#[derive(Debug)]
pub enum Begun {
    Open(Box<Subscriber>),
    /// The server closed, with this code and reason.
    Closed(u16, String),
}

/// A connection that has begun.
#[derive(Debug)]
pub struct Subscriber {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Answers to others than was waited for.
    waiting: VecDeque<Value>,
}

impl Subscriber {
    pub async fn connect(base: &str) -> Result<Self> {
        match Self::begin(base, Value::Null).await? {
            Begun::Open(subscriber) => Ok(*subscriber),
            Begun::Closed(code, reason) => bail!("it closes: {code} {reason}"),
        }
    }

    /// The same with something in the first message.
    pub async fn begin(base: &str, payload: Value) -> Result<Begun> {
        let url = format!("{}/graphql/ws", base.replacen("http", "ws", 1));
        let mut request = url.into_client_request()?;
        let protocol = "graphql-transport-ws";
        request.headers_mut().insert("sec-websocket-protocol", protocol.parse()?);
        let (socket, response) = connect_async(request).await?;
        let chosen = response.headers().get("sec-websocket-protocol").context("no protocol")?;
        ensure!(chosen == protocol, "{chosen:?}");
        let mut subscriber = Self { socket, waiting: VecDeque::new() };
        let mut init = json!({ "type": "connection_init" });
        if !payload.is_null() {
            init["payload"] = payload;
        }
        subscriber.send(&init).await?;
        loop {
            match subscriber.message(PATIENCE).await? {
                Message::Text(text) => {
                    let said: Value = serde_json::from_str(&text)?;
                    ensure!(said["type"] == "connection_ack", "{said}");
                    return Ok(Begun::Open(Box::new(subscriber)));
                }
                Message::Close(Some(frame)) => {
                    return Ok(Begun::Closed(frame.code.into(), frame.reason.to_string()));
                }
                _ => {}
            }
        }
    }

    /// Code and reason of the server when it closes, whatever it says before.
    pub async fn closed(&mut self, patience: Duration) -> Result<(u16, String)> {
        let (code, reason, _) = self.heard(patience).await?;
        Ok((code, reason))
    }

    async fn message(&mut self, patience: Duration) -> Result<Message> {
        let message = tokio::time::timeout(patience, self.socket.next()).await?;
        Ok(message.context("it broke off without a word")??)
    }

    /// What the service says to an upgrade that it refuses.
    pub async fn refused(base: &str, protocol: Option<&str>) -> Result<Value> {
        let url = format!("{}/graphql/ws", base.replacen("http", "ws", 1));
        let mut request = url.into_client_request()?;
        if let Some(protocol) = protocol {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse()?);
        }
        match connect_async(request).await {
            Err(Error::Http(response)) => {
                ensure!(response.status() == 400, "{}", response.status());
                Ok(serde_json::from_slice(response.body().as_deref().context("no body")?)?)
            }
            other => bail!("{other:?}"),
        }
    }

    pub async fn subscribe(&mut self, id: &str, query: &str, variables: &Value) -> Result<()> {
        self.ask(id, json!({ "query": query, "variables": variables })).await
    }

    /// Whatever is asked.
    pub async fn ask(&mut self, id: &str, payload: Value) -> Result<()> {
        self.send(&json!({ "id": id, "type": "subscribe", "payload": payload })).await
    }

    /// Asks the same so many times, each for itself, and reads nothing; how many could be sent in this time.
    pub async fn ask_on(&mut self, payload: &Value, times: usize, patience: Duration) -> usize {
        let mut sent = 0;
        let all = async {
            for id in 0..times {
                let asked =
                    json!({ "id": id.to_string(), "type": "subscribe", "payload": payload });
                if self.send(&asked).await.is_err() {
                    return;
                }
                sent = id + 1;
            }
        };
        drop(tokio::time::timeout(patience, all).await);
        sent
    }

    /// Code and reason of the server when it closes, and how many messages it said before.
    pub async fn heard(&mut self, patience: Duration) -> Result<(u16, String, u64)> {
        let (deadline, mut messages) = (Instant::now() + patience, 0);
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            match self.message(rest).await? {
                Message::Close(Some(frame)) => {
                    return Ok((frame.code.into(), frame.reason.to_string(), messages));
                }
                Message::Text(_) => messages += 1,
                _ => {}
            }
        }
    }

    pub async fn complete(&mut self, id: &str) -> Result<()> {
        self.send(&json!({ "id": id, "type": "complete" })).await?;
        loop {
            let message = self.next().await?;
            if message["type"] == "complete" && message["id"] == id {
                return Ok(());
            }
            self.waiting.push_back(message);
        }
    }

    /// The next answer to this subscription.
    pub async fn answer_to(&mut self, id: &str) -> Result<Value> {
        let is_for = |message: &Value| message["id"] == id && message["type"] == "next";
        if let Some(place) = self.waiting.iter().position(is_for) {
            let message = self.waiting.remove(place).context("a message")?;
            return Ok(message["payload"].clone());
        }
        loop {
            let message = self.next().await?;
            if is_for(&message) {
                return Ok(message["payload"].clone());
            }
            self.waiting.push_back(message);
        }
    }

    /// The answers to this subscription that are there, until nothing comes for a moment.
    pub async fn waiting(&mut self, id: &str) -> Result<Vec<Value>> {
        while let Ok(message) = tokio::time::timeout(MOMENT, self.next()).await {
            self.waiting.push_back(message?);
        }
        let (its, others) = self.waiting.drain(..).partition(|message| message["id"] == id);
        self.waiting = others;
        let its: VecDeque<Value> = its;
        ensure!(its.iter().all(|message| message["type"] == "next"), "{its:?}");
        Ok(its.into_iter().map(|message| message["payload"].clone()).collect())
    }

    /// The quote of this block, those before it passed over.
    pub async fn quote_of(&mut self, block: B256) -> Result<Value> {
        let hash = format!("{block:#x}");
        loop {
            let message = self.next().await?;
            let quote = &message["payload"]["data"]["quote"];
            ensure!(quote.is_object(), "{message}");
            if quote["block"]["hash"] == hash.as_str() {
                return Ok(quote.clone());
            }
        }
    }

    /// How the server closes.
    pub async fn end(&mut self) -> Result<String> {
        loop {
            match self.message(PATIENCE).await? {
                Message::Close(Some(frame)) => return Ok(format!("{frame:?}")),
                Message::Close(None) => bail!("it closes without a reason"),
                _ => {}
            }
        }
    }

    async fn send(&mut self, message: &Value) -> Result<()> {
        Ok(self.socket.send(Message::text(message.to_string())).await?)
    }

    async fn next(&mut self) -> Result<Value> {
        loop {
            match self.message(PATIENCE).await? {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Close(frame) => bail!("it closes: {frame:?}"),
                _ => {}
            }
        }
    }
}
