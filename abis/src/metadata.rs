//! What token contracts say of themselves: `symbol()`, `name()`, `decimals()`, read with suspicion.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue};
use domain::entity::TokenMetadata;

#[cfg(test)]
mod tests;

alloy_sol_types::sol! {
    function symbol() external view returns (string);
    function name() external view returns (string);
    function decimals() external view returns (uint256);
    function totalSupply() external view returns (uint256);
}

/// Longest symbol or name kept, in characters.
const MAX_CHARS: usize = 64;

/// Calls per token.
pub const CALLS: usize = 4;

/// The calls that read a token's metadata, in the order [`parse`] expects their answers.
#[must_use]
pub fn calls(token: Address) -> [(Address, Bytes); CALLS] {
    [
        (token, symbolCall {}.abi_encode().into()),
        (token, nameCall {}.abi_encode().into()),
        (token, decimalsCall {}.abi_encode().into()),
        (token, totalSupplyCall {}.abi_encode().into()),
    ]
}

/// Reads the answers of [`calls`]; `None` stands for a call that reverted. Absurd answers count as none.
#[must_use]
pub fn parse(answers: [Option<&[u8]>; CALLS]) -> TokenMetadata {
    let [symbol, name, decimals, supply] = answers;
    TokenMetadata {
        symbol: symbol.and_then(text),
        name: name.and_then(text),
        decimals: decimals.and_then(small),
        total_supply: supply.and_then(word),
    }
}

/// The native currency, which has no contract to ask.
#[must_use]
pub fn native(symbol: &str) -> TokenMetadata {
    TokenMetadata {
        symbol: Some(symbol.into()),
        name: Some("Native currency".into()),
        decimals: Some(18),
        total_supply: None,
    }
}

/// A string, or a `bytes32` up to its first zero byte as some old tokens answer.
fn text(data: &[u8]) -> Option<String> {
    let raw = match data.len() {
        32 => {
            let word = B256::from_slice(data);
            let end = word.iter().position(|byte| *byte == 0).unwrap_or(32);
            word.get(..end)?.to_vec()
        }
        // the length is checked before anything is copied: a token may answer megabytes
        _ if data.len() > 64 * 1024 => return None,
        _ => String::abi_decode(data).ok()?.into_bytes(),
    };
    let lossy = String::from_utf8_lossy(&raw);
    let clean: String = lossy.chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

/// Decimals as the contract says, if they are below 256.
fn small(data: &[u8]) -> Option<u8> {
    u8::try_from(word(data)?).ok()
}

/// The first word of an answer.
fn word(data: &[u8]) -> Option<U256> {
    data.get(..32).map(U256::from_be_slice)
}
