//! `CoinGecko`: the broadest source. A feed is a coin's id (`ethereum`) or a platform and a contract
//! (`ethereum:0x…`); prices are in US dollars.
//!
//! Candles are stamped with their ends there; here with their starts like everywhere else.

use std::sync::Arc;

use domain::{
    candle::Resolution,
    market::{Millis, Source},
};
use futures::{FutureExt as _, future::BoxFuture};

use crate::{
    client::{Http, KeyPlace, Manners},
    clock::Clock,
    config::SourceConfig,
    error::MarketError,
    metrics::Metrics,
    source::{Points, PriceSource, Said, Series},
};

mod chart;
mod key;
mod ohlc;
mod simple;
#[cfg(test)]
mod tests;
mod wire;

pub use self::key::Budget;
use self::key::Plan;

const BASE: &str = "https://api.coingecko.com/api/v3";
const PAID_BASE: &str = "https://pro-api.coingecko.com/api/v3";
/// The two kinds of key are not interchangeable.
const KEY_HEADER: &str = "x-cg-demo-api-key";
const PAID_KEY_HEADER: &str = "x-cg-pro-api-key";
/// Calls per minute of the least paid plan, of the free one, and of those who have no key.
const PER_MINUTE: [u32; 3] = [250, 30, 5];

/// The adapter.
#[derive(Debug)]
pub struct CoinGecko {
    http: Http,
    paid: bool,
    longest_url: usize,
    ids_per_call: usize,
    /// Calls per minute that are configured.
    per_minute: Option<u32>,
    plan: Plan,
}

impl CoinGecko {
    /// The adapter of a plan: paid, free, or without a key.
    ///
    /// # Errors
    /// [`MarketError::Misconfigured`].
    pub fn new(
        config: &SourceConfig,
        metrics: &Metrics,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, MarketError> {
        let paid = config.paid;
        let (base, header) = if paid { (PAID_BASE, PAID_KEY_HEADER) } else { (BASE, KEY_HEADER) };
        let [least_paid, free, no_key] = PER_MINUTE;
        let rate = match (&config.key, paid) {
            (_, true) => least_paid,
            (Some(_), false) => free,
            (None, false) => no_key,
        };
        let manners = Manners {
            base_url: config.base_url.clone().unwrap_or_else(|| base.to_owned()),
            key: config.key.clone().map(|key| (KeyPlace::Header(header), key)),
            per_minute: config.per_minute.unwrap_or(rate),
            deadline: config.deadline(),
            used_weight: None,
        };
        Ok(Self {
            http: Http::new(Source::CoinGecko, manners, metrics, clock)?,
            paid,
            longest_url: config.longest_url(),
            ids_per_call: config.ids_per_call.unwrap_or(usize::MAX),
            per_minute: config.per_minute,
            plan: Plan::default(),
        })
    }
}

impl PriceSource for CoinGecko {
    fn source(&self) -> Source {
        Source::CoinGecko
    }

    fn now<'a>(&'a self, ids: &'a [Arc<str>]) -> BoxFuture<'a, Result<Vec<Said>, MarketError>> {
        async move {
            self.keep_to_plan().await?;
            self.simple(ids).await
        }
        .boxed()
    }

    fn resolutions(&self) -> &'static [Resolution] {
        ohlc::resolutions(self.paid)
    }

    fn bars<'a>(
        &'a self,
        id: &'a str,
        resolution: Resolution,
        from: Millis,
        to: Millis,
    ) -> BoxFuture<'a, Result<Series, MarketError>> {
        async move {
            self.keep_to_plan().await?;
            self.ohlc(id, resolution, from, to).await
        }
        .boxed()
    }

    fn at<'a>(
        &'a self,
        ids: &'a [Arc<str>],
        time: Millis,
    ) -> Option<BoxFuture<'a, Result<Vec<Said>, MarketError>>> {
        let said = async move {
            self.keep_to_plan().await?;
            self.chart_at(ids, time).await
        };
        Some(said.boxed())
    }

    fn points<'a>(
        &'a self,
        id: &'a str,
        from: Millis,
        to: Millis,
    ) -> Option<BoxFuture<'a, Result<Points, MarketError>>> {
        let points = async move {
            self.keep_to_plan().await?;
            self.chart_points(id, from, to).await
        };
        Some(points.boxed())
    }
}

/// Platform and contract of a feed that is not a coin's id.
fn contract(id: &str) -> Option<(&str, String)> {
    let (platform, address) = id.split_once(':')?;
    Some((platform, address.to_lowercase()))
}
