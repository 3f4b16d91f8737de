//! What a contract says when it reverts, in words.

use abis::routers::reverts;
use alloy_primitives::hex;

/// The reason of a revert, with the meaning of the short words that contracts use.
pub(crate) fn words(data: &[u8], message: &str) -> String {
    let reason = reason(data, message);
    let meaning = match reason.as_str() {
        "LOK" => "the pool is locked or has no price yet",
        "AS" => "the amount is zero",
        "SPL" => "the price is at its limit",
        "IIA" => "the pool was not paid",
        "STF" => "the token cannot be drawn: balance or allowance is too small",
        "TF" | "ST" => "the token cannot be sent",
        "UniswapV2: INSUFFICIENT_INPUT_AMOUNT" => "the input is zero",
        "UniswapV2: INSUFFICIENT_OUTPUT_AMOUNT" => "the output is zero",
        "UniswapV2: INSUFFICIENT_LIQUIDITY" => "the pair does not hold so much",
        "UniswapV2: K" => "the pair was paid too little",
        "TransactionDeadlinePassed" | "Transaction too old" => "the deadline has passed",
        "CurrencyNotSettled" => "the pool's liquidity ended before the whole amount was traded",
        "InvalidSigner" => "the permit was signed by somebody else, or says something else",
        "InvalidNonce" => "the permit was used before, or another one was",
        "" => "no reason given",
        _ => return reason,
    };
    format!("{reason} ({meaning})")
}

fn reason(data: &[u8], message: &str) -> String {
    match (reverts::reason(data), data) {
        (Some(reason), _) => reason.text,
        (None, []) => message.to_owned(),
        (None, data) => format!("error {}", hex::encode_prefixed(&data[..data.len().min(100)])),
    }
}
