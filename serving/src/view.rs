//! What the API shows: the wire forms of pools, tokens, swaps and liquidity events, the same in GraphQL and REST.
//!
//! Amounts and other big numbers are decimal strings in smallest units; hashes, addresses and ids are lowercase hex.

pub mod account;
pub mod candle;
pub mod chain;
pub mod contract;
pub mod dex;
pub mod last_day;
pub mod liquidity;
pub mod millis;
pub mod period;
pub mod pool;
pub mod pool_figures;
pub mod position;
pub mod price;
pub mod price_candle;
pub mod protocol;
pub mod reconciled;
pub mod swap;
pub mod swap_usd;
pub mod text;
pub mod tick;
pub mod token;
pub(crate) mod units;

use alloy_primitives::{Address, B256};

/// Lowercase hex of an address.
pub(crate) fn address(address: Address) -> String {
    format!("{address:#x}")
}

/// Lowercase hex of a hash.
pub(crate) fn hash(hash: B256) -> String {
    format!("{hash:#x}")
}
