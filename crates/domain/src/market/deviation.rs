//! How far the price of a pool, or of a token on one DEX, is from the market's.

use alloy_primitives::Address;

use crate::{candle::Subject, decimal::Decimal, market::observation::Millis};

/// Whose series it is that compares the market with all our pools of a token, whatever DEX they are of: no DEX has the
/// zero address.
#[must_use]
pub const fn of_token(token: Address) -> Subject {
    Subject::Token { factory: Address::ZERO, token }
}

/// Two prices of the same thing at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deviation {
    /// When.
    pub time: Millis,
    /// What the pool or the DEX says.
    pub pool: Decimal,
    /// What the market says, in the same unit.
    pub market: Decimal,
}

impl Deviation {
    /// The pool's price over the market's, less 1: 0.01 is one percent above it. `None` without a market price.
    #[must_use]
    pub fn ratio(&self) -> Option<Decimal> {
        if self.market.is_zero() {
            return None;
        }
        Some(self.pool.safe_div(self.market) - Decimal::ONE)
    }
}
