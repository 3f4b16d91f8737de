//! `/market_chart/range`: points of the past, in milliseconds, not aligned to anything.

use std::sync::Arc;

use alloy_primitives::B256;
use domain::{decimal::Decimal, market::Millis};

use super::{CoinGecko, contract, wire};
use crate::{
    client::Call,
    error::MarketError,
    json::{self, Batch},
    source::{Points, Said},
};

/// The longest range that is answered by the hour (ms); a longer one is answered by the day.
const LONGEST: Millis = 90 * 24 * 3_600_000;
/// How far back from a time its price may lie (ms): of the last day there is a point each five minutes, of days before
/// one each hour, more or less.
const BACK: Millis = 2 * 3_600_000;

impl CoinGecko {
    /// The newest point at or before the time, of each feed.
    pub(super) async fn chart_at(
        &self,
        ids: &[Arc<str>],
        time: Millis,
    ) -> Result<Vec<Said>, MarketError> {
        let (mut said, mut failed) = (Vec::new(), None);
        for id in ids {
            match self.chart(id, time.saturating_sub(BACK), time).await {
                Ok((points, raw)) => {
                    let last = points.into_iter().rfind(|(at, _)| *at <= time);
                    said.extend(last.map(|(at, value)| Said::plain(id, value, at, raw)));
                }
                Err(error) => failed = Some(error),
            }
        }
        self.http.partly(said, failed)
    }

    pub(super) async fn chart_points(
        &self,
        id: &str,
        from: Millis,
        to: Millis,
    ) -> Result<Points, MarketError> {
        let until = to.min(from.saturating_add(LONGEST)).min(self.http.clock().now());
        if until <= from {
            return Ok(Points { said: Vec::new(), until: from });
        }
        let (points, raw) = self.chart(id, from, until).await?;
        let id: Arc<str> = id.into();
        let within = points.into_iter().filter(|(at, _)| from <= *at && *at < until);
        let said = within.map(|(at, value)| Said::plain(&id, value, at, raw)).collect();
        Ok(Points { said, until })
    }

    /// Points of a range, ascending, one per time; those at its ends may lie a second outside.
    async fn chart(
        &self,
        id: &str,
        from: Millis,
        to: Millis,
    ) -> Result<(Vec<(Millis, Decimal)>, B256), MarketError> {
        let coin = match contract(id) {
            Some((platform, address)) => {
                Call::new("coins").segment(platform).segment("contract").segment(address)
            }
            None => Call::new("coins").segment(id),
        };
        let call = coin
            .segment("market_chart")
            .segment("range")
            .query("vs_currency", "usd")
            .query("from", (from / 1_000).to_string())
            .query("to", to.div_ceil(1_000).to_string())
            .query("precision", "full");
        let answer = self.http.get(&call).await?;
        let chart: wire::Chart<'_> = json::read(self.http.source(), &answer.body)?;
        let mut batch = Batch::new();
        for item in chart.prices.0 {
            batch.take(wire::point(item));
        }
        let mut points = self.http.readable(batch)?;
        points.sort_by_key(|(time, _)| *time);
        points.dedup_by_key(|(time, _)| *time);
        Ok((points, answer.raw()))
    }
}
