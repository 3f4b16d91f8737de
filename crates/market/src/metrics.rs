//! What is counted of the calls to price sources. The label is the source's name; a key or a URL is never one.

use domain::market::Source;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry};

mod streams;

pub(crate) use streams::{Heard, StreamMetrics};

/// Answers of remote APIs take from milliseconds to a deadline of some seconds.
const SECONDS: [f64; 10] = [0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Metrics of all HTTP clients and streams of this crate.
#[derive(Debug, Clone)]
pub struct Metrics {
    requests: IntCounterVec,
    seconds: HistogramVec,
    rate_waits: IntCounterVec,
    circuit: IntGaugeVec,
    silent_until: IntGaugeVec,
    refused_bodies: IntCounterVec,
    odd_items: IntCounterVec,
    calls_left: IntGaugeVec,
    streams: StreamMetrics,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// With an answer.
    Ok,
    /// With the answer of before.
    NotModified,
    /// The same question was under way: its answer is shared.
    Shared,
    /// 429, 418, 403, or 503 with `Retry-After`: the source wants to be left alone.
    LeftAlone,
    /// Another status of 4xx, or a redirect to somewhere else.
    Refused,
    /// 5xx.
    ServerError,
    /// No answer in time.
    Timeout,
    /// No connection, or one that broke.
    Broken,
    /// A body that cannot be used.
    Odd,
}

impl Outcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotModified => "not_modified",
            Self::Shared => "shared",
            Self::LeftAlone => "left_alone",
            Self::Refused => "refused",
            Self::ServerError => "server_error",
            Self::Timeout => "timeout",
            Self::Broken => "broken",
            Self::Odd => "odd",
        }
    }
}

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyFault {
    /// Longer than the limit, packed or unpacked.
    TooLarge,
    /// Packed in a way that was not offered, or not what it says.
    Packed,
    /// Not JSON.
    NotJson,
}

impl BodyFault {
    const fn name(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Packed => "packed",
            Self::NotJson => "not_json",
        }
    }
}

/// State of a circuit, as its gauge says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CircuitState {
    Closed = 0,
    HalfOpen = 1,
    Open = 2,
}

/// A registered counter with these labels.
fn counter(
    registry: &Registry,
    name: &str,
    help: &str,
    labels: &[&str],
) -> Result<IntCounterVec, prometheus::Error> {
    let vec = IntCounterVec::new(Opts::new(name, help), labels)?;
    registry.register(Box::new(vec.clone()))?;
    Ok(vec)
}

/// A registered gauge by source.
fn gauge(registry: &Registry, name: &str, help: &str) -> Result<IntGaugeVec, prometheus::Error> {
    let vec = IntGaugeVec::new(Opts::new(name, help), &["source"])?;
    registry.register(Box::new(vec.clone()))?;
    Ok(vec)
}

impl Metrics {
    /// Registers them.
    ///
    /// # Errors
    /// When the registry has metrics of these names.
    pub fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let counter = |name, help, labels: &[&str]| counter(registry, name, help, labels);
        let gauge = |name, help| gauge(registry, name, help);
        let seconds = HistogramVec::new(
            HistogramOpts::new(
                "sooho_market_request_seconds",
                "Time from sending a request to a price source to the end of its answer",
            )
            .buckets(SECONDS.to_vec()),
            &["source"],
        )?;
        registry.register(Box::new(seconds.clone()))?;
        Ok(Self {
            requests: counter(
                "sooho_market_requests_total",
                "Requests to price sources, by how they ended; `shared` were not sent",
                &["source", "outcome"],
            )?,
            seconds,
            rate_waits: counter(
                "sooho_market_rate_waits_total",
                "Requests that waited, or were not sent, because the configured rate was used up",
                &["source"],
            )?,
            circuit: gauge(
                "sooho_market_circuit_state",
                "Circuit of the price source: 0 closed, 1 one call tries whether it is back, 2 open (no calls)",
            )?,
            silent_until: gauge(
                "sooho_market_silent_until_seconds",
                "Unix time until which the price source wants no calls; 0 when it never said so",
            )?,
            refused_bodies: counter(
                "sooho_market_refused_bodies_total",
                "Answers of price sources whose body was not read, by reason",
                &["source", "reason"],
            )?,
            odd_items: counter(
                "sooho_market_odd_items_total",
                "Items of answers of price sources that could not be read; the rest of the answer was used",
                &["source"],
            )?,
            calls_left: gauge(
                "sooho_market_calls_left",
                "Calls that the plan of the price source's key has left in this month, where the source says so",
            )?,
            streams: StreamMetrics::new(registry)?,
        })
    }

    pub(crate) const fn streams(&self) -> &StreamMetrics {
        &self.streams
    }

    pub(crate) fn request(&self, source: Source, outcome: Outcome) {
        self.requests.with_label_values(&[source.name(), outcome.name()]).inc();
    }

    pub(crate) fn took(&self, source: Source, seconds: f64) {
        self.seconds.with_label_values(&[source.name()]).observe(seconds);
    }

    pub(crate) fn rate_wait(&self, source: Source) {
        self.rate_waits.with_label_values(&[source.name()]).inc();
    }

    pub(crate) fn circuit(&self, source: Source, state: CircuitState) {
        self.circuit.with_label_values(&[source.name()]).set(state as i64);
    }

    pub(crate) fn silent_until(&self, source: Source, unix_seconds: u64) {
        let seconds = i64::try_from(unix_seconds).unwrap_or(i64::MAX);
        self.silent_until.with_label_values(&[source.name()]).set(seconds);
    }

    pub(crate) fn refused_body(&self, source: Source, fault: BodyFault) {
        self.refused_bodies.with_label_values(&[source.name(), fault.name()]).inc();
    }

    pub(crate) fn calls_left(&self, source: Source, calls: u64) {
        let calls = i64::try_from(calls).unwrap_or(i64::MAX);
        self.calls_left.with_label_values(&[source.name()]).set(calls);
    }

    pub(crate) fn odd_items(&self, source: Source, count: u64) {
        self.odd_items.with_label_values(&[source.name()]).inc_by(count);
    }
}
