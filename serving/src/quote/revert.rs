//! What a contract says when it reverts, in words.

use alloy_primitives::hex;
use alloy_sol_types::{Panic, Revert, SolError};

/// The reason of a revert, with the meaning of the short words that contracts use.
pub(super) fn words(data: &[u8], message: &str) -> String {
    let reason = reason(data, message);
    let meaning = match reason.as_str() {
        "LOK" => "the pool is locked or has no price yet",
        "AS" => "the amount is zero",
        "SPL" => "the price is at its limit",
        "UniswapV2: INSUFFICIENT_INPUT_AMOUNT" => "the input is zero",
        "" => "no reason given",
        _ => return reason,
    };
    format!("{reason} ({meaning})")
}

fn reason(data: &[u8], message: &str) -> String {
    if let Ok(revert) = Revert::abi_decode(data) {
        return revert.reason.chars().filter(|c| !c.is_control()).take(200).collect();
    }
    if let Ok(panic) = Panic::abi_decode(data) {
        return panic.to_string();
    }
    match data {
        [] => message.to_owned(),
        data => format!("error {}", hex::encode_prefixed(&data[..data.len().min(100)])),
    }
}
