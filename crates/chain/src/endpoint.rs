//! One endpoint: a transport that has shown that it serves the right chain, with its health, its limits and its counts.

mod health;
mod http;
mod limiter;
pub(crate) mod ws;

use std::time::Duration;

use alloy::transports::http::reqwest::Url;
use serde::de::DeserializeOwned;
use tokio::{sync::OnceCell, time::Instant};

use crate::{
    endpoint::{health::Health, http::Http, limiter::Limiter, ws::Ws},
    error::{Cause, ChainError, Fault},
    stats::{Counters, EndpointStats, Outcome},
    wire::{Quantity, answers, body},
};

/// A second endpoint is asked after this, when nothing is known of the first one's latency.
const UNKNOWN_P95: Duration = Duration::from_secs(1);
/// Never sooner than this, or two endpoints would be asked for everything.
const SHORTEST_HEDGE: Duration = Duration::from_millis(25);

#[derive(Debug)]
enum Transport {
    Http(Http),
    Ws(Ws),
}

/// An endpoint.
#[derive(Debug)]
pub(crate) struct Endpoint {
    transport: Transport,
    /// Scheme and host only: paths and queries of providers carry keys.
    pub(crate) name: String,
    pub(crate) health: Health,
    pub(crate) limiter: Limiter,
    counters: Counters,
    expected_chain: u64,
    /// Set once it has shown that.
    serves_chain: OnceCell<()>,
}

impl Endpoint {
    pub(crate) fn new(url: &str, expected_chain: u64) -> Result<Self, ChainError> {
        let name = redact(url);
        let parsed: Url = url.parse().map_err(|_| ChainError::BadUrl(name.clone()))?;
        if parsed.host_str().is_none() {
            return Err(ChainError::BadUrl(name));
        }
        let transport = match parsed.scheme() {
            "http" | "https" => Transport::Http(Http::new(parsed)?),
            "ws" | "wss" => Transport::Ws(Ws::new(url)),
            _ => return Err(ChainError::BadUrl(name)),
        };
        Ok(Self {
            transport,
            name,
            health: Health::default(),
            limiter: Limiter::new(),
            counters: Counters::default(),
            expected_chain,
            serves_chain: OnceCell::new(),
        })
    }

    /// The URL for subscriptions.
    pub(crate) fn ws_url(&self) -> Option<&str> {
        match &self.transport {
            Transport::Ws(ws) => Some(ws.url()),
            Transport::Http(_) => None,
        }
    }

    /// After how long a second endpoint should be asked the same.
    pub(crate) fn patience(&self, method: &'static str) -> Duration {
        self.health.p95(method).unwrap_or(UNKNOWN_P95).max(SHORTEST_HEDGE)
    }

    /// Asks once. One answer per set of parameters; the outer fault is one of all of them. Faults name the endpoint.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &[&str],
        confirm: Option<u64>,
    ) -> Result<Vec<Result<T, Fault>>, Fault> {
        let named = |fault: Fault| fault.of_endpoint(&self.name);
        let answers = self.checked(method, params, confirm).await.map_err(named)?;
        Ok(answers.into_iter().map(|answer| answer.map_err(named)).collect())
    }

    async fn checked<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &[&str],
        confirm: Option<u64>,
    ) -> Result<Vec<Result<T, Fault>>, Fault> {
        self.serves_chain.get_or_try_init(|| self.check_chain()).await?;
        if let Some(height) = confirm {
            self.confirm(height).await?;
        }
        self.exchange(method, params).await
    }

    async fn check_chain(&self) -> Result<(), Fault> {
        let actual: Quantity = self.single("eth_chainId", "[]").await?;
        if actual.0 == self.expected_chain {
            return Ok(());
        }
        self.health.serves_another_chain();
        let (url, expected) = (self.name.clone(), self.expected_chain);
        Err(ChainError::WrongChain { url, expected, actual: actual.0 }.into())
    }

    /// Makes sure that the node has come this far: a node that is behind answers a log query up to a block that it does
    /// not have with the logs up to where it is, and says nothing.
    async fn confirm(&self, height: u64) -> Result<(), Fault> {
        if self.health.head().is_some_and(|head| head >= height) {
            return Ok(());
        }
        let head: Quantity = self.single("eth_blockNumber", "[]").await?;
        self.health.is_at(head.0);
        if head.0 >= height {
            return Ok(());
        }
        let text = format!("it is at block {}, short of {height}", head.0);
        Err(ChainError::Missing(text).into())
    }

    async fn single<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &str,
    ) -> Result<T, Fault> {
        let mut answers = self.exchange(method, &[params]).await?;
        answers.pop().unwrap_or_else(|| Err(Fault::unavailable("no answer")))
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &[&str],
    ) -> Result<Vec<Result<T, Fault>>, Fault> {
        let _permit = self.limiter.acquire(params.len()).await;
        let mut record = Record { endpoint: self, method, calls: params.len(), started: None };
        record.started = Some(Instant::now());
        let answers = self.transfer(method, params).await;
        record.end(&answers);
        answers
    }

    async fn transfer<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &[&str],
    ) -> Result<Vec<Result<T, Fault>>, Fault> {
        match &self.transport {
            Transport::Http(http) => {
                let text = http.send(method, body(method, params, 1)).await?;
                answers(method, &text, 1, params.len())
            }
            Transport::Ws(ws) => {
                let (first, texts) = ws.send(method, params).await?;
                let one = |(id, text): (u64, &alloy_primitives::bytes::Bytes)| {
                    let mut answer = answers(method, text, id, 1)?;
                    answer.pop().unwrap_or_else(|| Err(Fault::unavailable("no answer")))
                };
                Ok((first..).zip(&texts).map(one).collect())
            }
        }
    }

    pub(crate) fn stats(&self) -> EndpointStats {
        let limits = self.limiter.limits();
        EndpointStats {
            name: self.name.clone(),
            is_healthy: !self.health.cools_down() && !self.health.is_of_another_chain(),
            failures_in_a_row: self.health.failures(),
            head: self.health.head(),
            latency: self.health.latency(),
            under_way: limits.under_way,
            concurrency_limit: limits.concurrency,
            rate_limit: limits.rate,
            counts: self.counters.read(),
        }
    }
}

/// Notes how a request ended, also when nobody waits for its end any more.
struct Record<'a> {
    endpoint: &'a Endpoint,
    method: &'static str,
    calls: usize,
    started: Option<Instant>,
}

impl Record<'_> {
    fn end<T>(mut self, answers: &Result<Vec<Result<T, Fault>>, Fault>) {
        let Some(started) = self.started.take() else { return };
        let (endpoint, time) = (self.endpoint, started.elapsed());
        let worst = match answers {
            Err(fault) => Some(fault),
            // complaints first, then faults of the endpoint
            Ok(answers) => {
                answers.iter().filter_map(|answer| answer.as_ref().err()).max_by_key(|fault| {
                    (matches!(fault.cause, Cause::TooOften(_)), fault.is_endpoints())
                })
            }
        };
        match worst {
            Some(Fault { cause: Cause::TooOften(wait), .. }) => endpoint.limiter.complained(*wait),
            Some(fault) if fault.is_endpoints() => endpoint.health.failed(),
            _ => {
                endpoint.limiter.went_well(self.calls);
                endpoint.health.answered(self.method, time);
            }
        }
        let outcome = worst.map_or(Outcome::Answered, outcome);
        endpoint.counters.add(self.method, outcome, self.calls, time);
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        if let Some(started) = self.started.take() {
            let time = started.elapsed();
            self.endpoint.counters.add(self.method, Outcome::Overtaken, self.calls, time);
            self.endpoint.health.took_at_least(self.method, time);
        }
    }
}

const fn outcome(fault: &Fault) -> Outcome {
    match (fault.cause, &fault.error) {
        (Cause::TooOften(_), _) => Outcome::TooOften,
        (_, ChainError::Reverted { .. }) => Outcome::Answered,
        (_, ChainError::TooLarge(_)) => Outcome::TooLarge,
        (_, ChainError::Missing(_)) => Outcome::Missing,
        (_, ChainError::Unavailable(_)) => Outcome::Failed,
        (_, ChainError::Inconsistent(_)) => Outcome::Inconsistent,
        (_, ChainError::Refused(_) | ChainError::WrongChain { .. } | ChainError::BadUrl(_)) => {
            Outcome::Refused
        }
    }
}

/// Scheme, host and port; never user, path or query. What is no url may be all secret.
fn redact(url: &str) -> String {
    match url.parse::<Url>() {
        Ok(parsed) if parsed.host_str().is_some() => {
            let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}://{}{port}", parsed.scheme(), parsed.host_str().unwrap_or_default())
        }
        _ => match url.split_once("://") {
            Some((scheme, _)) => format!("{scheme}://…"),
            None => "…".to_owned(),
        },
    }
}
