//! Decimal texts are exact.

use alloy_primitives::U256;
use domain::entity::PoolState;

use super::{of, whole};

fn reserves(reserve0: u128, reserve1: u128) -> PoolState {
    PoolState::Reserves { reserve0: U256::from(reserve0), reserve1: U256::from(reserve1) }
}

#[test]
fn amounts_lose_nothing() {
    for (amount, decimals, text) in [
        (0, 18, "0"),
        (1, 18, "0.000000000000000001"),
        (1_500_000, 6, "1.5"),
        (42, 0, "42"),
        (1_000, 3, "1"),
    ] {
        assert_eq!(whole(U256::from(amount), decimals), text);
    }
    assert_eq!(whole(U256::from(5), 255).len(), 257);
}

#[test]
fn reserves_give_both_prices() {
    // 2,000 USDC (6 decimals) against 1 WETH (18 decimals)
    let prices =
        of(&reserves(2_000_000_000, 1_000_000_000_000_000_000), Some(6), Some(18)).unwrap();
    assert_eq!(prices.token1_per_token0, "0.0005");
    assert_eq!(prices.token0_per_token1, "2000");
    let prices = of(&reserves(3, 1), Some(0), Some(0)).unwrap();
    assert_eq!(prices.token1_per_token0, "0.33333333333333333333");
    assert_eq!(prices.token0_per_token1, "3");
}

#[test]
fn square_roots_are_squared() {
    let one =
        PoolState::Concentrated { sqrt_price_x96: U256::from(1) << 96, tick: 0, liquidity: 1 };
    assert_eq!(of(&one, Some(18), Some(18)).unwrap().token1_per_token0, "1");
    let two =
        PoolState::Concentrated { sqrt_price_x96: U256::from(2) << 96, tick: 13_863, liquidity: 0 };
    assert_eq!(of(&two, Some(18), Some(18)).unwrap().token0_per_token1, "0.25");
}

#[test]
fn the_borders_of_the_price_range_fit() {
    let lowest = U256::from(4_295_128_739_u64);
    let highest: U256 = "1461446703485210103287273052203988822378723970342".parse().unwrap();
    for sqrt_price_x96 in [lowest, highest] {
        for (decimals0, decimals1) in [(0, 36), (36, 0), (36, 36), (18, 6)] {
            let state = PoolState::Concentrated { sqrt_price_x96, tick: 0, liquidity: 0 };
            let prices = of(&state, Some(decimals0), Some(decimals1)).unwrap();
            assert!(
                prices.token1_per_token0.bytes().any(|digit| (b'1'..=b'9').contains(&digit)),
                "{prices:?}"
            );
            assert!(
                prices.token0_per_token1.bytes().any(|digit| (b'1'..=b'9').contains(&digit)),
                "{prices:?}"
            );
        }
    }
}

#[test]
fn what_has_no_price_shows_none() {
    let unset = PoolState::Concentrated { sqrt_price_x96: U256::ZERO, tick: 0, liquidity: 0 };
    assert_eq!(of(&unset, Some(18), Some(18)), None);
    assert_eq!(of(&reserves(0, 0), Some(18), Some(18)), None);
    assert_eq!(of(&reserves(1, 1), None, Some(18)), None);
    assert_eq!(of(&reserves(1, 1), Some(18), Some(200)), None);
}
