//! The worth of a tick map is that of the positions it came from.

use alloy_primitives::B256;

use super::*;
use crate::amm::tick_math::sqrt_ratio_at_tick;

fn ticks(positions: &[(i32, i32, i128)]) -> Vec<Tick> {
    let mut nets = std::collections::BTreeMap::<i32, i128>::new();
    for (lower, upper, liquidity) in positions {
        *nets.entry(*lower).or_default() += liquidity;
        *nets.entry(*upper).or_default() -= liquidity;
    }
    let tick = |(index, liquidity_net)| Tick {
        pool: PoolId::Key(B256::ZERO),
        index,
        liquidity_gross: 0,
        liquidity_net,
        created_block: 0,
        created_timestamp: 0,
        fee_growth_outside: None,
    };
    nets.into_iter().map(tick).collect()
}

#[test]
fn a_tick_map_is_worth_what_its_positions_are() {
    let positions = [
        (-600, 600, 10_i128.pow(18)),
        (-60, 60, 5 * 10_i128.pow(17)),
        (120, 240, 10_i128.pow(16)),
        (-887_220, 887_220, 123_456_789),
    ];
    for tick in [-700, -600, -61, 0, 59, 60, 180, 240, 5_000] {
        let price = sqrt_ratio_at_tick(tick).unwrap();
        let found = principal(price, tick, &ticks(&positions)).unwrap();
        let mut expected = [U256::ZERO; 2];
        for (lower, upper, liquidity) in positions {
            let liquidity = liquidity.unsigned_abs();
            let (amount0, amount1) =
                amounts(price, tick, (lower, upper), liquidity, false).unwrap();
            expected[0] += amount0;
            expected[1] += amount1;
        }
        for (found, expected) in found.iter().zip(expected) {
            // a position across several ranges of the map is rounded once in each
            assert!(found.abs_diff(expected) <= U256::from(16), "{found} {expected} at {tick}");
        }
    }
}

#[test]
fn nothing_is_worth_nothing_and_nonsense_is_refused() {
    let price = sqrt_ratio_at_tick(0).unwrap();
    assert_eq!(principal(price, 0, &[]), Ok([U256::ZERO; 2]));
    assert_eq!(principal(price, 0, &ticks(&[(-60, 60, 0)])), Ok([U256::ZERO; 2]));
    assert_eq!(principal(price, 0, &ticks(&[(-60, 60, -1)])), Err(AmmError::Liquidity(-60)));
    assert!(principal(price, 0, &ticks(&[(-900_000, 60, 1)])).is_err());
}
