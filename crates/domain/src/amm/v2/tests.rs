//! Tests: known quotes, forks with other fees, and the pair's own check.

use alloy_primitives::U256;
use proptest::prelude::*;

use super::{amount_in, amount_out, keeps_product};
use crate::amm::{AmmError, PIPS};

fn n(value: u128) -> U256 {
    U256::from(value)
}

#[test]
fn quotes_of_the_library() {
    // the cases of v2-periphery's test suite
    assert_eq!(amount_out(n(2), n(100), n(100), 3000), Ok(n(1)));
    assert_eq!(amount_in(n(1), n(100), n(100), 3000), Ok(n(2)));
    // the first case of v2-core's test suite
    let ether = 1_000_000_000_000_000_000;
    assert_eq!(
        amount_out(n(ether), n(5 * ether), n(10 * ether), 3000),
        Ok(n(1_662_497_915_624_478_906))
    );
    // the contract of a fork reckons 9975 of 10000
    let (input, a, b) = (123_456_789_u128, 9_876_543_210_u128, 5_555_555_555_u128);
    assert_eq!(
        amount_out(n(input), n(a), n(b), 2500),
        Ok(n(input * 9975 * b / (a * 10_000 + input * 9975)))
    );
}

#[test]
fn what_the_library_refuses() {
    assert_eq!(amount_out(n(0), n(1), n(1), 3000), Err(AmmError::ZeroAmount));
    assert_eq!(amount_out(n(1), n(0), n(1), 3000), Err(AmmError::InsufficientLiquidity));
    assert_eq!(amount_in(n(100), n(100), n(100), 3000), Err(AmmError::InsufficientLiquidity));
    assert_eq!(amount_in(n(0), n(100), n(100), 3000), Err(AmmError::ZeroAmount));
    assert_eq!(amount_out(n(1), n(1), n(1), PIPS), Err(AmmError::Fee(PIPS)));
    assert!(matches!(amount_out(U256::MAX, n(1), n(1), 3000), Err(AmmError::Overflow(_))));
}

proptest! {
    #[test]
    fn the_pair_accepts_what_the_library_says_and_nothing_better(
        reserve_in in 1_000..u128::MAX >> 16,
        reserve_out in 1_000..u128::MAX >> 16,
        input in 1..u128::MAX >> 16,
        fee in 0..100_000_u32,
    ) {
        let (reserve_in, reserve_out, input) = (n(reserve_in), n(reserve_out), n(input));
        let output = amount_out(input, reserve_in, reserve_out, fee)?;
        let accepts = |input: U256, output: U256| {
            let after = (reserve_in + input, reserve_out - output);
            keeps_product((reserve_in, reserve_out), after, (input, U256::ZERO), fee)
        };
        prop_assert!(accepts(input, output)?);
        if output + U256::ONE < reserve_out {
            prop_assert!(!accepts(input, output + U256::ONE)?);
        }
        if !output.is_zero() {
            let needed = amount_in(output, reserve_in, reserve_out, fee)?;
            // the library's plus one is generous when nothing remained
            prop_assert!(needed <= input + U256::ONE);
            prop_assert!(accepts(needed, output)?);
            prop_assert!(amount_out(needed, reserve_in, reserve_out, fee)? >= output);
        }
    }
}
