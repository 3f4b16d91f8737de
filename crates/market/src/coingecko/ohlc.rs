//! `/ohlc` and `/ohlc/range`: candles without volume, stamped with their ends.

use std::fmt::Display;

use domain::{
    candle::Resolution,
    market::{Bar, Millis},
};
use serde_json::value::RawValue;

use super::{CoinGecko, contract, wire};
use crate::{
    bars::{self, Asked, OddRow, Page, settled},
    client::Call,
    error::MarketError,
    json::{self, Items},
    source::Series,
};

const DAY: Millis = 24 * 3_600_000;
/// Answers are kept there for so long (ms); a day's candle is made 35 minutes after midnight.
const CACHED: Millis = 15 * 60_000;
const DAY_MADE: Millis = 40 * 60_000;

/// With a paid plan any range of hours and days; without one the last day by half hours and the last month by four.
pub(super) const fn resolutions(paid: bool) -> &'static [Resolution] {
    if paid { &[Resolution::H1, Resolution::D1] } else { &[Resolution::M30, Resolution::H4] }
}

/// Days of candles in one answer of a range at most.
const fn longest(resolution: Resolution) -> Millis {
    if matches!(resolution, Resolution::D1) { 180 * DAY } else { 31 * DAY }
}

/// The least number of days that the source has and that reaches back so far.
fn days(resolution: Resolution, back: Millis) -> Option<u64> {
    let offered: &[u64] = if resolution == Resolution::M30 { &[1] } else { &[7, 14, 30] };
    offered.iter().copied().find(|days| back <= days * DAY)
}

impl CoinGecko {
    pub(super) async fn ohlc(
        &self,
        id: &str,
        resolution: Resolution,
        from: Millis,
        to: Millis,
    ) -> Result<Series, MarketError> {
        let not_served =
            |what: String| MarketError::NotServed { source_name: self.http.source(), what };
        if !resolutions(self.paid).contains(&resolution) {
            let plan = if self.paid { "" } else { " without a paid plan" };
            return Err(not_served(format!("candles of {}{plan}", resolution.name())));
        }
        if contract(id).is_some() {
            return Err(not_served(format!("candles of a contract ({id}); name the coin's id")));
        }
        let now = self.http.clock().now();
        let margin = if resolution == Resolution::D1 { DAY_MADE } else { CACHED };
        let first = resolution.start_from(from.div_ceil(1_000)).saturating_mul(1_000);
        let end = to.min(settled(resolution, now, margin));
        if first >= end {
            return Ok(Series { bars: Vec::new(), until: end.max(from).min(to) });
        }
        let call = Call::new("coins").segment(id).segment("ohlc");
        let (call, end) = if self.paid {
            let end = end.min(first + longest(resolution));
            let interval = if resolution == Resolution::D1 { "daily" } else { "hourly" };
            // a candle that begins before `end` ends by then
            let call = call
                .segment("range")
                .query("from", (first / 1_000).to_string())
                .query("to", (end / 1_000).to_string())
                .query("interval", interval);
            (call, end)
        } else {
            let Some(days) = days(resolution, now.saturating_sub(first)) else {
                let name = resolution.name();
                return Err(not_served(format!("candles of {name} so old without a paid plan")));
            };
            (call.query("days", days.to_string()), end)
        };
        let call = call.query("vs_currency", "usd").query("precision", "full");
        let answer = self.http.get(&call).await?;
        let rows: Items<'_> = json::read(self.http.source(), &answer.body)?;
        let page = Page::new(rows.0, |row| self.bar(row, resolution));
        let asked = Asked { resolution, first, end, most: usize::MAX };
        page.settle(asked, || self.http.odd("candles of another time"))
    }

    fn bar(&self, row: &RawValue, resolution: Resolution) -> Result<Bar, OddRow> {
        let odd = |why: &dyn Display| self.http.odd(&why.to_string());
        let (stamp, prices) = wire::candle(row).map_err(|why| (None, odd(&why)))?;
        let start = stamp.saturating_sub(resolution.seconds() * 1_000);
        let [open, high, low, close] = prices.map_err(|why| (Some(start), odd(&why)))?;
        let bar = Bar { start, open, high, low, close, volume: None };
        bars::check(&bar, resolution).map_err(|why| (why.start(), odd(&why)))?;
        Ok(bar)
    }
}
