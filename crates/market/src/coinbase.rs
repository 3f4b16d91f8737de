//! Coinbase Exchange: public market data, without a key. Products are named as it names them (`ETH-USD`).

use std::sync::Arc;

use domain::{
    candle::Resolution,
    iso,
    market::{Millis, Source},
};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};

use crate::{
    bars::{Asked, settled},
    client::{Call, Http, Manners},
    clock::Clock,
    config::SourceConfig,
    error::MarketError,
    metrics::Metrics,
    source::{PriceSource, Said, Series},
};

mod wire;

#[cfg(test)]
mod tests;

const BASE: &str = "https://api.exchange.coinbase.com";
/// Public questions that an address may ask are 10 a second; a part of them.
const PER_MINUTE: u32 = 300;
/// Products that are asked for at the same time.
const AT_ONCE: usize = 6;
/// Candles in one answer at most; a longer range is refused.
const PAGE: usize = 300;
/// A candle is taken as over so long after its end (ms): the last ones come late.
const MARGIN: Millis = 30_000;
/// Lengths of candles that it has and we know; it also has six hours.
const RESOLUTIONS: [Resolution; 5] =
    [Resolution::M1, Resolution::M5, Resolution::M15, Resolution::H1, Resolution::D1];

/// The adapter.
#[derive(Debug)]
pub struct Coinbase {
    http: Http,
}

impl Coinbase {
    /// The adapter.
    ///
    /// # Errors
    /// [`MarketError::Misconfigured`].
    pub fn new(
        config: &SourceConfig,
        metrics: &Metrics,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, MarketError> {
        let manners = Manners {
            base_url: config.base_url.clone().unwrap_or_else(|| BASE.to_owned()),
            key: None,
            per_minute: config.per_minute.unwrap_or(PER_MINUTE),
            deadline: config.deadline(),
            used_weight: None,
        };
        Ok(Self { http: Http::new(Source::Coinbase, manners, metrics, clock)? })
    }

    /// The last trade of one product; `None` where there is no such product.
    async fn ticker(&self, id: &Arc<str>) -> Result<Option<Said>, MarketError> {
        let call = Call::new("products").segment(id.as_ref()).segment("ticker").telling(&[404]);
        let answer = self.http.get(&call).await?;
        if answer.status == 404 {
            if self.http.spoken().begins(&format!("unknown {id}")) {
                tracing::warn!(%id, "coinbase does not know this product; check the configuration");
            }
            return Ok(None);
        }
        self.http.spoken().ends(&format!("unknown {id}"));
        let ticker = wire::ticker(&answer.body)
            .inspect(|_| self.http.odd_items(id, 0, ""))
            .inspect_err(|error| self.http.odd_items(id, 1, &error.to_string()))?;
        let in_dollars = id.to_ascii_uppercase().ends_with("-USD");
        let said = Said::plain(id, ticker.price, ticker.time, answer.raw());
        let liquidity = ticker.volume.filter(|_| in_dollars).map(|volume| volume * ticker.price);
        Ok(Some(Said { liquidity, ..said }))
    }

    async fn tickers(&self, ids: &[Arc<str>]) -> Result<Vec<Said>, MarketError> {
        let answers: Vec<Result<Option<Said>, MarketError>> = stream::iter(ids.to_vec())
            .map(|id| async move { self.ticker(&id).await })
            .buffered(AT_ONCE)
            .collect()
            .await;
        let (mut said, mut failed) = (Vec::new(), None);
        for answer in answers {
            match answer {
                Ok(answer) => said.extend(answer),
                Err(error) => failed = Some(error),
            }
        }
        self.http.partly(said, failed)
    }

    async fn candles(&self, id: &str, asked: Asked) -> Result<Series, MarketError> {
        let length = asked.resolution.seconds();
        let call = Call::new("products")
            .segment(id)
            .segment("candles")
            .query("granularity", length.to_string())
            // both, or neither counts; the last one belongs to the range
            .query("start", iso::format(asked.first))
            .query("end", iso::format(asked.end.saturating_sub(1)));
        let answer = self.http.get(&call).await?;
        wire::candles(&answer.body, asked.resolution)?
            .settle(asked, || wire::odd("it gives more candles than it can"))
    }
}

impl PriceSource for Coinbase {
    fn source(&self) -> Source {
        Source::Coinbase
    }

    fn now<'a>(&'a self, ids: &'a [Arc<str>]) -> BoxFuture<'a, Result<Vec<Said>, MarketError>> {
        self.tickers(ids).boxed()
    }

    fn resolutions(&self) -> &'static [Resolution] {
        &RESOLUTIONS
    }

    fn bars<'a>(
        &'a self,
        id: &'a str,
        resolution: Resolution,
        from: Millis,
        to: Millis,
    ) -> BoxFuture<'a, Result<Series, MarketError>> {
        async move {
            if !RESOLUTIONS.contains(&resolution) {
                let what = format!("candles of {resolution}");
                return Err(MarketError::NotServed { source_name: Source::Coinbase, what });
            }
            let length = resolution.seconds().saturating_mul(1_000);
            let first = resolution.start_from(from.div_ceil(1_000)).saturating_mul(1_000);
            let over = settled(resolution, self.http.clock().now(), MARGIN);
            let page = length.saturating_mul(PAGE as u64);
            let end = to.min(over).min(first.saturating_add(page));
            if first >= end {
                return Ok(Series { bars: Vec::new(), until: end.max(from).min(to) });
            }
            // a full answer is a whole one: no longer range is asked for
            self.candles(id, Asked { resolution, first, end, most: usize::MAX }).await
        }
        .boxed()
    }
}
