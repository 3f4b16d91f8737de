//! Trades of pairs, as listing sites read them.

use std::collections::BTreeMap;

use alloy_primitives::I256;
use api_kit::problem::Problem;
use axum::{
    Json,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use domain::{
    candle::Resolution,
    decimal::Decimal,
    ids::PoolId,
    row::{Position, Swap},
};
use serde::Serialize;
use store::Snapshot;

use super::{
    asked::Asked,
    day::{first_from, oldest},
    pairs::{Pair, moved},
};

mod newest;
#[cfg(test)]
mod tests;

use newest::Search;

/// Of an answer that is not whole: since when it is, in Unix milliseconds.
const WHOLE_FROM: HeaderName = HeaderName::from_static("sooho-whole-from");
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

/// Trades of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trades {
    /// Ascending.
    pub(crate) all: Vec<Trade>,
    /// Where the search was given up before its end: they are all there are after this Unix time in seconds.
    pub(crate) whole_from: Option<u64>,
}

impl Trades {
    /// An answer made of them, which says in a header from when on it is whole.
    pub(crate) fn response(&self, body: impl Serialize) -> Response {
        let mut response = Json(body).into_response();
        if let Some(time) = self.whole_from {
            let headers = response.headers_mut();
            headers.insert(WHOLE_FROM, time.saturating_mul(1_000).into());
            // what is kept in memory has no headers
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        }
        response
    }
}

/// The newest trades of a span in these pools.
pub(crate) async fn of_pairs(
    snapshot: &Snapshot,
    pairs: &[Pair],
    span: Span,
) -> Result<Trades, Problem> {
    let newest = snapshot.block();
    let above = if span.to >= newest.timestamp {
        Position { block: newest.number.saturating_add(1), log_index: 0, item: 0 }
    } else {
        // exactly there: whoever wants one trade reads one, and not page after page of those that came later
        let end = first_from(snapshot, span.to.saturating_add(1), oldest(pairs)).await?;
        Position { block: end, log_index: 0, item: 0 }
    };
    let mut search = Search::new(pairs, span, above);
    while let Some(part) = search.next() {
        let swaps = snapshot.swaps(&part.query).await?;
        search.learn(&part, swaps);
    }
    if search.is_stuck() {
        let detail =
            "this pair has more pools than one answer looks through: name one by `pool_id`";
        return Err(Problem::bad_request("POOL_REQUIRED", detail));
    }
    let whole_from = search.whole_from(span.to.min(newest.timestamp));
    let all = priced(snapshot, &search.found()).await?;
    Ok(Trades { all, whole_from })
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
