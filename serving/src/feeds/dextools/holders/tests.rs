//! Pages of holders.

use alloy_primitives::{Address, U256};

use super::{Asked, ById, Holder, ONE, largest};
use crate::feeds::blocks::pools::address_text;

#[test]
fn the_largest_come_first_in_whole_tokens() {
    let address = Address::repeat_byte;
    let held = vec![
        (address(1), U256::from(ONE) * U256::from(3) - U256::from(1)),
        (address(2), U256::ZERO),
        (address(3), U256::MAX),
        (address(5), U256::from(ONE)),
        (address(4), U256::from(ONE)),
    ];
    let holder = |n, quantity| Holder { address: address_text(address(n)), quantity };
    let wanted = [holder(3, i64::MAX), holder(1, 2), holder(4, 1), holder(5, 1)];
    assert_eq!(largest(held.clone(), 0, 10), (4, wanted.into()));
    assert_eq!(largest(held.clone(), 1, 3), (4, vec![holder(5, 1)]));
    assert_eq!(largest(held.clone(), 2, 3), (4, vec![]));
    assert_eq!(largest(held, usize::MAX, 50), (4, vec![]));
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
