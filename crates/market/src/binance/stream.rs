//! Prices and closed minutes as Binance pushes them.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use alloy_primitives::keccak256;
use domain::market::Millis;
use futures::{SinkExt, StreamExt};
use tokio::{
    net::TcpStream,
    sync::mpsc,
    time::{Instant, sleep, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message as Frame, protocol::WebSocketConfig},
};
use tokio_util::sync::CancellationToken;

use super::{
    Binance,
    wire::{self, Message, Tick},
};
use crate::{
    error::MarketError,
    metrics::Heard,
    source::Said,
    stream::{Backoff, Gone, StreamRules, Update, Updates, Wanted, hand_on},
};

mod holes;
#[cfg(test)]
mod tests;

use holes::Holes;

/// Length of the candles that are followed (ms).
const MINUTE: Millis = 60_000;
/// Feeds that one connection may carry.
const MOST_FEEDS: usize = 1_024;
/// Feeds that one message subscribes to.
const PER_MESSAGE: usize = 200;
/// Between messages: five a second are allowed, and answers to pings count.
const BETWEEN_MESSAGES: Duration = Duration::from_millis(400);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest message taken (bytes).
const LARGEST: usize = 1 << 20;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Binance {
    /// Prices of pairs as they change, every 2 s at most, and their minutes as they close. Connections are made again when
    /// they end, which the source sees to once a day; the minutes that were missed are asked for by HTTP and come late,
    /// without a present price. Ends with the shutdown; at once if there are no ids.
    #[must_use]
    pub fn stream(
        self: &Arc<Self>,
        ids: &[Arc<str>],
        rules: StreamRules,
        shutdown: &CancellationToken,
    ) -> Updates {
        let (out, updates) = mpsc::channel(rules.buffer.max(1));
        for ids in ids.chunks(MOST_FEEDS) {
            let following = Following {
                source: Arc::clone(self),
                wanted: self.meter.want(),
                feeds: ids.iter().map(|id| (id.to_uppercase(), Feed::new(id))).collect(),
                holes: Holes::default(),
                rules,
                out: out.clone(),
            };
            let shutdown = shutdown.clone();
            tokio::spawn(async move {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = following.run() => {}
                }
            });
        }
        Updates::new(updates)
    }
}

/// One pair of a connection.
#[derive(Debug)]
struct Feed {
    id: Arc<str>,
    /// Start of the minute that closes next. Whatever lies before was handed on, or is a hole.
    next: Option<Millis>,
}

impl Feed {
    fn new(id: &Arc<str>) -> Self {
        Self { id: Arc::clone(id), next: None }
    }
}

/// What one connection, made again and again, carries.
#[derive(Debug)]
struct Following {
    source: Arc<Binance>,
    wanted: Wanted,
    feeds: BTreeMap<String, Feed>,
    holes: Holes,
    rules: StreamRules,
    out: mpsc::Sender<Update>,
}

impl Following {
    /// Until nobody reads any more.
    async fn run(self) {
        let Self { source, wanted, mut feeds, holes, rules, out } = self;
        let url = source.stream_url();
        tokio::select! {
            () = out.closed() => {}
            Gone = holes.fill(source.as_ref(), rules, &out) => {}
            Gone = listen(url, &wanted, &mut feeds, &holes, rules, &out) => {}
        }
    }
}

async fn listen(
    url: &str,
    wanted: &Wanted,
    feeds: &mut BTreeMap<String, Feed>,
    holes: &Holes,
    rules: StreamRules,
    out: &mpsc::Sender<Update>,
) -> Gone {
    let mut names: Vec<String> =
        feeds.values().map(|feed| format!("{}@kline_1m", feed.id.to_lowercase())).collect();
    names.sort_unstable();
    let mut backoff = Backoff::new(rules);
    loop {
        backoff.start();
        let why = match connect(url, &names).await {
            Ok(socket) => {
                let mut link = Link { wanted, feeds: &mut *feeds, holes, out, odd: 0 };
                match link.read(socket, rules.silence).await {
                    Ok(why) => why,
                    Err(Gone) => return Gone,
                }
            }
            Err(why) => why,
        };
        let wait = backoff.wait();
        wanted.ended(&why, wait);
        sleep(wait).await;
        wanted.again();
    }
}

/// Opens a connection and subscribes. The text says why that failed; URLs do not stand in it.
async fn connect(url: &str, names: &[String]) -> Result<Socket, String> {
    let config =
        WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
    let url = format!("{}/stream", url.trim_end_matches('/'));
    let connecting = connect_async_with_config(url, Some(config), true);
    let (mut socket, _) = timeout(CONNECT_TIMEOUT, connecting)
        .await
        .map_err(|_| "cannot connect in time".to_owned())?
        .map_err(|error| error.to_string())?;
    for (id, names) in (1_u64..).zip(names.chunks(PER_MESSAGE)) {
        if id > 1 {
            sleep(BETWEEN_MESSAGES).await;
        }
        let message =
            serde_json::json!({ "method": "SUBSCRIBE", "params": names, "id": id }).to_string();
        timeout(CONNECT_TIMEOUT, socket.send(Frame::text(message)))
            .await
            .map_err(|_| "cannot subscribe in time".to_owned())?
            .map_err(|error| error.to_string())?;
    }
    Ok(socket)
}

/// What the messages of one connection are told to.
#[derive(Debug)]
struct Link<'a> {
    wanted: &'a Wanted,
    feeds: &'a mut BTreeMap<String, Feed>,
    holes: &'a Holes,
    out: &'a mpsc::Sender<Update>,
    odd: u64,
}

impl Link<'_> {
    /// Reads until the connection ends. Says why it did.
    async fn read(&mut self, mut socket: Socket, silence: Duration) -> Result<String, Gone> {
        let opened = Instant::now();
        let mut subscribed = None;
        loop {
            if subscribed.is_none() && opened.elapsed() >= silence {
                return Ok("the subscription is not confirmed".to_owned());
            }
            let frame = match timeout(silence, socket.next()).await {
                Err(_) => return Ok("the connection is silent".to_owned()),
                Ok(None) => return Ok("the connection was closed".to_owned()),
                Ok(Some(Err(error))) => return Ok(error.to_string()),
                Ok(Some(Ok(frame))) => frame,
            };
            let text = match frame {
                Frame::Text(text) => text,
                Frame::Close(_) => return Ok("the connection was closed".to_owned()),
                // pings are answered underneath
                _ => continue,
            };
            let message = wire::message(&text);
            if let Ok(Message::Kline(_) | Message::Subscribed) = &message {
                subscribed.get_or_insert_with(|| self.wanted.open());
            }
            let heard = match message {
                Ok(Message::Kline(tick)) => self.take(*tick, &text).await?,
                Ok(Message::Leaving) => return Ok("the server is shutting down".to_owned()),
                Ok(Message::Refused) => return Ok("the subscription is refused".to_owned()),
                Ok(Message::Subscribed | Message::Other) => Heard::Other,
                Err(error) => self.note(&error),
            };
            self.wanted.heard(heard);
        }
    }

    async fn take(&mut self, tick: Tick, text: &str) -> Result<Heard, Gone> {
        let Some(feed) = self.feeds.get_mut(&tick.symbol) else { return Ok(Heard::Other) };
        let start = tick.bar.start;
        let expected = *feed.next.get_or_insert(start);
        if start < expected {
            // it came before, or it is asked for by HTTP already
            return Ok(Heard::Repeated);
        }
        if start > expected {
            self.holes.add(&feed.id, expected, start);
        }
        feed.next = Some(if tick.closed { start.saturating_add(MINUTE) } else { start });
        let said = Said::plain(&feed.id, tick.bar.close, tick.time, keccak256(text));
        let closed = tick.closed.then_some(tick.bar);
        let update = Update { id: Arc::clone(&feed.id), said: Some(said), closed };
        hand_on(self.out, update).await
    }

    /// One message that cannot be read is worth a line; thousands are not.
    fn note(&mut self, error: &MarketError) -> Heard {
        self.odd = self.odd.saturating_add(1);
        if self.odd == 1 {
            tracing::warn!(%error, "a pushed message is left out");
        } else {
            tracing::debug!(%error, odd = self.odd, "a pushed message is left out");
        }
        Heard::Odd
    }
}
