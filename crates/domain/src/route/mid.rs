//! What a trade would give at the pools' prices, without fees and without moving them: what price impact is measured
//! against.

use alloy_primitives::U256;

use super::{
    leg::Leg,
    market::Market,
    venue::{Liquidity, Venue},
};
use crate::amm::full_math::mul_div;

/// Bits that are kept beyond the token's smallest unit, so that amounts of a few units have an impact, too.
pub const MID_BITS: usize = 40;

/// What `amount_in` would be worth at the end of these legs at the pools' prices; in smallest units times 2^40. `None`
/// where that is no number of 256 bits.
#[must_use]
pub fn mid_amount(market: &Market, legs: &[Leg], amount_in: U256) -> Option<U256> {
    if amount_in.leading_zeros() < MID_BITS {
        return None;
    }
    legs.iter().try_fold(amount_in << MID_BITS, |amount, leg| {
        let venue = market.pool(leg.pool)?;
        across(venue, venue.tokens[0] == leg.token_in, amount)
    })
}

fn across(venue: &Venue, zero_for_one: bool, amount: U256) -> Option<U256> {
    match &venue.liquidity {
        Liquidity::Reserves { reserves: [zero, one], .. } => {
            let (from, to) = if zero_for_one { (zero, one) } else { (one, zero) };
            mul_div(amount, *to, *from).ok()
        }
        Liquidity::Concentrated { sqrt_price_x96, .. } => {
            let q96 = U256::ONE << 96;
            let (up, down) =
                if zero_for_one { (*sqrt_price_x96, q96) } else { (q96, *sqrt_price_x96) };
            mul_div(mul_div(amount, up, down).ok()?, up, down).ok()
        }
        Liquidity::Unsupported(_) => None,
    }
}
