//! Bars of a pair: the stored candles with a price, in the direction of the pair.

use api_kit::problem::Problem;
use domain::{
    candle::{Candle, Resolution, Subject},
    ids::PoolId,
};
use store::{CandleQuery, Snapshot};

use crate::hot::Hot;

mod length;
mod shape;
#[cfg(test)]
mod tests;

pub(crate) use length::Length;
pub(crate) use shape::{filled, opened};

/// Days of the longest month.
const MONTH: u32 = 31;

/// A part of the life of a pair, in Unix seconds: bars that begin from the first to before the second.
pub(crate) type Span = (u64, u64);

/// Reads bars of one length of one pool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Series<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) hot: &'a Hot,
    pub(crate) pool: PoolId,
    pub(crate) length: Length,
}

impl Series<'_> {
    /// The newest `limit` bars of a span, ascending. Candles without a price are none.
    pub(crate) async fn newest(&self, span: Span, limit: u32) -> Result<Vec<Candle>, Problem> {
        let (from, mut to) = span;
        let mut found: Vec<Candle> = Vec::new();
        loop {
            let missing = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
            if missing == 0 || from >= to {
                break;
            }
            let mut page = self.page((from, to), missing).await?;
            let Some(oldest) = page.first().map(|candle| candle.start) else { break };
            let is_last = u32::try_from(page.len()).is_ok_and(|length| length < missing);
            page.retain(Candle::is_priced);
            page.append(&mut found);
            (found, to) = (page, oldest);
            if is_last {
                break;
            }
        }
        Ok(found)
    }

    /// The newest `limit` candles, with a price or without.
    async fn page(&self, (from, to): Span, limit: u32) -> Result<Vec<Candle>, Problem> {
        let Length::Stored(resolution) = self.length else {
            return self.months((from, to), limit).await;
        };
        let subject = Subject::Pool(self.pool);
        let query = CandleQuery { subject, resolution, from, to, limit };
        Ok(self.hot.candles(self.snapshot, &query).await?)
    }

    async fn months(&self, (from, to): Span, limit: u32) -> Result<Vec<Candle>, Problem> {
        let first = self.length.start_from(from);
        let last = self.length.start(to.saturating_sub(1));
        if first > last {
            return Ok(Vec::new());
        }
        // one month more than is asked for, so that none is cut short
        let days = limit.saturating_add(1).saturating_mul(MONTH);
        let query = CandleQuery {
            subject: Subject::Pool(self.pool),
            resolution: Resolution::D1,
            from: first,
            to: self.length.next(last),
            limit: days,
        };
        let days = self.snapshot.candles(&query).await?;
        let mut months = self.length.roll_up(days);
        months.drain(..months.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX)));
        Ok(months)
    }
}
