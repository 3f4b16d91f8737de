//! What amounts of V3 and V4 pools are worth in USD.

use super::world::Side;
use crate::decimal::Decimal;

/// Value in USD by the whitelisted sides: both count as they are, one counts twice, none gives 0.
pub(super) fn tracked(sides: &[Side; 2], amounts: [Decimal; 2]) -> Decimal {
    let [value0, value1] =
        [0, 1].map(|i| sides[i].whitelisted.then(|| amounts[i] * sides[i].price_usd));
    match (value0, value1) {
        (Some(value0), Some(value1)) => value0 + value1,
        (Some(value), None) | (None, Some(value)) => value * Decimal::from(2u64),
        (None, None) => Decimal::ZERO,
    }
}

/// Value in USD by derived prices alone.
pub(super) fn value(sides: &[Side; 2], amounts: [Decimal; 2]) -> Decimal {
    amounts[0] * sides[0].price_usd + amounts[1] * sides[1].price_usd
}

/// What a swap counts as.
#[derive(Debug, Clone, Copy)]
pub(super) struct SwapValue {
    /// Tracked volume in USD.
    pub(super) usd: Decimal,
    /// Tracked volume in the reference token.
    pub(super) eth: Decimal,
    /// Untracked volume in USD.
    pub(super) untracked: Decimal,
    /// Fees in USD.
    pub(super) fees_usd: Decimal,
    /// Fees in the reference token.
    pub(super) fees_eth: Decimal,
}

impl SwapValue {
    /// Of a swap of these amounts, without sign, at prices from before it. `fee` is in pips.
    pub(super) fn of(sides: &[Side; 2], amounts: [Decimal; 2], eth: Decimal, fee: u32) -> Self {
        // none of these numbers is negative: then x 0.5 has the digits of / 2
        let half = Decimal::from_parts(5, -1);
        let fee = Decimal::from(u64::from(fee));
        let fees = |volume: Decimal| (volume * fee).scaled(-6);
        let usd = tracked(sides, amounts) * half;
        let tracked_eth = usd.safe_div(eth);
        let [usd0, usd1] = [0, 1].map(|i| amounts[i] * sides[i].derived_eth * eth);
        Self {
            usd,
            eth: tracked_eth,
            untracked: (usd0 + usd1) * half,
            fees_usd: fees(usd),
            fees_eth: fees(tracked_eth),
        }
    }
}
