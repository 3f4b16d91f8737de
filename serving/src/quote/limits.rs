//! How much worse than quoted a trade may become.

use alloy_primitives::{U256, U512};

/// Basis points in a whole.
pub(super) const WHOLE: u32 = 10_000;

/// The least that may come out instead of `amount`, rounded down.
pub(super) fn least(amount: U256, bps: u32) -> U256 {
    narrow(U512::from(amount) * U512::from(WHOLE.saturating_sub(bps)) / U512::from(WHOLE))
}

/// The most that may go in instead of `amount`, rounded up.
pub(super) fn most(amount: U256, bps: u32) -> U256 {
    narrow((U512::from(amount) * U512::from(WHOLE.saturating_add(bps))).div_ceil(U512::from(WHOLE)))
}

/// The same for a part of the amount, rounded down: parts make no more together than the whole.
pub(super) fn most_of_part(amount: U256, bps: u32) -> U256 {
    narrow(U512::from(amount) * U512::from(WHOLE.saturating_add(bps)) / U512::from(WHOLE))
}

/// So many basis points of an amount, rounded down.
pub(super) fn share(amount: U256, bps: u32) -> U256 {
    narrow(U512::from(amount) * U512::from(bps) / U512::from(WHOLE))
}

fn narrow(wide: U512) -> U256 {
    U256::checked_from_limbs_slice(wide.as_limbs()).unwrap_or(U256::MAX)
}
