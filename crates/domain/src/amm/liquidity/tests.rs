//! Tests: which side of the range pays which token.

use alloy_primitives::U256;
use proptest::prelude::*;

use super::amounts;
use crate::amm::{AmmError, tick_math::sqrt_ratio_at_tick};

#[test]
fn a_range_is_token0_below_and_token1_above() {
    let at = |tick| {
        amounts(sqrt_ratio_at_tick(tick).unwrap(), tick, (-60, 60), 1_000_000, true).unwrap()
    };
    let (below, inside, above) = (at(-61), at(0), at(60));
    assert!(!below.0.is_zero() && below.1.is_zero());
    assert!(!inside.0.is_zero() && !inside.1.is_zero());
    assert!(above.0.is_zero() && !above.1.is_zero());
    // a boundary that was crossed downwards: the price is the lower tick's, the tick one less
    let crossed =
        amounts(sqrt_ratio_at_tick(-60).unwrap(), -61, (-60, 60), 1_000_000, true).unwrap();
    assert_eq!(crossed, below);
    assert_eq!(
        amounts(U256::ONE, 0, (60, 60), 1, true),
        Err(AmmError::TickMap { tick: 60, spacing: 1 })
    );
}

proptest! {
    #[test]
    fn removing_gives_no_more_than_adding_cost(
        tick in -500_000..500_000,
        lower in -600_000..600_000,
        width in 1..200_000,
        liquidity in 0..u128::MAX >> 30,
    ) {
        let price = sqrt_ratio_at_tick(tick)?;
        let cost = amounts(price, tick, (lower, lower + width), liquidity, true)?;
        let back = amounts(price, tick, (lower, lower + width), liquidity, false)?;
        prop_assert!(back.0 <= cost.0 && back.1 <= cost.1);
        prop_assert!(cost.0 - back.0 <= U256::ONE && cost.1 - back.1 <= U256::ONE);
    }
}
