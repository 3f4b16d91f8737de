//! Pages of holders.

use alloy_primitives::{Address, U256};

use super::{Asked, ById, Holder, ONE, paged};
use crate::feeds::blocks::pools::address_text;

#[test]
fn pages_are_in_whole_tokens() {
    let address = Address::repeat_byte;
    let one = U256::from(ONE);
    let held =
        [(3, U256::MAX), (1, one * U256::from(3) - U256::from(1)), (4, one), (5, one - U256::ONE)];
    let held = held.map(|(n, amount)| (address(n), amount));
    let holder = |n, quantity| Holder { address: address_text(address(n)), quantity };
    let wanted = [holder(3, i64::MAX), holder(1, 2), holder(4, 1), holder(5, 0)];
    assert_eq!(paged(&held, 0, 10), wanted);
    assert_eq!(paged(&held, 1, 3), [holder(5, 0)]);
    assert_eq!(paged(&held, 2, 3), []);
    assert_eq!(paged(&held, usize::MAX, 50), []);
}

#[test]
fn pages_hold_10_to_50() {
    let asked = |page: Option<&str>, size: Option<&str>| Asked {
        id: ById::default(),
        page: page.map(str::to_owned),
        page_size: size.map(str::to_owned),
    };
    assert_eq!(asked(None, None).page().ok(), Some((0, 10)));
    assert_eq!(asked(Some("3"), Some("50")).page().ok(), Some((3, 50)));
    for (page, size) in
        [(Some("-1"), None), (Some("x"), None), (None, Some("9")), (None, Some("51"))]
    {
        assert!(asked(page, size).page().is_err(), "{page:?} {size:?}");
    }
}
