//! Names of pairs.

use super::*;
use crate::feeds::pairs::tests::pair;

#[test]
fn names_are_read_as_they_are_written() {
    let pair = pair("1", true);
    let short = Wanted::parse(&name(&pair)).unwrap();
    assert_eq!(
        (short.base, short.target, short.pool),
        (pair.base.address, pair.quote.address, None)
    );
    let long = Wanted::parse(&unique(&pair)).unwrap();
    assert_eq!(long.pool, Some(pair.pool.id));
    assert!(short.is(&pair) && long.is(&pair));
    assert!(!short.is(&pair.clone().turned()), "a pair has one direction");
    let other = Wanted { pool: Some(PoolId::Contract(Address::ZERO)), ..short };
    assert!(!other.is(&pair));
}

#[test]
fn what_is_no_name_is_none() {
    let address = format!("{:#x}", Address::repeat_byte(1));
    for text in [
        String::new(),
        "_".to_owned(),
        "ETH_USDC".to_owned(),
        address.clone(),
        format!("{address}_"),
        format!("{address}_{address}_"),
        format!("{address}_{address}_0x12"),
        format!("{address}_{address}_{address}_{address}"),
        format!("{address}_{address}\u{0}"),
    ] {
        assert_eq!(Wanted::parse(&text), None, "{text}");
    }
    assert!(Wanted::parse(&format!("{address}_{address}_{address}")).is_some());
}
