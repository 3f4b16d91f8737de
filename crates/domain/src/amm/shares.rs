//! What shares of a constant product pair are worth in tokens (`UniswapV2Pair.burn`).

use alloy_primitives::U256;

#[cfg(test)]
mod tests;

/// Token0 and token1 that so many shares of all give, of what the pair holds; rounded down, as the contract does. None
/// where there are no shares, or where the contract's products leave 256 bits and it gives nothing.
///
/// Where the pair mints a fee for its protocol, that comes first and makes each share worth a bit less.
#[must_use]
pub fn amounts(shares: U256, all: U256, holds: [U256; 2]) -> Option<[U256; 2]> {
    if all.is_zero() || shares > all {
        return None;
    }
    let part = |held: U256| Some(shares.checked_mul(held)? / all);
    Some([part(holds[0])?, part(holds[1])?])
}
