//! Tests: vectors of the contracts' own test suite, and rounding in favour of the pool.

use alloy_primitives::{U256, uint};
use proptest::prelude::*;

use super::{amount0_delta, amount1_delta, next_price_from_input, next_price_from_output};
use crate::amm::{
    AmmError,
    tick_math::{MAX_TICK, MIN_TICK, sqrt_ratio_at_tick},
};

const ONE: U256 = uint!(79228162514264337593543950336_U256);
/// Square root of 1.21.
const HIGHER: U256 = uint!(87150978765690771352898345369_U256);
const ETHER: u128 = 1_000_000_000_000_000_000;

#[test]
fn amounts_between_prices() {
    let up = amount0_delta(ONE, HIGHER, ETHER, true).unwrap();
    assert_eq!(up, U256::from(90_909_090_909_090_910_u64));
    assert_eq!(amount0_delta(HIGHER, ONE, ETHER, false), Ok(up - U256::ONE));
    let up = amount1_delta(ONE, HIGHER, ETHER, true).unwrap();
    assert_eq!(up, U256::from(100_000_000_000_000_000_u64));
    assert_eq!(amount1_delta(HIGHER, ONE, ETHER, false), Ok(up - U256::ONE));
    assert_eq!(amount0_delta(ONE, HIGHER, 0, true), Ok(U256::ZERO));
    assert_eq!(amount1_delta(ONE, ONE, ETHER, true), Ok(U256::ZERO));
    assert_eq!(amount0_delta(U256::ZERO, ONE, ETHER, true), Err(AmmError::SqrtPrice(U256::ZERO)));
}

#[test]
fn prices_after_amounts() {
    let tenth = U256::from(ETHER / 10);
    assert_eq!(next_price_from_input(ONE, ETHER, tenth, false), Ok(HIGHER));
    assert_eq!(
        next_price_from_input(ONE, ETHER, tenth, true),
        Ok(uint!(72025602285694852357767227579_U256))
    );
    assert_eq!(
        next_price_from_output(ONE, ETHER, tenth, true),
        Ok(uint!(71305346262837903834189555302_U256))
    );
    assert_eq!(
        next_price_from_output(ONE, ETHER, tenth, false),
        Ok(uint!(88031291682515930659493278152_U256))
    );
    // an absurd input ends at the lowest price instead of underflowing
    assert_eq!(next_price_from_input(ONE, 1, U256::MAX >> 1, true), Ok(U256::ONE));
}

#[test]
fn what_the_contracts_refuse() {
    let one = U256::ONE;
    assert_eq!(
        next_price_from_input(U256::ZERO, 1, one, true),
        Err(AmmError::SqrtPrice(U256::ZERO))
    );
    assert_eq!(next_price_from_input(ONE, 0, one, true), Err(AmmError::InsufficientLiquidity));
    let price = uint!(20282409603651670423947251286016_U256);
    // 1024 of liquidity hold 4 of token0 and 262144 of token1 at this price
    for (amount, zero_for_one) in [(4_u64, false), (5, false), (262_144, true), (262_145, true)] {
        assert_eq!(
            next_price_from_output(price, 1024, U256::from(amount), zero_for_one),
            Err(AmmError::InsufficientLiquidity),
            "{amount}"
        );
    }
    assert_eq!(
        next_price_from_output(price, 1024, U256::from(262_143), true),
        Ok(uint!(77371252455336267181195264_U256))
    );
    let top = (U256::ONE << 160) - U256::ONE;
    assert!(matches!(
        next_price_from_input(top, 1024, one << 90, false),
        Err(AmmError::Overflow(_))
    ));
}

proptest! {
    #[test]
    fn rounding_favours_the_pool(
        a in MIN_TICK..MAX_TICK,
        b in MIN_TICK..MAX_TICK,
        liquidity in 1..u128::MAX,
    ) {
        let (a, b) = (sqrt_ratio_at_tick(a)?, sqrt_ratio_at_tick(b)?);
        for delta in [amount0_delta, amount1_delta] {
            let (down, up) = (delta(a, b, liquidity, false)?, delta(a, b, liquidity, true)?);
            prop_assert!(down <= up && up <= down + U256::ONE);
            prop_assert_eq!(delta(b, a, liquidity, true)?, up);
        }
    }

    #[test]
    fn an_input_moves_the_price_no_further_than_it_pays_for(
        tick in -400_000..400_000,
        liquidity in 1..u128::MAX >> 8,
        amount in 1..u128::MAX >> 8,
        zero_for_one: bool,
    ) {
        let price = sqrt_ratio_at_tick(tick)?;
        let amount = U256::from(amount);
        let next = next_price_from_input(price, liquidity, amount, zero_for_one);
        let Ok(next) = next else { return Ok(()) };
        let cost = if zero_for_one {
            prop_assert!(next <= price);
            amount0_delta(next, price, liquidity, true)?
        } else {
            prop_assert!(next >= price);
            amount1_delta(price, next, liquidity, true)?
        };
        prop_assert!(cost <= amount);
    }

    #[test]
    fn an_output_moves_the_price_far_enough_to_pay_for_it(
        tick in -400_000..400_000,
        liquidity in 1..u128::MAX >> 8,
        amount in 1..u128::MAX >> 8,
        zero_for_one: bool,
    ) {
        let price = sqrt_ratio_at_tick(tick)?;
        let amount = U256::from(amount);
        let next = next_price_from_output(price, liquidity, amount, zero_for_one);
        let Ok(next) = next else { return Ok(()) };
        let given = if zero_for_one {
            amount1_delta(next, price, liquidity, false)?
        } else {
            amount0_delta(price, next, liquidity, false)?
        };
        prop_assert!(given >= amount);
    }
}
