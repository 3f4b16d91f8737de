//! Tests: the ends of the range, known vectors of the contracts, both directions against each other.

use alloy_primitives::{U256, U512, uint};
use proptest::prelude::*;

use super::{
    MAX_SQRT_RATIO, MAX_TICK, MIN_SQRT_RATIO, MIN_TICK, sqrt_ratio_at_tick, tick_at_sqrt_ratio,
};
use crate::amm::AmmError;

#[test]
fn the_ends_are_those_of_the_contracts() {
    let vectors = [
        (MIN_TICK, MIN_SQRT_RATIO),
        (MIN_TICK + 1, uint!(4295343490_U256)),
        (0, U256::ONE << 96),
        (MAX_TICK - 1, uint!(1461373636630004318706518188784493106690254656249_U256)),
        (MAX_TICK, MAX_SQRT_RATIO),
    ];
    for (tick, ratio) in vectors {
        assert_eq!(sqrt_ratio_at_tick(tick), Ok(ratio), "{tick}");
    }
    for tick in [MIN_TICK - 1, MAX_TICK + 1, i32::MIN, i32::MAX] {
        assert_eq!(sqrt_ratio_at_tick(tick), Err(AmmError::Tick(tick)));
    }
    assert_eq!(tick_at_sqrt_ratio(MIN_SQRT_RATIO), Ok(MIN_TICK));
    assert_eq!(tick_at_sqrt_ratio(MAX_SQRT_RATIO - U256::ONE), Ok(MAX_TICK - 1));
    for price in [U256::ZERO, MIN_SQRT_RATIO - U256::ONE, MAX_SQRT_RATIO, U256::MAX] {
        assert_eq!(tick_at_sqrt_ratio(price), Err(AmmError::SqrtPrice(price)));
    }
}

#[test]
fn ticks_and_prices_are_inverse_everywhere() {
    for tick in (MIN_TICK..MAX_TICK).step_by(41).chain(-300..300) {
        let price = sqrt_ratio_at_tick(tick).unwrap();
        assert_eq!(tick_at_sqrt_ratio(price), Ok(tick));
        if tick > MIN_TICK {
            assert_eq!(tick_at_sqrt_ratio(price - U256::ONE), Ok(tick - 1));
        }
    }
}

/// A tick is worth 1.0001 in price: the square of the ratio grows by it, but for rounding.
#[test]
fn neighbours_stand_one_basis_point_apart() {
    for tick in (-700_000..700_000).step_by(9_973) {
        let square = |tick| -> U512 {
            let ratio = sqrt_ratio_at_tick(tick).unwrap();
            ratio.widening_mul(ratio)
        };
        let (here, next) = (square(tick), square(tick + 1));
        let wanted = here * U512::from(10_001) / U512::from(10_000);
        let off = if wanted > next { wanted - next } else { next - wanted };
        // the smallest ratios here carry 46 bits
        assert!(off <= next >> 40, "tick {tick}");
    }
}

proptest! {
    #[test]
    fn prices_rise_with_ticks(tick in MIN_TICK..MAX_TICK) {
        prop_assert!(sqrt_ratio_at_tick(tick)? < sqrt_ratio_at_tick(tick + 1)?);
    }

    #[test]
    fn any_price_lies_at_its_tick(
        bits in 33_usize..160,
        limbs in any::<[u64; 4]>(),
    ) {
        let price = (U256::from_limbs(limbs) >> (256 - bits)) | (U256::ONE << (bits - 1));
        prop_assume!(price >= MIN_SQRT_RATIO && price < MAX_SQRT_RATIO);
        let tick = tick_at_sqrt_ratio(price)?;
        prop_assert!(sqrt_ratio_at_tick(tick)? <= price);
        prop_assert!(price < sqrt_ratio_at_tick(tick + 1)?);
    }
}
