//! Tokens that call themselves the same.

use alloy_primitives::Address;

use super::*;

#[test]
fn the_first_has_the_symbol_and_the_others_their_address_too() {
    let side = |byte: u8, symbol: &str, first_block| Side {
        address: Address::repeat_byte(byte),
        symbol: symbol.to_owned(),
        name: symbol.to_owned(),
        decimals: 18,
        first_block,
    };
    let sides = [side(1, "USDC", 9), side(2, "USDC", 3), side(3, "WETH", 5), side(1, "USDC", 9)];
    let named = by_symbol(sides.into_iter());
    let keys: Vec<_> = named.keys().cloned().collect();
    let late = format!("USDC_{:#x}", Address::repeat_byte(1));
    assert_eq!(keys, ["USDC".to_owned(), late.clone(), "WETH".to_owned()]);
    assert_eq!(named["USDC"].contract_address, address(Address::repeat_byte(2)));
    assert_eq!(named[&late].contract_address, address(Address::repeat_byte(1)));
}
