//! Tests: products beyond 256 bits, and rounding.

use alloy_primitives::{U256, U512};
use proptest::prelude::*;

use super::{mul_div, mul_div_up, mul_shift_96};
use crate::amm::{AmmError, Q128};

#[test]
fn the_edges_of_the_contract() {
    assert_eq!(mul_div(U256::MAX, U256::MAX, U256::MAX), Ok(U256::MAX));
    assert_eq!(mul_div_up(U256::MAX, U256::MAX, U256::MAX), Ok(U256::MAX));
    assert!(matches!(mul_div(Q128, Q128, U256::ZERO), Err(AmmError::Overflow(_))));
    assert!(matches!(mul_div(Q128, Q128, U256::ONE), Err(AmmError::Overflow(_))));
    assert!(matches!(
        mul_div(U256::MAX, U256::MAX, U256::MAX - U256::ONE),
        Err(AmmError::Overflow(_))
    ));
    // 2^128 * 50 / 150: a third of Q128
    let third = Q128 / U256::from(3);
    assert_eq!(mul_div(Q128, U256::from(50), U256::from(150)), Ok(third));
    assert_eq!(mul_div_up(Q128, U256::from(50), U256::from(150)), Ok(third + U256::ONE));
    // rounding up may be what overflows
    let a = U256::from_limbs([0xbf6a_aa32_06a0_f4e7, 0x2f9a_6ae8_fbd4_2cda, 3, 1 << 40]);
    let down = mul_div(a, U256::MAX, U256::MAX).unwrap();
    assert_eq!((down, mul_div_up(a, U256::MAX, U256::MAX).unwrap()), (a, a));
}

fn number() -> impl Strategy<Value = U256> {
    (any::<[u64; 4]>(), 0_usize..256).prop_map(|(limbs, shift)| U256::from_limbs(limbs) >> shift)
}

proptest! {
    #[test]
    fn quotients_are_the_schoolbook_ones(a in number(), b in number(), d in number()) {
        prop_assume!(!d.is_zero());
        let product: U512 = a.widening_mul(b);
        let (quotient, rest) = product.div_rem(U512::from(d));
        if quotient > U512::from(U256::MAX) {
            prop_assert!(mul_div(a, b, d).is_err());
        } else {
            let down = mul_div(a, b, d)?;
            prop_assert_eq!(U512::from(down), quotient);
            if rest.is_zero() {
                prop_assert_eq!(mul_div_up(a, b, d)?, down);
            } else if down < U256::MAX {
                prop_assert_eq!(mul_div_up(a, b, d)?, down + U256::ONE);
            } else {
                prop_assert!(mul_div_up(a, b, d).is_err());
            }
        }
    }

    #[test]
    fn shifting_by_96_bits_is_division(a in number(), b in number()) {
        let unit = U256::ONE << 96;
        prop_assert_eq!(mul_shift_96(a, b, false), mul_div(a, b, unit));
        prop_assert_eq!(mul_shift_96(a, b, true), mul_div_up(a, b, unit));
    }
}
