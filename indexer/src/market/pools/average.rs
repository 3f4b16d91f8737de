//! Means over time, and over pools.

use domain::{
    decimal::Decimal,
    ids::PoolId,
    market::{Millis, twap::twap},
};

use super::{candidates::Candidate, read::Past};

/// What pools say a token is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolPrice {
    /// USD for one whole token.
    pub usd: Decimal,
    /// What the pools held of their other tokens, in USD: the least of the window, added up.
    pub liquidity: Decimal,
    /// When the window ended: the time of the newest block (Unix milliseconds).
    pub at: Millis,
    /// When the last trade was that counts (Unix milliseconds).
    pub traded: Millis,
    /// The pools, the deepest first.
    pub pools: Vec<PoolId>,
}

/// What one pool says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) pool: PoolId,
    /// USD for one whole token, averaged over the window.
    pub(super) usd: Decimal,
    /// USD held of the other token, at any time of the window at least.
    pub(super) liquidity: Decimal,
    /// The last trade (Unix milliseconds).
    pub(super) traded: Millis,
}

impl Part {
    /// What a pool says over a window of Unix seconds; `None` when it is too young, or never traded.
    pub(super) fn of(candidate: &Candidate, past: &Past, (from, to): (u64, u64)) -> Option<Self> {
        let millis = |seconds: u64| seconds.saturating_mul(1_000);
        let steps: Vec<_> = past
            .swapped
            .iter()
            .filter_map(|(time, pool)| Some((millis(*time), candidate.price(pool)?)))
            .collect();
        let (from, to) = (millis(from), millis(to));
        let mean = twap(None, &steps, from, to)?;
        if mean.covered.saturating_mul(2) < to.saturating_sub(from) {
            return None;
        }
        let held = past.versions.iter().map(|pool| candidate.liquidity(pool));
        let liquidity = held.min()?;
        let pool = candidate.pool.id;
        Some(Self { pool, usd: mean.value * candidate.usd, liquidity, traded: mean.moved? })
    }
}

/// The mean of what the pools say of a window that ended at a time, each by its liquidity; `None` of none.
pub(super) fn weighted(mut parts: Vec<Part>, at: Millis) -> Option<PoolPrice> {
    parts.sort_by_key(|part| (std::cmp::Reverse(part.liquidity), part.pool));
    let liquidity = parts.iter().fold(Decimal::ZERO, |sum, part| sum + part.liquidity);
    let usd = match parts[..] {
        // no rounding where there is nothing to weigh
        [only] => only.usd,
        _ => {
            let sum = parts.iter().fold(Decimal::ZERO, |sum, part| sum + part.usd * part.liquidity);
            sum.safe_div(liquidity)
        }
    };
    let traded = parts.iter().map(|part| part.traded).max()?;
    let pools = parts.iter().map(|part| part.pool).collect();
    (usd > Decimal::ZERO).then_some(PoolPrice { usd, liquidity, at, traded, pools })
}
