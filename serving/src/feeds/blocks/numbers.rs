//! Numbers as these feeds write them: plain, exact, never negative.

use alloy_primitives::{I256, U256, Uint};
use domain::decimal::Decimal;

#[cfg(test)]
mod tests;

/// Digits after the point that readers use.
pub(super) const PLACES: usize = 50;

/// Wide enough for a squared Q64.96 price with decimals and all digits multiplied in.
type Wide = Uint<1024, 16>;

/// A price of token0 in token1, cut after [`PLACES`] digits: `units1` smallest units of token1 for `units0` of token0.
/// `None` when it is 0 or there is none. Decimals are at most 77.
pub(super) fn price(units0: Wide, units1: Wide, decimals: [u8; 2]) -> Option<String> {
    let ten = |power: usize| Wide::from(10).pow(Wide::from(power));
    let [scale0, scale1] = decimals.map(|decimals| ten(usize::from(decimals)));
    let denominator = units0 * scale1;
    if denominator.is_zero() {
        return None;
    }
    let scaled = units1 * scale0 * ten(PLACES) / denominator;
    (!scaled.is_zero()).then(|| point(&scaled.to_string(), PLACES))
}

/// The price that a Q64.96 root tells.
pub(super) fn price_of_root(sqrt_price_x96: U256, decimals: [u8; 2]) -> Option<String> {
    let root = Wide::from(sqrt_price_x96);
    price(Wide::from(1) << 192, root * root, decimals)
}

/// The price that two amounts tell.
pub(super) fn price_of_amounts([amount0, amount1]: [U256; 2], decimals: [u8; 2]) -> Option<String> {
    price(Wide::from(amount0), Wide::from(amount1), decimals)
}

/// Smallest units as whole tokens, exact, without trailing zeros.
pub(in crate::feeds) fn whole(units: U256, decimals: u8) -> String {
    point(&units.to_string(), usize::from(decimals))
}

/// Whole tokens as smallest units, rounded down; `None` beyond 2^255.
pub(super) fn units(value: Decimal, decimals: u8) -> Option<I256> {
    let scaled = value.scaled(i32::from(decimals));
    let mantissa = I256::try_from(scaled.mantissa()).ok()?;
    let ten = U256::from(10).checked_pow(U256::from(scaled.exponent().unsigned_abs()));
    let ten = ten.and_then(|ten| I256::try_from(ten).ok());
    if scaled.exponent() >= 0 {
        return mantissa.checked_mul(ten?);
    }
    // divided by more than it is, nothing is left
    Some(ten.and_then(|ten| mantissa.checked_div(ten)).unwrap_or_default())
}

/// Sets the decimal point `places` digits from the right and drops trailing zeros behind it.
fn point(digits: &str, places: usize) -> String {
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}
