//! Waiting for new blocks: by subscription where there is one, by looking again where there is none or while it is down.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::{sync::watch, task::JoinHandle, time::Instant};
use tokio_tungstenite::tungstenite::Message;

use crate::{client::Client, endpoint::ws, error::Fault, wire::Quantity};

const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);
/// A connection that says nothing is asked whether it is alive.
const PING: Duration = Duration::from_secs(5);
/// A connection that says nothing for so long is given up.
const SILENCE: Duration = Duration::from_secs(15);
/// While subscriptions stand, the chain is looked at only as a precaution.
const PRECAUTION: Duration = Duration::from_secs(2);
/// Between looks while a block was announced that no answer has shown yet.
const ANNOUNCED: Duration = Duration::from_millis(20);
/// After so long an announced block is not waited for any more; the chain may have gone back.
const BELIEVED: Duration = Duration::from_secs(2);

/// What the subscriptions say.
#[derive(Debug, Clone, Copy)]
struct News {
    /// Subscriptions that stand.
    standing: usize,
    /// The newest block announced, and when.
    announced: Option<(u64, Instant)>,
}

/// Something to wait on. Ends its subscriptions when dropped.
#[derive(Debug)]
pub struct Heads {
    client: Client,
    poll: Duration,
    news: watch::Receiver<News>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Heads {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Heads {
    pub(crate) fn new(client: Client, poll: Duration) -> Self {
        let (sender, news) = watch::channel(News { standing: 0, announced: None });
        let tasks = client
            .endpoints()
            .iter()
            .enumerate()
            .filter_map(|(at, endpoint)| endpoint.ws_url().map(|url| (at, url.to_owned())))
            .map(|(at, url)| tokio::spawn(follow(client.clone(), at, url, sender.clone())))
            .collect();
        Self { client, poll, news, tasks }
    }

    /// Subscriptions that stand now.
    #[must_use]
    pub fn standing(&self) -> usize {
        self.news.borrow().standing
    }

    /// Waits until it is worth looking at the head again: a block was announced, also while nobody waited, or it is time.
    pub async fn wait(&mut self) {
        let news = *self.news.borrow();
        let unseen = news.announced.is_some_and(|(number, at)| {
            number > self.client.newest_seen() && at.elapsed() < BELIEVED
        });
        let wait = if unseen {
            ANNOUNCED.min(self.poll)
        } else if news.standing > 0 {
            PRECAUTION.max(self.poll)
        } else {
            self.poll
        };
        if tokio::time::timeout(wait, self.news.changed()).await.is_ok_and(|news| news.is_err()) {
            // no endpoint can be subscribed to: only time tells
            tokio::time::sleep(wait).await;
        }
    }
}

/// Keeps a subscription, for ever.
async fn follow(client: Client, at: usize, url: String, news: watch::Sender<News>) {
    let mut delay = FIRST_BACKOFF;
    loop {
        let started = Instant::now();
        let error = subscription(&client, at, &url, &news).await;
        if let Some(endpoint) = client.endpoints().get(at) {
            tracing::warn!(endpoint = endpoint.name, error = %error.error, retry_in = ?delay, "no subscription to new blocks, polling meanwhile");
        }
        if started.elapsed() > LONGEST_BACKOFF {
            delay = FIRST_BACKOFF;
        }
        tokio::time::sleep(delay.mul_f64(0.5 + rand::random::<f64>() / 2.0)).await;
        delay = (delay * 2).min(LONGEST_BACKOFF);
    }
}

/// Counts as standing as long as it lives.
struct Standing<'a>(&'a watch::Sender<News>);

impl<'a> Standing<'a> {
    fn new(news: &'a watch::Sender<News>) -> Self {
        news.send_modify(|news| news.standing += 1);
        Self(news)
    }
}

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|news| news.standing -= 1);
    }
}

#[derive(Deserialize)]
struct Notice {
    params: Option<Params>,
    result: Option<serde::de::IgnoredAny>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Params {
    result: Header,
}

#[derive(Deserialize)]
struct Header {
    number: Quantity,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    message: String,
}

/// One connection, until it breaks.
async fn subscription(client: &Client, at: usize, url: &str, news: &watch::Sender<News>) -> Fault {
    let mut socket = match ws::connect(url).await {
        Ok(socket) => socket,
        Err(fault) => return fault,
    };
    let subscribe = r#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#;
    if let Err(error) = socket.send(Message::text(subscribe)).await {
        return Fault::unavailable(&error.to_string());
    }
    let mut standing = None;
    let mut heard = Instant::now();
    let mut ping = tokio::time::interval(PING);
    loop {
        let message = tokio::select! {
            message = socket.next() => message,
            _ = ping.tick() => {
                if heard.elapsed() > SILENCE {
                    return Fault::unavailable("the connection fell silent");
                }
                if let Err(error) = socket.send(Message::Ping(Vec::new().into())).await {
                    return Fault::unavailable(&error.to_string());
                }
                continue;
            }
        };
        heard = Instant::now();
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(_))) | None => {
                return Fault::unavailable("the endpoint closed the connection");
            }
            Some(Ok(_)) => continue,
            Some(Err(error)) => return Fault::unavailable(&error.to_string()),
        };
        let Ok(notice) = serde_json::from_str::<Notice>(text.as_str()) else { continue };
        if let Some(refusal) = notice.error {
            return Fault::unavailable(&format!("eth_subscribe: {}", refusal.message));
        }
        if notice.result.is_some() && standing.is_none() {
            standing = Some(Standing::new(news));
        }
        if let Some(Params { result: Header { number } }) = notice.params {
            if let Some(endpoint) = client.endpoints().get(at) {
                endpoint.health.is_at(number.0);
            }
            news.send_modify(|news| news.announced = Some((number.0, Instant::now())));
        }
    }
}
