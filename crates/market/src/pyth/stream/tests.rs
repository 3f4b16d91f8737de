//! Against a real server of events whose connections the test holds in its hands.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{RawQuery, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use futures::{StreamExt, stream};
use prometheus::Registry;
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{Metrics, Pyth, SourceConfig, StreamRules, SystemClock, Update, Updates};

const ETH: &str = "ff61491a931112ddf1bd8147cd1b641375f79f5825126d665480874634fd0ace";
const BTC: &str = "e62df6c8b4a85fe1a67db44dc12de5db330f7ac66b72dc658afedf0f4a415b43";
const TIME: u64 = 1_704_067_200;
const PATIENCE: Duration = Duration::from_secs(10);

/// What one connection is answered with, and its parameters.
type Connection = (Reply, mpsc::Sender<String>);

enum Reply {
    Status(StatusCode),
    /// Pieces of the body until the sender is dropped.
    Pieces(mpsc::Receiver<Bytes>),
}

/// Connections are answered in the order in which they are put here.
struct Pushing {
    replies: mpsc::Sender<Connection>,
    url: String,
}

impl Pushing {
    async fn open() -> Self {
        let (replies, next) = mpsc::channel(8);
        let next = Arc::new(Mutex::new(next));
        let router = Router::new().route("/v2/updates/price/stream", get(answer)).with_state(next);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { replies, url }
    }

    /// Answers the next connection; its parameters.
    async fn reply(&self, reply: Reply) -> String {
        let (query, mut asked) = mpsc::channel(1);
        self.replies.send((reply, query)).await.unwrap();
        timeout(PATIENCE, asked.recv()).await.unwrap().unwrap()
    }

    /// Answers the next connection with what is sent.
    async fn accept(&self) -> (mpsc::Sender<Bytes>, String) {
        let (sender, pieces) = mpsc::channel(64);
        let query = self.reply(Reply::Pieces(pieces)).await;
        (sender, query)
    }

    fn follow(&self, ids: &[&str], rules: StreamRules, shutdown: &CancellationToken) -> Updates {
        let config = SourceConfig { base_url: Some(self.url.clone()), ..SourceConfig::default() };
        let metrics = Metrics::new(&Registry::new()).unwrap();
        let source = Arc::new(Pyth::new(&config, &metrics, Arc::new(SystemClock::new())).unwrap());
        let ids: Vec<Arc<str>> = ids.iter().map(|id| Arc::from(*id)).collect();
        source.stream(&ids, rules, shutdown)
    }
}

async fn answer(
    State(next): State<Arc<Mutex<mpsc::Receiver<Connection>>>>,
    RawQuery(query): RawQuery,
) -> Response {
    let (reply, asked) = next.lock().await.recv().await.unwrap();
    asked.send(query.unwrap_or_default()).await.unwrap();
    match reply {
        Reply::Status(status) => status.into_response(),
        Reply::Pieces(pieces) => {
            let pieces = stream::unfold(pieces, |mut pieces| async move {
                pieces.recv().await.map(|piece| (Ok::<_, Infallible>(piece), pieces))
            });
            ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(pieces))
                .into_response()
        }
    }
}

/// An event with one price per feed.
fn event(feeds: &[(&str, &str, u64)]) -> Bytes {
    let item = |(id, price, time): &(&str, &str, u64)| {
        format!(
            r#"{{"id":"{id}","price":{{"price":"{price}","conf":"1","expo":-2,"publish_time":{time}}}}}"#
        )
    };
    let items: Vec<String> = feeds.iter().map(item).collect();
    format!("data:{{\"binary\":{{}},\"parsed\":[{}]}}\n\n", items.join(",")).into()
}

fn rules() -> StreamRules {
    StreamRules {
        first_wait: Duration::from_millis(20),
        longest_wait: Duration::from_millis(100),
        ..StreamRules::default()
    }
}

async fn next(updates: &mut Updates) -> (Arc<str>, String, u64) {
    let update = timeout(PATIENCE, updates.next()).await.unwrap().unwrap();
    let Update { id, said: Some(said), closed: None } = update else { panic!("{update:?}") };
    (id, said.value.to_string(), said.time / 1_000 - TIME)
}

#[tokio::test]
async fn what_is_published_comes_once() {
    let pushing = Pushing::open().await;
    let upper = format!("0x{}", ETH.to_uppercase());
    let mut updates = pushing.follow(&[&upper, BTC], rules(), &CancellationToken::new());
    let (link, query) = pushing.accept().await;
    assert!(query.contains(&format!("ids%5B%5D={ETH}")) && query.contains(BTC), "{query}");
    assert!(query.contains("ignore_invalid_price_ids=true"), "{query}");
    let unknown = "ab".repeat(32);
    for piece in [
        event(&[(ETH, "228187", TIME), (&unknown, "1", TIME)]),
        ":No update available\n\n".into(),
        "event:error\ndata:Error receiving update: Lagged(3)\n\n".into(),
        "data:<html>\n\n".into(),
        event(&[(ETH, "228187", TIME), (BTC, "4229861", TIME)]),
        // later than what follows; and one that cannot be read beside one that can
        event(&[(ETH, "228200", TIME + 2)]),
        event(&[(ETH, "228190", TIME + 1), (BTC, "oh", TIME + 1), (BTC, "4230000", TIME + 2)]),
    ] {
        link.send(piece).await.unwrap();
    }
    let (eth, btc): (Arc<str>, Arc<str>) = (upper.into(), BTC.into());
    for expected in
        [(&eth, "2281.87", 0), (&btc, "42298.61", 0), (&eth, "2282", 2), (&btc, "42300", 2)]
    {
        let (id, value, time) = next(&mut updates).await;
        assert_eq!((&id, value.as_str(), time), expected);
    }
}

#[tokio::test]
async fn an_event_may_come_in_pieces() {
    let pushing = Pushing::open().await;
    let mut updates = pushing.follow(&[ETH], rules(), &CancellationToken::new());
    let (link, _) = pushing.accept().await;
    let whole = event(&[(ETH, "228187", TIME)]);
    for piece in whole.chunks(40) {
        link.send(Bytes::copy_from_slice(piece)).await.unwrap();
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(next(&mut updates).await.1, "2281.87");
}

#[tokio::test]
async fn a_connection_that_ends_or_is_silent_is_made_again() {
    let pushing = Pushing::open().await;
    let rules = StreamRules { silence: Duration::from_millis(300), ..rules() };
    let mut updates = pushing.follow(&[ETH], rules, &CancellationToken::new());
    let (link, _) = pushing.accept().await;
    link.send(event(&[(ETH, "228187", TIME)])).await.unwrap();
    assert_eq!(next(&mut updates).await.1, "2281.87");
    drop(link);
    for status in [StatusCode::BAD_GATEWAY, StatusCode::OK, StatusCode::FOUND] {
        pushing.reply(Reply::Status(status)).await;
    }
    // silent, and then one whose event has no end
    let (silent, _) = pushing.accept().await;
    let (endless, _) = pushing.accept().await;
    let part = Bytes::from(vec![b'x'; 1 << 20]);
    while endless.send(part.clone()).await.is_ok() {}
    let (link, _) = pushing.accept().await;
    // what was said before the cut is not said again
    link.send(event(&[(ETH, "228187", TIME)])).await.unwrap();
    link.send(event(&[(ETH, "228188", TIME + 1)])).await.unwrap();
    assert_eq!(next(&mut updates).await, (ETH.into(), "2281.88".to_owned(), 1));
    drop(silent);
}

#[tokio::test]
async fn it_ends_with_the_shutdown_and_with_its_reader() {
    let pushing = Pushing::open().await;
    let shutdown = CancellationToken::new();
    let mut updates = pushing.follow(&[ETH], rules(), &shutdown);
    let (link, _) = pushing.accept().await;
    shutdown.cancel();
    assert_eq!(timeout(PATIENCE, updates.next()).await.unwrap(), None);
    timeout(PATIENCE, link.closed()).await.unwrap();
    let updates = pushing.follow(&[ETH], rules(), &CancellationToken::new());
    let (link, _) = pushing.accept().await;
    drop(updates);
    timeout(PATIENCE, link.closed()).await.unwrap();
    let mut nothing = pushing.follow(&["ETH/USD"], rules(), &CancellationToken::new());
    assert_eq!(StreamExt::next(&mut nothing).await, None);
}
