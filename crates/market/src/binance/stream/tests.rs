//! Against a real WebSocket server whose connections the test holds in its hands.

use std::{sync::Arc, time::Duration};

use domain::market::Bar;
use futures::{SinkExt, StreamExt};
use market_fixture::PriceServer;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message as Frame};
use tokio_util::sync::CancellationToken;

use crate::{
    Binance, StreamRules, Update, Updates,
    binance::tests::{
        BEGIN,
        exchange::{open, trade},
    },
    fixed_clock::FixedClock,
};

mod gaps;

const PATIENCE: Duration = Duration::from_secs(10);

/// Connections of a stream, one after the other.
struct Pushing(TcpListener);

/// One of them.
struct Link(WebSocketStream<TcpStream>);

impl Pushing {
    async fn open() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        (Self(listener), url)
    }

    /// The next connection; nothing is confirmed yet.
    async fn accept(&self) -> Link {
        let (socket, _) = timeout(PATIENCE, self.0.accept()).await.unwrap().unwrap();
        Link(accept_async(socket).await.unwrap())
    }

    /// The next connection, confirmed.
    async fn subscribed(&self) -> Link {
        let mut link = self.accept().await;
        let message = link.heard().await;
        link.say(json!({ "result": null, "id": message["id"] })).await;
        link
    }
}

impl Link {
    async fn heard(&mut self) -> Value {
        match timeout(PATIENCE, self.0.next()).await.unwrap() {
            Some(Ok(Frame::Text(text))) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    async fn say(&mut self, message: Value) {
        self.0.send(Frame::text(message.to_string())).await.unwrap();
    }

    /// A minute of a pair, by its number, at a price.
    async fn kline(&mut self, pair: &str, minute: u64, close: &str, closed: bool) {
        let start = BEGIN + minute * 60_000;
        let said = if closed { start + 60_000 } else { start + 30_000 };
        self.say(json!({ "stream": format!("{}@kline_1m", pair.to_lowercase()), "data": {
            "e": "kline", "E": said, "s": pair, "k": {
                "t": start, "T": start + 59_999, "s": pair, "i": "1m", "o": "1", "c": close,
                "h": "9", "l": "1", "v": "5", "n": 1, "x": closed, "q": "1", "V": "1", "Q": "1"
            }
        }}))
        .await;
    }

    /// Until the other side is gone.
    async fn ended(mut self) {
        while let Some(Ok(_)) = timeout(PATIENCE, self.0.next()).await.unwrap() {}
    }
}

fn rules() -> StreamRules {
    StreamRules {
        first_wait: Duration::from_millis(20),
        longest_wait: Duration::from_millis(100),
        ..StreamRules::default()
    }
}

/// An exchange that has candles of ten minutes; our clock stands in the middle of one of them.
async fn source(url: &str, minute: u64) -> (PriceServer, Arc<Binance>) {
    let (server, source) = open(Some(url), FixedClock::at(BEGIN + minute * 60_000 + 30_000)).await;
    trade(&server, "ETHUSDT", 60, (BEGIN / 1_000..).step_by(60).take(10));
    (server, source)
}

fn follow(source: &Arc<Binance>, rules: StreamRules, shutdown: &CancellationToken) -> Updates {
    source.stream(&[Arc::from("ETHUSDT")], rules, shutdown)
}

async fn next(updates: &mut Updates) -> Update {
    timeout(PATIENCE, updates.next()).await.unwrap().unwrap()
}

/// Present price, and number of the minute that closed.
fn short(update: &Update) -> (Option<String>, Option<u64>) {
    let price = update.said.as_ref().map(|said| said.value.to_string());
    (price, update.closed.map(|bar: Bar| (bar.start - BEGIN) / 60_000))
}

fn price(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn prices_come_as_they_change_and_minutes_once() {
    let (pushing, url) = Pushing::open().await;
    let (_server, source) = source(&url, 0).await;
    let mut updates = follow(&source, rules(), &CancellationToken::new());
    let mut link = pushing.accept().await;
    let message = link.heard().await;
    assert_eq!(message["method"], "SUBSCRIBE");
    assert_eq!(message["params"], json!(["ethusdt@kline_1m"]));
    link.say(json!({ "result": null, "id": message["id"] })).await;
    link.kline("ETHUSDT", 0, "2", false).await;
    link.kline("ETHUSDT", 0, "3", false).await;
    link.kline("NONE", 0, "3", true).await;
    link.say(json!({ "e": "kline" })).await;
    link.kline("ETHUSDT", 0, "4", true).await;
    link.kline("ETHUSDT", 0, "4", true).await;
    link.kline("ETHUSDT", 1, "5", false).await;
    let first = next(&mut updates).await;
    assert_eq!((&*first.id, first.said.as_ref().unwrap().time), ("ETHUSDT", BEGIN + 30_000));
    assert_eq!(short(&first), (price("2"), None));
    for expected in [(price("3"), None), (price("4"), Some(0)), (price("5"), None)] {
        assert_eq!(short(&next(&mut updates).await), expected);
    }
    link.0.send(Frame::Ping("1704067200".into())).await.unwrap();
    let pong = timeout(PATIENCE, link.0.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(pong, Frame::Pong("1704067200".into()));
}

#[tokio::test]
async fn it_ends_with_the_shutdown_and_with_its_reader() {
    let (pushing, url) = Pushing::open().await;
    let (_server, source) = source(&url, 0).await;
    let shutdown = CancellationToken::new();
    let mut updates = follow(&source, rules(), &shutdown);
    let link = pushing.subscribed().await;
    shutdown.cancel();
    assert_eq!(timeout(PATIENCE, updates.next()).await.unwrap(), None);
    link.ended().await;
    let updates = follow(&source, rules(), &CancellationToken::new());
    let link = pushing.subscribed().await;
    drop(updates);
    link.ended().await;
    assert_eq!(source.stream(&[], rules(), &CancellationToken::new()).next().await, None);
}

#[tokio::test]
async fn a_connection_that_is_of_no_use_is_made_again() {
    let (pushing, url) = Pushing::open().await;
    let (_server, source) = source(&url, 0).await;
    let rules = StreamRules { silence: Duration::from_millis(300), ..rules() };
    let mut updates = follow(&source, rules, &CancellationToken::new());
    // it says that it goes, refuses, says nothing at all, only pings, speaks no WebSocket
    pushing.subscribed().await.say(json!({ "e": "serverShutdown", "E": BEGIN })).await;
    pushing.accept().await.say(json!({ "code": 2, "msg": "Invalid request", "id": 1 })).await;
    pushing.subscribed().await.ended().await;
    let mut link = pushing.accept().await;
    while link.0.send(Frame::Ping("1".into())).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(pushing.0.accept().await.unwrap());
    let mut link = pushing.subscribed().await;
    link.kline("ETHUSDT", 0, "2", false).await;
    assert_eq!(short(&next(&mut updates).await), (price("2"), None));
}

#[tokio::test]
async fn more_feeds_than_a_connection_carries_are_several() {
    let (pushing, url) = Pushing::open().await;
    let (_server, source) = source(&url, 0).await;
    let ids: Vec<Arc<str>> =
        (0..1_030).map(|number| Arc::from(format!("PAIR{number:04}"))).collect();
    let mut updates = source.stream(&ids, rules(), &CancellationToken::new());
    let (mut one, mut other) = (pushing.accept().await, pushing.accept().await);
    let mut first = one.heard().await["params"].as_array().unwrap().len();
    if first == 6 {
        std::mem::swap(&mut one, &mut other);
        first = one.heard().await["params"].as_array().unwrap().len();
    } else {
        assert_eq!(other.heard().await["params"].as_array().unwrap().len(), 6);
    }
    assert_eq!(first, 200);
    for expected in [200, 200, 200, 200, 24] {
        assert_eq!(one.heard().await["params"].as_array().unwrap().len(), expected);
    }
    one.kline("PAIR0000", 0, "2", false).await;
    assert_eq!(&*next(&mut updates).await.id, "PAIR0000");
    other.kline("PAIR1029", 0, "2", false).await;
    assert_eq!(&*next(&mut updates).await.id, "PAIR1029");
}

#[tokio::test]
async fn a_slow_reader_misses_prices_but_no_minute() {
    let (pushing, url) = Pushing::open().await;
    let (_server, source) = source(&url, 0).await;
    let rules = StreamRules { buffer: 1, ..rules() };
    let mut updates = follow(&source, rules, &CancellationToken::new());
    let mut link = pushing.subscribed().await;
    for minute in 0..50 {
        link.kline("ETHUSDT", minute, "2", false).await;
        link.kline("ETHUSDT", minute, "3", true).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut closed = Vec::new();
    while closed.len() < 50 {
        closed.extend(short(&next(&mut updates).await).1);
    }
    assert_eq!(closed, (0..50).collect::<Vec<_>>());
}
