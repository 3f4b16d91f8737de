//! What sources push: Binance over a WebSocket, Pyth as server-sent events. Whoever follows hears what is pushed from then
//! on, and a sign of life each second.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::{
        State,
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Response},
};
use futures::stream;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Interval, interval},
};

use crate::{
    answer::Question,
    json::Json,
    server::{PriceServer, Shared, lock, noted},
    source,
    world::{Api, Candle, Print},
};

/// Words that a slow follower may be behind; then it misses some.
const MOST: usize = 8_192;
/// Between signs of life.
const BEAT: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
enum Word {
    Text(String),
    HangUp,
}

/// The connections of one source.
#[derive(Debug, Clone)]
pub(crate) struct Pushing {
    words: broadcast::Sender<Word>,
    muted: Arc<AtomicBool>,
    followers: Arc<AtomicUsize>,
}

impl Default for Pushing {
    fn default() -> Self {
        Self {
            words: broadcast::Sender::new(MOST),
            muted: Arc::default(),
            followers: Arc::default(),
        }
    }
}

impl PriceServer {
    fn pushing(&self, api: Api) -> Pushing {
        self.lock().pushing.entry(api).or_default().clone()
    }

    /// The base URL of what Binance pushes.
    #[must_use]
    pub fn stream_base(&self) -> String {
        self.base(Api::Binance).replacen("http", "ws", 1)
    }

    /// Binance pushes a minute of a pair, as it stands at a time in Unix milliseconds.
    pub fn push_minute(&self, symbol: &str, candle: &Candle, closed: bool, said: u64) {
        let (start, name) = (candle.start * 1_000, symbol.to_lowercase());
        let [open, high, low, close] = candle.prices.each_ref().map(Json::text);
        let kline = Json::map([
            ("t", Json::Time(start)),
            ("T", Json::Time(start + 59_999)),
            ("s", Json::text(symbol)),
            ("i", Json::text("1m")),
            ("o", open),
            ("c", close),
            ("h", high),
            ("l", low),
            ("v", Json::text(&candle.volume)),
            ("n", Json::number(308)),
            ("x", Json::Number(closed.to_string())),
            ("q", Json::text("1756.87402397")),
        ]);
        let data = Json::map([
            ("e", Json::text("kline")),
            ("E", Json::Time(said)),
            ("s", Json::text(symbol)),
            ("k", kline),
        ]);
        let stream = Json::text(format!("{name}@kline_1m"));
        self.push_text(Api::Binance, &Json::map([("stream", stream), ("data", data)]).to_string());
    }

    /// Pyth pushes a price.
    pub fn push_price(&self, id: &str, print: &Print) {
        let parsed = Json::List(vec![source::pyth::price(id, print)]);
        let binary = Json::map([("encoding", Json::text("base64"))]);
        self.push_text(Api::Pyth, &Json::map([("binary", binary), ("parsed", parsed)]).to_string());
    }

    /// A source pushes a message that says just this.
    pub fn push_text(&self, api: Api, text: &str) {
        // without followers nobody hears it
        drop(self.pushing(api).words.send(Word::Text(text.to_owned())));
    }

    /// All connections of a source break off.
    pub fn hang_up(&self, api: Api) {
        drop(self.pushing(api).words.send(Word::HangUp));
    }

    /// From now on connections of a source are accepted, and nothing at all is said on them; or again as usual.
    pub fn mute(&self, api: Api, muted: bool) {
        self.pushing(api).muted.store(muted, Ordering::SeqCst);
    }

    /// Connections that follow a source now.
    #[must_use]
    pub fn followers(&self, api: Api) -> usize {
        self.pushing(api).followers.load(Ordering::SeqCst)
    }
}

/// One that follows.
struct Follower {
    pushing: Pushing,
    words: broadcast::Receiver<Word>,
    beats: Interval,
}

enum Next {
    Text(String),
    Beat,
    End,
}

impl Follower {
    fn new(pushing: Pushing) -> Self {
        pushing.followers.fetch_add(1, Ordering::SeqCst);
        Self { words: pushing.words.subscribe(), beats: interval(BEAT), pushing }
    }

    /// What it hears next.
    async fn next(&mut self) -> Next {
        loop {
            let next = tokio::select! {
                word = self.words.recv() => match word {
                    Ok(Word::Text(text)) => Next::Text(text),
                    Err(RecvError::Lagged(_)) => continue,
                    Ok(Word::HangUp) | Err(RecvError::Closed) => return Next::End,
                },
                _ = self.beats.tick() => Next::Beat,
            };
            if !self.pushing.muted.load(Ordering::SeqCst) {
                return next;
            }
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.pushing.followers.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The WebSocket of Binance.
pub(crate) async fn socket(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let (_, question) = Question::read(&uri, headers);
    noted(&shared, Api::Binance, &question, 101);
    let pushing = lock(&shared).pushing.entry(Api::Binance).or_default().clone();
    upgrade.on_upgrade(async move |socket| follow(socket, pushing).await)
}

async fn follow(mut socket: WebSocket, pushing: Pushing) {
    let mut follower: Option<Follower> = None;
    loop {
        let heard = async {
            match &mut follower {
                Some(follower) => follower.next().await,
                None => std::future::pending().await,
            }
        };
        let answer = tokio::select! {
            asked = socket.recv() => match asked {
                Some(Ok(Message::Text(text))) => match confirmed(&text) {
                    Some(answer) if !pushing.muted.load(Ordering::SeqCst) => {
                        follower.get_or_insert_with(|| Follower::new(pushing.clone()));
                        Message::Text(answer)
                    }
                    _ => continue,
                },
                Some(Ok(_)) => continue,
                _ => return,
            },
            next = heard => match next {
                Next::Text(text) => Message::Text(text.into()),
                Next::Beat => Message::Ping(Bytes::from_static(b"1704067200")),
                Next::End => return,
            },
        };
        if socket.send(answer).await.is_err() {
            return;
        }
    }
}

/// What a subscription is answered with.
fn confirmed(text: &str) -> Option<Utf8Bytes> {
    let asked: serde_json::Value = serde_json::from_str(text).ok()?;
    let id = asked.get("id").filter(|_| asked["method"] == "SUBSCRIBE")?;
    Some(format!("{{\"result\":null,\"id\":{id}}}").into())
}

/// The events of Pyth.
pub(crate) async fn events(State(shared): State<Shared>, uri: Uri, headers: HeaderMap) -> Response {
    let (_, question) = Question::read(&uri, headers);
    noted(&shared, Api::Pyth, &question, 200);
    let pushing = lock(&shared).pushing.entry(Api::Pyth).or_default().clone();
    let pieces = stream::unfold(Some(Follower::new(pushing)), async |follower| {
        let mut follower = follower?;
        Some(match follower.next().await {
            Next::Text(text) => (Ok(Bytes::from(format!("data:{text}\n\n"))), Some(follower)),
            Next::Beat => (Ok(Bytes::from_static(b":No update available\n\n")), Some(follower)),
            // not as an answer ends: as a connection breaks
            Next::End => (Err(io::Error::other("cut")), None),
        })
    });
    let kind = [(header::CONTENT_TYPE, "text/event-stream")];
    (kind, Body::from_stream(pieces)).into_response()
}
