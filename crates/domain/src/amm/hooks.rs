//! What a V4 hooks contract may do to a swap, as the low bits of its address say (`Hooks`).

use alloy_primitives::Address;

#[cfg(test)]
mod tests;

/// `BEFORE_SWAP_FLAG`.
const BEFORE_SWAP: u16 = 1 << 7;
/// `AFTER_SWAP_FLAG`.
const AFTER_SWAP: u16 = 1 << 6;
/// `BEFORE_SWAP_RETURNS_DELTA_FLAG`.
const BEFORE_SWAP_RETURNS_DELTA: u16 = 1 << 3;
/// `AFTER_SWAP_RETURNS_DELTA_FLAG`.
const AFTER_SWAP_RETURNS_DELTA: u16 = 1 << 2;

/// Whether the contract is called in a swap, and so may change its amounts or its fee, or refuse it: nobody can tell from
/// outside what such a pool would give.
#[must_use]
pub const fn may_change_swaps(hooks: Address) -> bool {
    let [.., high, low] = hooks.0.0;
    let flags = u16::from_be_bytes([high, low]);
    let swaps = BEFORE_SWAP | AFTER_SWAP | BEFORE_SWAP_RETURNS_DELTA | AFTER_SWAP_RETURNS_DELTA;
    flags & swaps != 0
}
