//! Prices as Hermes pushes them, by server-sent events.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use alloy_primitives::{B256, keccak256};
use domain::market::{Millis, Source};
use reqwest::{Client, Response, Url, header, redirect};
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Pyth, questions, said,
    sse::{self, Event},
    wire::{self, Print},
};
use crate::{
    client::{Http, retry_after},
    error::MarketError,
    json::Batch,
    metrics::Heard,
    stream::{Backoff, Gone, StreamRules, Update, Updates, Wanted, hand_on},
};

#[cfg(test)]
mod tests;

/// Bytes of the longest event taken: a few kilobytes of proof and some hundred bytes per feed are usual.
const LARGEST: usize = 4 << 20;

/// However long a server says that it wants to be left alone.
const LONGEST_BAN: Duration = Duration::from_secs(3_600);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens streams.
#[derive(Debug)]
pub(super) struct Streams {
    client: Client,
    url: Url,
}

impl Streams {
    pub(super) fn new(base: &str) -> Result<Self, MarketError> {
        let wrong = |why: &str| MarketError::Misconfigured {
            source_name: Source::Pyth,
            why: why.to_owned(),
        };
        let url = format!("{}/v2/updates/price/stream", base.trim_end_matches('/'));
        let url = Url::parse(&url)
            .map_err(|_| wrong("its base URL is none; write one like https://api.example.com"))?;
        let client = Client::builder()
            .user_agent(concat!("sooho/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|error| wrong(&error.without_url().to_string()))?;
        Ok(Self { client, url })
    }

    /// Opens a connection. Or else: why not, and how long the server wants to be left alone.
    async fn open(
        &self,
        ids: impl Iterator<Item = &String>,
        silence: Duration,
        now: Millis,
    ) -> Result<Response, (String, Duration)> {
        let plain = |why: String| (why, Duration::ZERO);
        let mut url = self.url.clone();
        url.query_pairs_mut().extend_pairs(questions(ids));
        let request = self.client.get(url).header(header::ACCEPT, "text/event-stream");
        let response = timeout(silence, request.send())
            .await
            .map_err(|_| plain("no answer in time".to_owned()))?
            .map_err(|error| plain(error.without_url().to_string()))?;
        if !response.status().is_success() {
            let wait = response.headers().get(header::RETRY_AFTER);
            let wait = wait.and_then(|wait| retry_after(wait.to_str().ok()?, now));
            let wait = wait.unwrap_or_default().min(LONGEST_BAN);
            return Err((format!("it answers {}", response.status()), wait));
        }
        let kind = response.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
            return Err(plain("the answer is no stream of events".to_owned()));
        }
        Ok(response)
    }
}

impl Pyth {
    /// Prices as they are published; one that was published before is not said again. Connections are made again when they
    /// end, which the source sees to once a day; what was published meanwhile is not made up for. Ends with the shutdown; at
    /// once if there are no ids.
    #[must_use]
    pub fn stream(
        self: &Arc<Self>,
        ids: &[Arc<str>],
        rules: StreamRules,
        shutdown: &CancellationToken,
    ) -> Updates {
        let (out, updates) = mpsc::channel(rules.buffer.max(1));
        for ids in self.calls(ids) {
            let (source, out, shutdown) = (Arc::clone(self), out.clone(), shutdown.clone());
            let feeds = ids.into_iter().map(|(plain, id)| (plain, Feed { id, last: 0 })).collect();
            let wanted = self.meter.want();
            tokio::spawn(async move {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = out.closed() => {}
                    Gone = listen(&source, &wanted, feeds, rules, &out) => {}
                }
            });
        }
        Updates::new(updates)
    }
}

/// One feed of a connection.
#[derive(Debug)]
struct Feed {
    id: Arc<str>,
    /// When its newest price was published.
    last: Millis,
}

async fn listen(
    source: &Pyth,
    wanted: &Wanted,
    mut feeds: BTreeMap<String, Feed>,
    rules: StreamRules,
    out: &mpsc::Sender<Update>,
) -> Gone {
    let mut backoff = Backoff::new(rules);
    loop {
        backoff.start();
        let now = source.http.clock().now();
        let opened = source.streams.open(feeds.keys(), rules.silence, now).await;
        let (why, least) = match opened {
            Ok(response) => {
                let (http, feeds) = (&source.http, &mut feeds);
                let mut link = Link { wanted, http, feeds, out };
                match link.read(response, rules.silence).await {
                    Ok(why) => (why, Duration::ZERO),
                    Err(Gone) => return Gone,
                }
            }
            Err(refusal) => refusal,
        };
        let wait = backoff.wait().max(least);
        wanted.ended(&why, wait);
        sleep(wait).await;
        wanted.again();
    }
}

/// What the events of one connection are told to.
#[derive(Debug)]
struct Link<'a> {
    wanted: &'a Wanted,
    http: &'a Http,
    feeds: &'a mut BTreeMap<String, Feed>,
    out: &'a mpsc::Sender<Update>,
}

impl Link<'_> {
    /// Reads until the connection ends. Says why it did.
    async fn read(&mut self, mut response: Response, silence: Duration) -> Result<String, Gone> {
        let (mut reader, mut open) = (sse::Reader::new(LARGEST), None);
        loop {
            let bytes = match timeout(silence, response.chunk()).await {
                Err(_) => return Ok("the connection is silent".to_owned()),
                Ok(Err(error)) => return Ok(error.without_url().to_string()),
                Ok(Ok(None)) => return Ok("the connection was closed".to_owned()),
                Ok(Ok(Some(bytes))) => bytes,
            };
            // an answer alone is no sign of life
            open.get_or_insert_with(|| self.wanted.open());
            let Ok(events) = reader.push(&bytes) else {
                return Ok("an event is no text, or too long".to_owned());
            };
            for event in events {
                let heard = self.take(event).await?;
                self.wanted.heard(heard);
            }
        }
    }

    async fn take(&mut self, event: Event) -> Result<Heard, Gone> {
        if event.name == "error" {
            // the server has skipped something; the connection goes on
            let why: String = event.data.chars().take(200).collect();
            tracing::debug!(source = "pyth", %why, "the price stream says that it lags");
            return Ok(Heard::Other);
        }
        let batch = wire::prints(event.data.as_bytes()).unwrap_or_else(|error| Batch {
            good: Vec::new(),
            odd: 1,
            first: Some(error.to_string()),
        });
        self.http.odd_items("events", batch.odd, batch.first.as_deref().unwrap_or_default());
        let raw = keccak256(&event.data);
        let mut heard = Vec::new();
        for print in batch.good {
            heard.push(self.hand_on(print, raw).await?);
        }
        let is = |what| heard.contains(&what);
        Ok(match batch.odd {
            _ if is(Heard::Used) => Heard::Used,
            _ if is(Heard::Dropped) => Heard::Dropped,
            0 => Heard::Repeated,
            _ => Heard::Odd,
        })
    }

    async fn hand_on(&mut self, print: Print, raw: B256) -> Result<Heard, Gone> {
        let Some(feed) = self.feeds.get_mut(&print.id).filter(|feed| print.time > feed.last) else {
            return Ok(Heard::Repeated);
        };
        feed.last = print.time;
        let said = Some(said(&feed.id, &print, raw));
        hand_on(self.out, Update { id: Arc::clone(&feed.id), said, closed: None }).await
    }
}
