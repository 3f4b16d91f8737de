//! Binance spot: public market data, without a key. Pairs are named as it names them (`ETHUSDT`), and their prices are in
//! the pair's second token: Tether is not a dollar, and nothing is converted here.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use domain::{
    candle::Resolution,
    market::{Millis, Source},
};
use futures::{FutureExt, future::BoxFuture};

use crate::{
    bars::{Asked, settled},
    client::{Call, Http, Manners},
    clock::Clock,
    config::SourceConfig,
    error::MarketError,
    metrics::Metrics,
    source::{PriceSource, Said, Series},
    stream::Meter,
};

mod stream;
mod tickers;
mod wire;

#[cfg(test)]
mod tests;

/// Public data, without accounts.
const BASE: &str = "https://data-api.binance.vision";
/// Where it is pushed.
const STREAM_BASE: &str = "wss://data-stream.binance.vision";
/// Weight per minute that an address may use is 6,000; others may sit behind the same one.
const WEIGHT_PER_MINUTE: u32 = 3_000;
/// Where it says what was used of the running minute.
const USED_WEIGHT: &str = "x-mbx-used-weight-1m";
const KLINES_WEIGHT: u32 = 2;
/// Candles in one answer at most.
const PAGE: usize = 1_000;
/// A candle is taken as over so long after its end (ms): our clock may be ahead.
const MARGIN: Millis = 5_000;

/// The adapter.
#[derive(Debug)]
pub struct Binance {
    http: Http,
    meter: Meter,
    stream_url: String,
    longest_url: usize,
    ids_per_call: usize,
    /// Symbols that it does not know, and until when they are not asked again.
    unknown: Mutex<BTreeMap<String, Millis>>,
}

impl Binance {
    /// `stream_url` is the base of what is pushed; its own unless given.
    ///
    /// # Errors
    /// [`MarketError::Misconfigured`].
    pub fn new(
        config: &SourceConfig,
        stream_url: Option<&str>,
        metrics: &Metrics,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, MarketError> {
        let manners = Manners {
            base_url: config.base_url.clone().unwrap_or_else(|| BASE.to_owned()),
            key: None,
            per_minute: config.per_minute.unwrap_or(WEIGHT_PER_MINUTE),
            deadline: config.deadline(),
            used_weight: Some(USED_WEIGHT),
        };
        Ok(Self {
            meter: Meter::new(Source::Binance, metrics, Arc::clone(&clock)),
            http: Http::new(Source::Binance, manners, metrics, clock)?,
            stream_url: stream_url.unwrap_or(STREAM_BASE).to_owned(),
            longest_url: config.longest_url(),
            ids_per_call: config.ids_per_call.unwrap_or(usize::MAX),
            unknown: Mutex::default(),
        })
    }

    pub(crate) fn stream_url(&self) -> &str {
        &self.stream_url
    }

    async fn klines(&self, id: &str, asked: Asked) -> Result<Series, MarketError> {
        let Asked { resolution, first, end, .. } = asked;
        let call = Call::new("api/v3/klines")
            .query("symbol", id.to_uppercase())
            // 1m is a minute: a month is 1M, and has no resolution here
            .query("interval", resolution.name())
            .query("startTime", first.to_string())
            .query("endTime", (end - 1).to_string())
            .query("limit", PAGE.to_string())
            .weight(KLINES_WEIGHT);
        let answer = self.http.get(&call).await?;
        wire::klines(&answer.body, resolution)?.settle(asked, || {
            wire::odd("it gives candles from before the range that was asked for")
        })
    }
}

impl PriceSource for Binance {
    fn source(&self) -> Source {
        Source::Binance
    }

    fn now<'a>(&'a self, ids: &'a [Arc<str>]) -> BoxFuture<'a, Result<Vec<Said>, MarketError>> {
        self.tickers(ids).boxed()
    }

    fn resolutions(&self) -> &'static [Resolution] {
        &Resolution::ALL
    }

    fn bars<'a>(
        &'a self,
        id: &'a str,
        resolution: Resolution,
        from: Millis,
        to: Millis,
    ) -> BoxFuture<'a, Result<Series, MarketError>> {
        async move {
            let first = resolution.start_from(from.div_ceil(1_000)).saturating_mul(1_000);
            let end = to.min(settled(resolution, self.http.clock().now(), MARGIN));
            if first >= end {
                return Ok(Series { bars: Vec::new(), until: end.max(from).min(to) });
            }
            self.klines(id, Asked { resolution, first, end, most: PAGE }).await
        }
        .boxed()
    }
}
