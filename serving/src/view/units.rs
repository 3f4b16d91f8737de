//! Amounts in smallest units as whole tokens, exact.

use alloy_primitives::{I256, U256};

use crate::price::whole;

/// An amount in whole tokens, without trailing zeros; `None` where decimals are not known.
pub(crate) fn of(amount: U256, decimals: Option<u8>) -> Option<String> {
    decimals.map(|decimals| whole(amount, decimals))
}

/// The same with a sign.
pub(crate) fn signed(amount: I256, decimals: Option<u8>) -> Option<String> {
    let sign = if amount.is_negative() { "-" } else { "" };
    of(amount.unsigned_abs(), decimals).map(|text| format!("{sign}{text}"))
}
