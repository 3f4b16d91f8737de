//! Why a quoter reverted, in words.

use abis::periphery::V4Quoter;
use alloy_primitives::hex;
use alloy_sol_types::{Panic, Revert, SolError};
use api_kit::problem::Problem;
use domain::entity::{Pool, Protocol};

use super::{
    call::too_large,
    request::{Trade, TradeType},
};

/// Reasons that mean: the amount is more than the pool or the arithmetic can take.
const TOO_LARGE: [&str; 4] = [
    "INSUFFICIENT_LIQUIDITY",
    "ds-math-mul-overflow",
    "ds-math-add-overflow",
    "ds-math-sub-underflow",
];
/// What the V3 quoter says when the pool could not give the whole output, or, for exact-in, could not take anything.
const UNEXPECTED: &str = "Unexpected error";

/// The problem behind a quoter's revert.
pub(super) fn problem(pool: &Pool, trade: &Trade, data: &[u8], message: &str) -> Problem {
    if pool.protocol == Protocol::V4 && beyond_v4(data) {
        return too_large(pool, "its liquidity does not reach");
    }
    let reason = reason(data, message);
    let short = pool.protocol == Protocol::V3
        && trade.trade_type == TradeType::ExactOut
        && reason == UNEXPECTED;
    if short || TOO_LARGE.iter().any(|known| reason.contains(known)) {
        return too_large(
            pool,
            &format!("its liquidity does not reach (the contract says: {reason})"),
        );
    }
    if pool.protocol == Protocol::V3 && reason == UNEXPECTED {
        // nothing at all could be put in
        let detail =
            format!("pool {} cannot be traded in: no liquidity on this side of its price", pool.id);
        return Problem::unprocessable("POOL_UNSUPPORTED", detail);
    }
    let detail = format!(
        "pool {} cannot make this trade; the quoter reverted: {}",
        pool.id,
        explain(&reason)
    );
    Problem::unprocessable("SIMULATION_FAILED", detail)
}

/// Whether the V4 quoter says that liquidity, or the contracts' integers, end before the amount does. It wraps what the
/// manager says.
fn beyond_v4(data: &[u8]) -> bool {
    let wrapped = V4Quoter::UnexpectedRevertBytes::abi_decode(data);
    let data = wrapped.as_ref().map_or(data, |error| &error.revertData);
    V4Quoter::NotEnoughLiquidity::abi_decode(data).is_ok()
        || V4Quoter::SafeCastOverflow::abi_decode(data).is_ok()
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

/// Adds the meaning of the short words the contracts use.
fn explain(reason: &str) -> String {
    let meaning = match reason {
        "LOK" => "the pool is locked or has no price yet",
        "AS" => "the amount is zero",
        "SPL" => "the price is at its limit",
        "UniswapV2: INSUFFICIENT_INPUT_AMOUNT" => "the input is zero",
        "" => "no reason given",
        _ => return reason.to_owned(),
    };
    format!("{reason} ({meaning})")
}
