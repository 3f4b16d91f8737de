//! The part of volumes and reserves that whitelisted tokens price.

use super::Pair;
use crate::decimal::Decimal;

/// Which of a pair's tokens are whitelisted.
fn whitelisted(pair: &Pair<'_>) -> [bool; 2] {
    pair.tokens.map(|token| pair.dex.pricing.is_whitelisted(token))
}

/// 2, which the reference multiplies with and divides by.
pub(super) fn two() -> Decimal {
    Decimal::from_parts(2, 0)
}

/// Volume in USD at these prices in USD. `None` is the reference's constant zero: no token is whitelisted, or the pair
/// holds too little. It asks that of pairs with fewer than 5 liquidity providers, and as it never counts them, of all.
pub(super) fn volume(
    pair: &Pair<'_>,
    amounts: [Decimal; 2],
    prices: [Decimal; 2],
) -> Option<Decimal> {
    let held = |side: usize| pair.reserves[side] * prices[side];
    let traded = |side: usize| amounts[side] * prices[side];
    let enough = |value: Decimal| value >= pair.dex.pricing.minimum_liquidity_usd;
    match whitelisted(pair) {
        [true, true] => enough(held(0) + held(1)).then(|| (traded(0) + traded(1)).safe_div(two())),
        [true, false] => enough(held(0) * two()).then(|| traded(0)),
        [false, true] => enough(held(1) * two()).then(|| traded(1)),
        [false, false] => None,
    }
}

/// Reserves in USD at these prices in USD.
pub(super) fn liquidity(pair: &Pair<'_>, reserves: [Decimal; 2], prices: [Decimal; 2]) -> Decimal {
    let held = |side: usize| reserves[side] * prices[side];
    match whitelisted(pair) {
        [true, true] => held(0) + held(1),
        [true, false] => held(0) * two(),
        [false, true] => held(1) * two(),
        [false, false] => Decimal::ZERO,
    }
}
