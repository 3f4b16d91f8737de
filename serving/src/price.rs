//! Prices and amounts as decimal texts, by integer arithmetic alone.

use alloy_primitives::{U256, Uint};
use domain::entity::PoolState;

#[cfg(test)]
mod tests;

/// Wide enough for a squared Q64.96 price with both decimals and all shown digits multiplied in.
type Wide = Uint<1024, 16>;

/// Significant digits of a price; what follows is cut off.
const DIGITS: usize = 20;
/// Prices of tokens with more decimals than this are not shown.
const MOST_DECIMALS: u8 = 36;

/// Whole tokens of one side for one whole token of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    /// token1 for one token0.
    pub token1_per_token0: String,
    /// token0 for one token1.
    pub token0_per_token1: String,
}

/// The pool's price between trades, fees left out. `None` without a price: empty, not initialised, or decimals unknown.
#[must_use]
pub fn of(state: &PoolState, decimals0: Option<u8>, decimals1: Option<u8>) -> Option<Prices> {
    let scale = |decimals: Option<u8>| {
        decimals
            .filter(|decimals| *decimals <= MOST_DECIMALS)
            .map(|decimals| Wide::from(10).pow(Wide::from(decimals)))
    };
    let (scale0, scale1) = (scale(decimals0)?, scale(decimals1)?);
    // smallest units of token1 per smallest unit of token0
    let (units1, units0) = match *state {
        PoolState::Reserves { reserve0, reserve1 } => (Wide::from(reserve1), Wide::from(reserve0)),
        PoolState::Concentrated { sqrt_price_x96, .. } => {
            let root = Wide::from(sqrt_price_x96);
            (root * root, Wide::from(1) << 192)
        }
    };
    if units0.is_zero() || units1.is_zero() {
        return None;
    }
    let (one, other) = (units1 * scale0, units0 * scale1);
    Some(Prices {
        token1_per_token0: quotient(one, other),
        token0_per_token1: quotient(other, one),
    })
}

/// An amount in smallest units as whole tokens, exact, without trailing zeros.
#[must_use]
pub fn whole(amount: U256, decimals: u8) -> String {
    // most amounts are of a size that the machine divides by itself
    let digits = match u128::try_from(amount) {
        Ok(amount) => amount.to_string(),
        Err(_) => amount.to_string(),
    };
    point(&digits, usize::from(decimals))
}

/// The quotient of two positive numbers, cut after [`DIGITS`] significant digits (never inside the whole part).
fn quotient(numerator: Wide, denominator: Wide) -> String {
    let mut places = 0;
    loop {
        let scaled = numerator * Wide::from(10).pow(Wide::from(places));
        let digits =
            if scaled < denominator { String::new() } else { (scaled / denominator).to_string() };
        if digits.len() >= DIGITS || places >= 120 {
            return point(if digits.is_empty() { "0" } else { &digits }, places);
        }
        places += DIGITS - digits.len();
    }
}

/// Sets the decimal point `places` digits from the right and drops trailing zeros behind it.
fn point(digits: &str, places: usize) -> String {
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(places));
    let (shown, zeros) = (fraction.trim_end_matches('0'), places - fraction.len());
    let mut text = String::with_capacity(digits.len() + zeros + 2);
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if !shown.is_empty() {
        text.push('.');
        text.extend(std::iter::repeat_n('0', zeros));
        text.push_str(shown);
    }
    text
}
