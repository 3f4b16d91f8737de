//! Trades of pairs, as listing sites read them.

use std::collections::BTreeMap;

use alloy_primitives::I256;
use api_kit::problem::Problem;
use domain::{
    candle::Resolution,
    decimal::Decimal,
    ids::PoolId,
    row::{Position, Swap},
};
use store::{Snapshot, SwapQuery};

use super::{
    asked::Asked,
    day::{first_from, oldest},
    pairs::{Pair, moved},
};

#[cfg(test)]
mod tests;

/// Trades of an answer if nothing is said, and most.
const USUAL: u32 = 100;
const MOST: u32 = 1_000;
/// Greater times are milliseconds.
const FIRST_MILLIS: u64 = 100_000_000_000;
/// Bits of an id that tell the log in its block: a block has no two million logs.
const LOG_BITS: u32 = 21;

/// What side the taker was on, seen from the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The base left the pool.
    Buy,
    /// The base went into the pool.
    Sell,
}

/// A trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trade {
    /// Unique on the chain, ascending, and the same for ever.
    pub(crate) id: u64,
    /// Quote tokens for one base: those that changed hands, else those of the pool's price. Never 0.
    pub(crate) price: Decimal,
    /// Whole tokens of the base.
    pub(crate) base: String,
    /// Whole quote tokens.
    pub(crate) quote: String,
    /// Unix seconds.
    pub(crate) time: u64,
    /// Side.
    pub(crate) kind: Kind,
}

/// Which trades: the newest of a span of time, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    from: u64,
    to: u64,
    pub(crate) kind: Option<Kind>,
    limit: usize,
}

impl Kind {
    /// As the formats write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

impl Span {
    /// The span of a request: `type`, `limit`, `start_time` and `end_time`, in seconds or milliseconds.
    pub(crate) fn parse(asked: &Asked) -> Result<Self, Problem> {
        let invalid = |detail: String| Problem::bad_request("PARAMETER_INVALID", detail);
        let kind = match asked.text("type") {
            None => None,
            Some("buy") => Some(Kind::Buy),
            Some("sell") => Some(Kind::Sell),
            Some(_) => return Err(invalid("`type`: give buy or sell, or leave it out".to_owned())),
        };
        // from within a second on, and up to within one
        let from = asked.number("start_time")?.unwrap_or_default();
        let from = if from > FIRST_MILLIS { from.div_ceil(1_000) } else { from };
        let to = asked.number("end_time")?;
        let to = to.map_or(u64::MAX, |to| if to > FIRST_MILLIS { to / 1_000 } else { to });
        if from > to {
            return Err(invalid("`start_time` is after `end_time`".to_owned()));
        }
        let limit = match asked.count("limit", u32::MAX)? {
            None => USUAL,
            Some(0) => MOST,
            Some(limit) => limit.min(MOST),
        };
        Ok(Self { from, to, kind, limit: usize::try_from(limit).unwrap_or(usize::MAX) })
    }

    const fn holds(&self, time: u64) -> bool {
        self.from <= time && time <= self.to
    }
}

impl Kind {
    fn of(pair: &Pair, swap: &Swap) -> Self {
        let [net, _] = pair.sides([swap.amount0, swap.amount1]);
        if net.is_negative() { Self::Buy } else { Self::Sell }
    }
}

impl Trade {
    fn new(pair: &Pair, swap: &Swap, price: Decimal) -> Self {
        let [base, quote] = pair.sides(moved(swap));
        Self {
            id: id(swap.meta.position),
            price,
            base: pair.whole_base(base),
            quote: pair.whole_quote(quote),
            time: swap.meta.timestamp,
            kind: Kind::of(pair, swap),
        }
    }
}

/// What was paid, where one token came in and the other went out: a pair may give either back in the same swap. Of dust, of
/// which one side is nothing, and where both went the same way, the pool's price after it; `None` where the swap of a V2 pair
/// does not tell that.
fn price(pair: &Pair, swap: &Swap) -> Option<Decimal> {
    let [base, quote] = pair.sides([swap.amount0, swap.amount1]);
    let is_exchange =
        ![base, quote].iter().any(I256::is_zero) && base.is_negative() != quote.is_negative();
    let whole = |net: I256, decimals: u8| Decimal::from_units(net.unsigned_abs(), decimals);
    let paid = || whole(quote, pair.quote.decimals).safe_div(whole(base, pair.base.decimals));
    let paid = is_exchange.then(paid).filter(|price| !price.is_zero());
    let after = || pair.price_after(swap).map(|price| pair.told(price));
    paid.or_else(after).filter(|price| !price.is_zero())
}

/// The number of a log, below 2^53 while blocks are below 2^32.
fn id(position: Position) -> u64 {
    (position.block << LOG_BITS) | u64::from(position.log_index)
}

/// The newest trades of a span in these pools, ascending.
pub(crate) async fn of_pairs(
    snapshot: &Snapshot,
    pairs: &[Pair],
    span: Span,
) -> Result<Vec<Trade>, Problem> {
    let after = if span.to >= snapshot.block().timestamp {
        None
    } else {
        // exactly there: whoever wants one trade reads one, and not page after page of those that came later
        let end = first_from(snapshot, span.to.saturating_add(1), oldest(pairs)).await?;
        Some(Position { block: end, log_index: 0, item: 0 })
    };
    let mut found = Vec::new();
    for pair in pairs {
        let swaps = of_pair(snapshot, pair, span, after).await?;
        found.extend(swaps.into_iter().map(|swap| (pair, swap)));
    }
    found.sort_unstable_by_key(|(_, swap)| swap.meta.position);
    found.drain(..found.len().saturating_sub(span.limit));
    priced(snapshot, &found).await
}

/// The newest swaps of a span in a pool, at most as many as are wanted; none at or above `after`.
async fn of_pair(
    snapshot: &Snapshot,
    pair: &Pair,
    span: Span,
    mut after: Option<Position>,
) -> Result<Vec<Swap>, Problem> {
    let mut found = Vec::new();
    // of one side alone nobody knows how many there are among the others
    let page = if span.kind.is_some() { MOST } else { u32::try_from(span.limit).unwrap_or(MOST) };
    loop {
        let query =
            SwapQuery { pool: Some(pair.pool.id), after, limit: page, ..SwapQuery::default() };
        let swaps = snapshot.swaps(&query).await?;
        let is_last = swaps.len() < usize::try_from(page).unwrap_or(usize::MAX)
            || swaps.last().is_some_and(|swap| swap.meta.timestamp < span.from);
        after = swaps.last().map(|swap| swap.meta.position);
        let within = swaps.into_iter().filter(|swap| span.holds(swap.meta.timestamp));
        let wanted =
            within.filter(|swap| span.kind.is_none_or(|kind| kind == Kind::of(pair, swap)));
        found.extend(wanted.take(span.limit - found.len()));
        if is_last || found.len() >= span.limit {
            return Ok(found);
        }
    }
}

/// The swaps with their prices; those that do not tell it have that of the pool's candle of the minute. Without any they are
/// no trades.
async fn priced(snapshot: &Snapshot, swaps: &[(&Pair, Swap)]) -> Result<Vec<Trade>, Problem> {
    let prices: Vec<_> = swaps.iter().map(|(pair, swap)| price(pair, swap)).collect();
    let silent: Vec<(PoolId, u64)> = swaps
        .iter()
        .zip(&prices)
        .filter(|(_, price)| price.is_none())
        .map(|((_, swap), _)| (swap.pool, swap.meta.timestamp))
        .collect();
    let candles = if silent.is_empty() {
        BTreeMap::new()
    } else {
        snapshot.candles_at(&silent, Resolution::M1).await?
    };
    let trades = swaps.iter().zip(prices).filter_map(|((pair, swap), price)| {
        let candle = || candles.get(&(swap.pool, swap.meta.timestamp));
        let close = || candle().filter(|candle| candle.is_priced()).map(|candle| candle.close);
        let price = price.or_else(|| Some(pair.told(close()?)).filter(|price| !price.is_zero()))?;
        Some(Trade::new(pair, swap, price))
    });
    Ok(trades.collect())
}
