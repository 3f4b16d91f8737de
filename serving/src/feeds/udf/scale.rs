//! How many decimals a price is shown with.

use domain::decimal::Decimal;

#[cfg(test)]
mod tests;

/// Significant digits that a price has to show.
const DIGITS: i32 = 5;
/// Most decimals that charts draw.
const MOST: i32 = 16;
/// Fewest, as for money.
const LEAST: i32 = 2;

/// Decimals that show at least [`DIGITS`] digits of a price.
fn needed(price: Decimal) -> i32 {
    let digits = price.mantissa().unsigned_abs().checked_ilog10().unwrap_or_default();
    // the power of ten of the first digit
    let first = price.exponent().saturating_add(i32::try_from(digits).unwrap_or(i32::MAX));
    DIGITS.saturating_sub(1).saturating_sub(first)
}

/// The power of ten that prices are shown in whole numbers of.
pub(super) fn pricescale(price: Option<Decimal>) -> u64 {
    let decimals = price.map_or(MOST, |price| needed(price).clamp(LEAST, MOST));
    10_u64.saturating_pow(u32::try_from(decimals).unwrap_or_default())
}

/// Whether a price is too small to be shown; told the other way round it is not.
pub(super) fn is_too_small(price: Option<Decimal>) -> bool {
    price.is_some_and(|price| needed(price) > MOST)
}
