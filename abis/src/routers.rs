//! Calls of the routers that make a trade, written step by step, and what their reverts mean.
//!
//! Addresses and amounts are as the contracts take them: some small addresses and special amounts stand for what is only
//! known when the call runs.

use alloy_primitives::{Address, Bytes, address, aliases::U24};

pub mod permit2;
pub mod reverts;
pub mod swap_router02;
#[cfg(test)]
mod tests;
pub mod universal;
pub mod v4;

/// Stands for whoever calls the router.
pub const SENDER: Address = address!("0000000000000000000000000000000000000001");
/// Stands for the router itself.
pub const ROUTER: Address = address!("0000000000000000000000000000000000000002");

/// A way through V3 pools: `tokens[0] fees[0] tokens[1] fees[1] …`, fees in pips. For an exact output it begins with the
/// token that comes out.
#[must_use]
pub fn v3_path(tokens: &[Address], fees: &[u32]) -> Bytes {
    let mut path = Vec::with_capacity(tokens.len() * 23);
    for (place, token) in tokens.iter().enumerate() {
        path.extend_from_slice(token.as_slice());
        if let Some(fee) = fees.get(place) {
            path.extend_from_slice(&U24::from(*fee).to_be_bytes::<3>());
        }
    }
    path.into()
}
