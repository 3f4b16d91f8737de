//! `DefiLlama` coins: prices by contract, many at once, and of any time in the past. A feed is `chain:address` or
//! `coingecko:id`; prices are in US dollars, with a confidence.

use std::sync::Arc;

use domain::{
    candle::Resolution,
    market::{Millis, Source},
};
use futures::{FutureExt as _, future::BoxFuture};

use crate::{
    client::{Call, Http, KeyPlace, Manners},
    clock::Clock,
    config::SourceConfig,
    error::MarketError,
    metrics::Metrics,
    source::{Points, PriceSource, Said, Series},
};

mod history;
mod prices;
#[cfg(test)]
mod tests;
mod wire;

const BASE: &str = "https://coins.llama.fi";
const PAID_BASE: &str = "https://pro-api.llama.fi";
/// Calls per minute; the source names no limit for those without a key.
const PER_MINUTE: u32 = 120;
const PAID_PER_MINUTE: u32 = 500;

/// The adapter.
#[derive(Debug)]
pub struct DefiLlama {
    http: Http,
    paid: bool,
    longest_url: usize,
    ids_per_call: usize,
}

impl DefiLlama {
    /// The adapter; with a key, which is part of its paths, that of the paid plan.
    ///
    /// # Errors
    /// [`MarketError::Misconfigured`].
    pub fn new(
        config: &SourceConfig,
        metrics: &Metrics,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, MarketError> {
        let source_name = Source::DefiLlama;
        let paid = config.paid;
        if paid != config.key.is_some() {
            let why = "a paid plan and a key belong together: set both or none".to_owned();
            return Err(MarketError::Misconfigured { source_name, why });
        }
        let (base, rate) = if paid { (PAID_BASE, PAID_PER_MINUTE) } else { (BASE, PER_MINUTE) };
        let manners = Manners {
            base_url: config.base_url.clone().unwrap_or_else(|| base.to_owned()),
            key: config.key.clone().map(|key| (KeyPlace::Path, key)),
            per_minute: config.per_minute.unwrap_or(rate),
            deadline: config.deadline(),
            used_weight: None,
        };
        Ok(Self {
            http: Http::new(source_name, manners, metrics, clock)?,
            paid,
            longest_url: config.longest_url(),
            ids_per_call: config.ids_per_call.unwrap_or(usize::MAX),
        })
    }

    fn call(&self, path: &str) -> Call {
        // below the key the paid base serves other things too
        if self.paid { Call::new("coins").segments(path) } else { Call::new(path) }
    }
}

impl PriceSource for DefiLlama {
    fn source(&self) -> Source {
        Source::DefiLlama
    }

    fn now<'a>(&'a self, ids: &'a [Arc<str>]) -> BoxFuture<'a, Result<Vec<Said>, MarketError>> {
        self.prices(ids, None).boxed()
    }

    fn resolutions(&self) -> &'static [Resolution] {
        &[]
    }

    fn bars<'a>(
        &'a self,
        _id: &'a str,
        resolution: Resolution,
        _from: Millis,
        _to: Millis,
    ) -> BoxFuture<'a, Result<Series, MarketError>> {
        let what = format!("candles of {}", resolution.name());
        async { Err(MarketError::NotServed { source_name: Source::DefiLlama, what }) }.boxed()
    }

    fn at<'a>(
        &'a self,
        ids: &'a [Arc<str>],
        time: Millis,
    ) -> Option<BoxFuture<'a, Result<Vec<Said>, MarketError>>> {
        Some(self.prices(ids, Some(time)).boxed())
    }

    fn points<'a>(
        &'a self,
        id: &'a str,
        from: Millis,
        to: Millis,
    ) -> Option<BoxFuture<'a, Result<Points, MarketError>>> {
        Some(self.hourly(id, from, to).boxed())
    }
}
