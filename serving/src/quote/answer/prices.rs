//! Prices of a trade, in whole tokens.

use alloy_primitives::U512;
use domain::decimal::Decimal;

use crate::book::TokenName;

/// Whole tokens out for one whole token in, by two amounts in smallest units.
pub(super) fn of(
    amount_out: U512,
    amount_in: U512,
    token_in: &TokenName,
    token_out: &TokenName,
) -> Option<String> {
    let power = i32::from(token_in.decimals?) - i32::from(token_out.decimals?);
    if amount_in.is_zero() {
        return None;
    }
    let price = Decimal::from_u512(amount_out).safe_div(Decimal::from_u512(amount_in));
    Some(price.scaled(power).to_string())
}
