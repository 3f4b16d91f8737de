//! The server.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::http::HeaderMap;
use axum::{
    Router,
    extract::State,
    http::Uri,
    response::Response,
    routing::{any, get},
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    answer::{Question, Reply},
    body,
    fault::Fault,
    json::Json,
    push::{self, Pushing},
    source,
    world::{Api, Candle, Knowledge, Print},
};

/// A running server. It ends when this is dropped.
#[derive(Debug)]
pub struct PriceServer {
    address: SocketAddr,
    shared: Shared,
    task: JoinHandle<()>,
}

/// A question that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The path below the source's base, decoded.
    pub path: String,
    /// The parameters, decoded.
    pub query: Vec<(String, String)>,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The status it was answered with.
    pub status: u16,
}

impl Asked {
    /// The value of a parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

pub(crate) type Shared = Arc<Mutex<Everything>>;

#[derive(Debug, Default)]
pub(crate) struct Everything {
    known: BTreeMap<Api, Knowledge>,
    faults: BTreeMap<Api, VecDeque<Vec<Fault>>>,
    always: BTreeMap<Api, Vec<Fault>>,
    asked: BTreeMap<Api, Vec<Asked>>,
    etags: bool,
    pub(crate) pushing: BTreeMap<Api, Pushing>,
}

impl PriceServer {
    /// Starts one at a free port of this machine. It knows nothing yet.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Shared::default();
        let router = Router::new()
            .route("/binance/stream", any(push::socket))
            .route("/pyth/v2/updates/price/stream", get(push::events))
            .fallback(handle)
            .with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move {
            // it ends with the test
            drop(axum::serve(listener, router).await);
        });
        Ok(Self { address, shared, task })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Everything> {
        lock(&self.shared)
    }

    /// The base URL of a source.
    #[must_use]
    pub fn base(&self, api: Api) -> String {
        format!("http://{}/{}", self.address, api.name())
    }

    /// A source learns a price. Prices come in the order of time.
    pub fn say(&self, api: Api, id: &str, print: Print) {
        let mut all = self.lock();
        all.known.entry(api).or_default().prints.entry(id.into()).or_default().push(print);
    }

    /// A source learns a token's symbol and decimals.
    pub fn token(&self, api: Api, id: &str, symbol: &str, decimals: u8) {
        let mut all = self.lock();
        let tokens = &mut all.known.entry(api).or_default().tokens;
        tokens.insert(id.into(), (symbol.into(), decimals));
    }

    /// A source learns candles of a length in seconds. They come in the order of time.
    pub fn candles(&self, api: Api, id: &str, length: u64, candles: Vec<Candle>) {
        let mut all = self.lock();
        let known = &mut all.known.entry(api).or_default().candles;
        known.entry((id.into(), length)).or_default().extend(candles);
    }

    /// The next answer of a source that has no fault yet has these.
    pub fn fault(&self, api: Api, faults: impl IntoIterator<Item = Fault>) {
        let faults = faults.into_iter().collect();
        self.lock().faults.entry(api).or_default().push_back(faults);
    }

    /// Every answer of a source has these, after those of [`PriceServer::fault`] are used up; none: it is well again.
    pub fn always(&self, api: Api, faults: impl IntoIterator<Item = Fault>) {
        self.lock().always.insert(api, faults.into_iter().collect());
    }

    /// From now on answers have an `ETag`, and who has seen one already is told `304 Not Modified`.
    pub fn offer_etags(&self) {
        self.lock().etags = true;
    }

    /// What a source was asked, in its order.
    #[must_use]
    pub fn asked(&self, api: Api) -> Vec<Asked> {
        self.lock().asked.get(&api).cloned().unwrap_or_default()
    }
}

impl Drop for PriceServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) fn lock(shared: &Shared) -> MutexGuard<'_, Everything> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn handle(State(shared): State<Shared>, uri: Uri, headers: HeaderMap) -> Response {
    let (name, question) = Question::read(&uri, headers);
    let Some(api) = Api::ALL.into_iter().find(|api| api.name() == name) else {
        return body::response(404, &[], "no such source".into(), &[]);
    };
    let mut all = lock(&shared);
    let scripted = all.faults.get_mut(&api).and_then(VecDeque::pop_front);
    let faults = scripted.or_else(|| all.always.get(&api).cloned()).unwrap_or_default();
    let etags = all.etags;
    let reply = source::answer(api, &question, all.known.entry(api).or_default());
    let (status, headers, text) = bent(reply, &faults, &question, etags);
    drop(all);
    noted(&shared, api, &question, status);
    body::response(status, &headers, text, &faults)
}

/// Remembers a question and the status that it is answered with.
pub(crate) fn noted(shared: &Shared, api: Api, question: &Question, status: u16) {
    let pair = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned())
    };
    lock(shared).asked.entry(api).or_default().push(Asked {
        path: question.path.join("/"),
        query: question.query.clone(),
        headers: question.headers.iter().map(pair).collect(),
        status,
    });
}

/// Status, headers and text of an answer with its faults.
fn bent(
    reply: Reply,
    faults: &[Fault],
    question: &Question,
    etags: bool,
) -> (u16, Vec<(&'static str, String)>, String) {
    let Reply { mut status, json, mut headers } = reply;
    let json: Json = faults.iter().fold(json, |json, fault| fault.bend(json));
    let mut text = json.to_string();
    if etags && status == 200 {
        let etag = format!("\"{}-{}\"", text.len(), text.bytes().fold(7_u64, mixed));
        let seen = question.headers.get("if-none-match").and_then(|seen| seen.to_str().ok());
        if seen == Some(&etag) {
            (status, text) = (304, String::new());
        }
        headers.push(("etag", etag));
    }
    for fault in faults {
        match fault {
            Fault::Status(code, wait) => {
                status = *code;
                text = format!("{{\"error\":\"status {code}\"}}");
                headers.extend(wait.clone().map(|wait| ("retry-after", wait)));
            }
            Fault::Body(body) => text.clone_from(body),
            Fault::Html => {
                "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>".clone_into(&mut text);
            }
            Fault::EchoesKey => {
                status = 401;
                let path = question.path.join("/");
                text = format!("bad key at {path} with {:?}", question.headers);
            }
            Fault::Redirect(to) => {
                status = 302;
                headers.push(("location", to.clone()));
            }
            Fault::Long(length, false) => {
                text = format!("[{}]", " ".repeat(length.saturating_sub(2)));
            }
            _ => {}
        }
    }
    (status, headers, text)
}

fn mixed(sum: u64, byte: u8) -> u64 {
    sum.wrapping_mul(31).wrapping_add(u64::from(byte))
}
