//! Tests of the pure parts of traffic.

use alloy_primitives::{U256, U512};

use super::amounts::{full_range, range, sqrt_price, square_root};
use super::catalogue::{Asset, POOLS, Protocol};
use super::pause;
use crate::Dice;

#[test]
fn the_square_root_is_rounded_down() {
    for (value, root) in [
        (0_u64, 0_u64),
        (1, 1),
        (2, 1),
        (3, 1),
        (4, 2),
        (99, 9),
        (100, 10),
        (u64::MAX, 4_294_967_295),
    ] {
        assert_eq!(square_root(U512::from(value)), U512::from(root), "{value}");
    }
}

#[test]
fn equal_amounts_have_price_one() {
    assert_eq!(sqrt_price(U256::from(77), U256::from(77)), U256::from(1) << 96);
}

#[test]
fn ranges_are_multiples_of_the_spacing_and_never_empty() {
    for spacing in [1, 7, 10, 60, 113, 200] {
        let (low, high) = full_range(spacing);
        for tick in [-887_272, -400_001, -1, 0, 1, 59, 276_324, 887_271] {
            for shift in [-40, 0, 40] {
                let (lower, upper) = range(tick, spacing, 3, 5, shift);
                assert!(lower < upper && lower >= low && upper <= high, "{tick} {spacing} {shift}");
                assert_eq!((lower % spacing, upper % spacing), (0, 0));
            }
        }
    }
}

#[test]
fn dice_repeat_themselves_and_differ_by_block() {
    let roll = |seed, block| {
        let mut dice = Dice::of_block(seed, block);
        [dice.next(), dice.next(), dice.next()]
    };
    assert_eq!(roll(1, 2), roll(1, 2));
    assert_ne!(roll(1, 2), roll(1, 3));
    assert_ne!(roll(1, 2), roll(2, 2));
}

#[test]
fn sixty_blocks_cross_hours_and_days() {
    let total: u64 = (1..=60).map(|age| pause(age, &mut Dice::of_block(1, age))).sum();
    assert!(total > 86_400, "{total}");
}

#[test]
fn only_v4_pools_hold_the_native_coin() {
    for spec in POOLS {
        let native = spec.assets.contains(&Asset::Native);
        assert!(!native || matches!(spec.protocol, Protocol::V4 { .. }), "{spec:?}");
    }
}
