//! Tests: composition of V4's fees, packing of the protocols' parts.

use alloy_primitives::U256;

use super::{Fee, v4_swap_fee};
use crate::amm::{AmmError, PIPS};

#[test]
fn v4_fees_compose() {
    for (protocol, lp, both) in [
        (0, 3000, 3000),
        (1000, 0, 1000),
        (1000, 3000, 3997),
        (50, 100, 150),
        (2, 8, 10),
        (1000, PIPS, PIPS),
    ] {
        assert_eq!(v4_swap_fee(protocol, lp), both, "{protocol} {lp}");
    }
}

#[test]
fn protocol_parts_are_packed_by_direction() {
    // recorded from a pool: 500 pips each way
    let v4 = Fee::V4 { lp_pips: 3000, protocol: 2_048_500 };
    assert_eq!(v4.swap_pips(true), Ok(3499));
    assert_eq!(v4.swap_pips(false), Ok(3499));
    let v4 = Fee::V4 { lp_pips: 100, protocol: 7 << 12 | 3 };
    assert_eq!((v4.swap_pips(true), v4.swap_pips(false)), (Ok(103), Ok(107)));
    let part = |fee: Fee, zero_for_one| {
        let whole = U256::from(10_000);
        fee.directed(zero_for_one).unwrap().protocol_part(U256::from(990_000), whole).unwrap()
    };
    let v3 = Fee::V3 { pips: 10_000, protocol: 5 << 4 | 4 };
    assert_eq!((part(v3, true), part(v3, false)), (U256::from(2500), U256::from(2000)));
    let cake = Fee::PancakeV3 { pips: 10_000, protocol: 3200 << 16 | 3300 };
    assert_eq!((part(cake, true), part(cake, false)), (U256::from(3300), U256::from(3200)));
    assert_eq!(part(Fee::V4 { lp_pips: 9_000, protocol: 1000 }, true), U256::from(1000));
    // without a fee for liquidity all of it is the protocol's
    assert_eq!(part(Fee::V4 { lp_pips: 0, protocol: 1000 }, true), U256::from(10_000));
    assert_eq!(part(Fee::V3 { pips: 500, protocol: 0 }, true), U256::ZERO);
}

#[test]
fn impossible_fees_are_refused() {
    assert_eq!(Fee::V3 { pips: PIPS, protocol: 0 }.swap_pips(true), Err(AmmError::Fee(PIPS)));
    assert_eq!(
        Fee::V4 { lp_pips: PIPS + 1, protocol: 0 }.swap_pips(true),
        Err(AmmError::Fee(PIPS + 1))
    );
    assert_eq!(Fee::V4 { lp_pips: PIPS, protocol: 0 }.swap_pips(true), Ok(PIPS));
}
