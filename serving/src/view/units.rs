//! Amounts in smallest units as whole tokens, exact.

use alloy_primitives::U256;

use crate::price::whole;

/// An amount in whole tokens, without trailing zeros; `None` where decimals are not known.
pub(crate) fn of(amount: U256, decimals: Option<u8>) -> Option<String> {
    decimals.map(|decimals| whole(amount, decimals))
}

/// The same of decimal digits with a sign.
pub(crate) fn signed(amount: &str, decimals: Option<u8>) -> Option<String> {
    let (sign, digits) = match amount.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", amount),
    };
    let amount = U256::from_str_radix(digits, 10).ok()?;
    of(amount, decimals).map(|text| format!("{sign}{text}"))
}
