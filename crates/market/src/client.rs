//! The HTTP client that all adapters share: it asks as a guest should, and no answer harms us.
//!
//! One [`Http`] stands for one source with one key. A question waits for the source's rate, is shared with whoever asks
//! the same meanwhile, is tried again after trouble while its deadline allows, and ends at once while the source wants
//! to be left alone or its circuit is open. Dropping the future of a question is harmless at any point. Rate, ban and
//! circuit are those of the [`Http`] and its clones: whoever makes a second one for the same host is two guests.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::market::Source;
use futures::FutureExt as _;
use rand::Rng as _;
use reqwest::{
    Url,
    header::{self, HeaderMap},
};

use crate::{
    clock::Clock,
    error::MarketError,
    metrics::{Metrics, Outcome},
    secret::{Key, presentable},
};

mod batch;
mod body;
mod breaker;
mod bucket;
mod cache;
mod call;
mod exchange;
mod flights;
mod gate;
mod hold;
mod manners;
mod spoken;
#[cfg(test)]
mod tests;

pub(crate) use self::{batch::batches, hold::retry_after, spoken::Spoken};
use self::{
    cache::{Cache, Kept},
    exchange::{Ended, Exchange},
    flights::Flights,
    gate::{Gate, Pass},
};
pub use self::{
    call::{Answer, Call},
    manners::{KeyPlace, Manners},
};

/// Times a question is sent at most.
const TRIES: u32 = 3;
/// Pause before the second try at most; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// A client of one source. Clones are the same client.
#[derive(Debug, Clone)]
pub struct Http(Arc<Inner>);

struct Inner {
    source: Source,
    base: Url,
    key: Option<Key>,
    deadline: Duration,
    used_weight: Option<&'static str>,
    exchange: Exchange,
    gate: Gate,
    cache: Mutex<Cache>,
    flights: Flights,
    spoken: Spoken,
    metrics: Metrics,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Inner {
    /// Without the URLs, which may hold the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = self.base.host_str().unwrap_or_default();
        f.debug_struct("Http")
            .field("source", &self.source)
            .field("host", &host)
            .finish_non_exhaustive()
    }
}

impl Http {
    /// A client that has not asked anything yet.
    ///
    /// # Errors
    /// [`MarketError::Misconfigured`] for a base URL or a key that cannot be one.
    pub fn new(
        source: Source,
        manners: Manners,
        metrics: &Metrics,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, MarketError> {
        let (base, headers) = manners.parts(source)?;
        let exchange = Exchange::new(headers)
            .map_err(|why| MarketError::Misconfigured { source_name: source, why })?;
        Ok(Self(Arc::new(Inner {
            source,
            base,
            key: manners.key.map(|(_, key)| key),
            deadline: manners.deadline,
            used_weight: manners.used_weight,
            exchange,
            gate: Gate::new(source, manners.per_minute, metrics.clone(), Arc::clone(&clock)),
            cache: Mutex::default(),
            flights: Flights::default(),
            spoken: Spoken::default(),
            metrics: metrics.clone(),
            clock,
        })))
    }

    /// Whom it asks.
    #[must_use]
    pub fn source(&self) -> Source {
        self.0.source
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// Characters of the URL that this call would have.
    #[must_use]
    pub fn url_length(&self, call: &Call) -> usize {
        call.below(&self.0.base).as_str().len()
    }

    /// From now on this rate, in calls or weight per minute.
    pub fn set_per_minute(&self, per_minute: u32) {
        self.0.gate.set_rate(per_minute);
    }

    /// Asks. The answer is JSON by its first character; what stands in it is for the caller to judge.
    ///
    /// # Errors
    /// [`MarketError`], whose texts are free of keys.
    pub async fn get(&self, call: &Call) -> Result<Answer, MarketError> {
        let url = call.below(&self.0.base);
        // with what makes answers different; kept in memory only
        let name = format!("{url} {:?}", call.told);
        let start = || Inner::run(Arc::clone(&self.0), call.clone(), url, name.clone()).boxed();
        let (flight, shared) = self.0.flights.join(&name, start);
        if shared {
            self.0.metrics.request(self.0.source, Outcome::Shared);
        }
        flight.await
    }

    /// The source says how many calls are left in this month.
    pub(crate) fn calls_left(&self, calls: u64) {
        self.0.metrics.calls_left(self.0.source, calls);
    }

    /// What was said of it already.
    pub(crate) fn spoken(&self) -> &Spoken {
        &self.0.spoken
    }

    /// Counts items of an answer of this kind that could not be read, and says which the first was; again only after one
    /// without any.
    pub(crate) fn odd_items(&self, kind: &str, count: usize, first: &str) {
        let (source, trouble) = (self.0.source, format!("odd {kind}"));
        if count == 0 {
            if self.0.spoken.ends(&trouble) {
                tracing::info!(%source, kind, "no odd items in answers any more");
            }
            return;
        }
        let first = presentable(first, self.0.key.as_ref());
        if self.0.spoken.begins(&trouble) {
            tracing::warn!(%source, kind, count, first, "odd items in an answer");
        } else {
            tracing::debug!(%source, kind, count, first, "odd items in an answer, again");
        }
        self.0.metrics.odd_items(source, u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// What the source said, fit for an error.
    pub(crate) fn presentable(&self, text: &str) -> String {
        presentable(text, self.0.key.as_ref())
    }

    /// The answer is not what the documentation says.
    pub(crate) fn odd(&self, why: &str) -> MarketError {
        MarketError::Odd { source_name: self.0.source, why: self.presentable(why) }
    }
}

impl Inner {
    async fn run(
        self: Arc<Self>,
        call: Call,
        url: Url,
        name: String,
    ) -> Result<Answer, MarketError> {
        let deadline = self.clock.uptime() + self.deadline;
        let mut tries = 0;
        loop {
            // waiting for the rate leaves time for the answer
            let pass = self.gate.enter(call.weight, deadline - self.deadline / 4).await?;
            let left = deadline.saturating_sub(self.clock.uptime());
            // a source that is silent leaves time for a second try
            let timeout = if tries == 0 { left.min(self.deadline / 2) } else { left };
            let kept = self.cache().get(&name);
            let etag = kept.as_ref().map(|kept| kept.etag.clone());
            let begin = self.clock.uptime();
            let now = || self.clock.now();
            let ended = self.exchange.get(url.clone(), etag, &call.told, timeout, now).await;
            self.metrics.took(self.source, (self.clock.uptime() - begin).as_secs_f64());
            tries += 1;
            let why = match self.judge(ended, pass, &name, kept) {
                Judged::Over(outcome) => return outcome,
                Judged::Again(why) => why,
            };
            let pause = rand::rng().random_range(Duration::ZERO..=FIRST_PAUSE * (1 << (tries - 1)));
            if tries >= TRIES || self.clock.uptime() + pause >= deadline {
                return Err(MarketError::Unavailable { source_name: self.source, why });
            }
            self.clock.sleep(pause).await;
        }
    }

    /// What an ended request means for the caller, the circuit and the metrics.
    fn judge(&self, ended: Ended, pass: Pass<'_>, name: &str, kept: Option<Kept>) -> Judged {
        let source_name = self.source;
        let count = |outcome| self.metrics.request(source_name, outcome);
        let trouble = |outcome, pass: Pass<'_>, why: &str| {
            count(outcome);
            pass.failed();
            presentable(why, self.key.as_ref())
        };
        match ended {
            Ended::Answer { status, body, headers } => {
                count(Outcome::Ok);
                pass.answered();
                self.weight_used(&headers);
                if status == 200 {
                    self.keep(name, &headers, &body);
                }
                Judged::Over(Ok(self.answer(status, body)))
            }
            Ended::NotModified(headers) => {
                self.weight_used(&headers);
                let Some(kept) = kept else {
                    let why = trouble(Outcome::Odd, pass, "HTTP 304 to what nobody has");
                    return Judged::Over(Err(MarketError::Odd { source_name, why }));
                };
                count(Outcome::NotModified);
                pass.answered();
                Judged::Over(Ok(self.answer(200, kept.body)))
            }
            Ended::LeftAlone { status, retry_after, why } => {
                count(Outcome::LeftAlone);
                let why = presentable(&why, self.key.as_ref());
                Judged::Over(Err(pass.left_alone(status, retry_after, why)))
            }
            Ended::Refused(why) => {
                count(Outcome::Refused);
                pass.answered();
                let why = presentable(&why, self.key.as_ref());
                Judged::Over(Err(MarketError::Refused { source_name, why }))
            }
            Ended::Odd(fault, why) => {
                self.metrics.refused_body(source_name, fault);
                let why = trouble(Outcome::Odd, pass, &why);
                Judged::Over(Err(MarketError::Odd { source_name, why }))
            }
            Ended::ServerError(why) => Judged::Again(trouble(Outcome::ServerError, pass, &why)),
            Ended::Timeout => Judged::Again(trouble(Outcome::Timeout, pass, "no answer in time")),
            Ended::Broken(why) => Judged::Again(trouble(Outcome::Broken, pass, &why)),
        }
    }

    fn answer(&self, status: u16, body: alloy_primitives::bytes::Bytes) -> Answer {
        Answer { status, body, fetched_at: self.clock.now() }
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, name: &str, headers: &HeaderMap, body: &alloy_primitives::bytes::Bytes) {
        match headers.get(header::ETAG) {
            Some(etag) => {
                self.cache().put(name, Kept { etag: etag.clone(), body: body.clone() });
            }
            None => self.cache().remove(name),
        }
    }

    fn weight_used(&self, headers: &HeaderMap) {
        let used = self.used_weight.and_then(|name| headers.get(name)?.to_str().ok()?.parse().ok());
        if let Some(used) = used {
            self.gate.used(used);
        }
    }
}

/// What follows from an ended request.
enum Judged {
    /// The question has its answer, or will have none.
    Over(Result<Answer, MarketError>),
    /// Another try may help; why the last one did not.
    Again(String),
}
