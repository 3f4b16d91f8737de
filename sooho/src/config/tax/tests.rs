//! What is refused of taxes.

use alloy_primitives::address;

use super::{TaxConfig, check};

#[test]
fn taxes_are_of_different_tokens_and_leave_something() {
    let token = address!("00000000000000000000000000000000000000e7");
    let good = TaxConfig { token, buy_bps: 0, sell_bps: 9_999 };
    let other = TaxConfig {
        token: address!("00000000000000000000000000000000000000e8"),
        buy_bps: 100,
        sell_bps: 100,
    };
    assert_eq!(check("chain.0", &[good, other]), Ok(()));
    let refused = |taxes: &[TaxConfig]| check("chain.0", taxes).unwrap_err();
    assert!(refused(&[good, good]).contains("named twice"));
    assert!(refused(&[TaxConfig { buy_bps: 10_000, ..good }]).contains("below 10000"));
    assert!(refused(&[TaxConfig { token: Default::default(), ..good }]).contains("zero address"));
}
