//! Trades of pairs, as listing sites read them.

use alloy_primitives::U256;
use api_kit::problem::Problem;
use domain::{
    decimal::Decimal,
    pricing::token_prices,
    row::{Position, Swap},
};
use store::{Snapshot, SwapQuery};

use super::{
    asked::Asked,
    day::around,
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
    /// Quote tokens for one base: those that moved.
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

impl Trade {
    fn new(pair: &Pair, swap: &Swap) -> Self {
        let [base, quote] = pair.sides(moved(swap));
        let [net, _] = pair.sides([swap.amount0, swap.amount1]);
        let whole = |units: U256, decimals: u8| Decimal::from_units(units, decimals);
        let paid = whole(quote, pair.quote.decimals).safe_div(whole(base, pair.base.decimals));
        // of dust, of which one side is nothing, the price is the pool's after it
        let price = if paid.is_zero() { after(pair, swap).unwrap_or_default() } else { paid };
        Self {
            id: id(swap.meta.position),
            price,
            base: pair.whole_base(base),
            quote: pair.whole_quote(quote),
            time: swap.meta.timestamp,
            kind: if net.is_negative() { Kind::Buy } else { Kind::Sell },
        }
    }
}

/// The pool's price after a swap, where the swap tells it.
fn after(pair: &Pair, swap: &Swap) -> Option<Decimal> {
    let [of0, of1] = pair.sides([pair.base.decimals, pair.quote.decimals]);
    let (_, price) = token_prices(swap.sqrt_price_x96?, of0, of1);
    Some(pair.told(price))
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
    let mut trades = Vec::new();
    for pair in pairs {
        trades.extend(of_pair(snapshot, pair, span).await?);
    }
    trades.sort_unstable_by_key(|trade: &Trade| trade.id);
    trades.drain(..trades.len().saturating_sub(span.limit));
    Ok(trades)
}

async fn of_pair(snapshot: &Snapshot, pair: &Pair, span: Span) -> Result<Vec<Trade>, Problem> {
    let created = &pair.pool.created;
    let mut after = if span.to >= snapshot.block().timestamp {
        None
    } else {
        let end = span.to.saturating_add(1);
        let end = around(snapshot, end, (created.block, created.timestamp)).await?.younger;
        Some(Position { block: end, log_index: 0, item: 0 })
    };
    let mut found = Vec::new();
    let page = MOST;
    loop {
        let query =
            SwapQuery { pool: Some(pair.pool.id), after, limit: page, ..SwapQuery::default() };
        let swaps = snapshot.swaps(&query).await?;
        let is_last = swaps.len() < usize::try_from(page).unwrap_or(usize::MAX)
            || swaps.last().is_some_and(|swap| swap.meta.timestamp < span.from);
        after = swaps.last().map(|swap| swap.meta.position);
        let within = swaps.iter().filter(|swap| span.holds(swap.meta.timestamp));
        let wanted = within
            .map(|swap| Trade::new(pair, swap))
            .filter(|trade| span.kind.is_none_or(|kind| kind == trade.kind));
        found.extend(wanted.take(span.limit - found.len()));
        if is_last || found.len() >= span.limit {
            return Ok(found);
        }
    }
}
