//! Tokens as they are found in the wild.

use super::*;

fn string(text: &str) -> Vec<u8> {
    text.to_owned().abi_encode()
}

#[test]
fn plain_token() {
    let decimals = U256::from(6).abi_encode();
    let read = parse([Some(&string("USDC")), Some(&string("USD Coin")), Some(&decimals), None]);
    assert_eq!(read.symbol.as_deref(), Some("USDC"));
    assert_eq!(read.name.as_deref(), Some("USD Coin"));
    assert_eq!(read.decimals, Some(6));
}

#[test]
fn bytes32_symbol() {
    let mut word = [0u8; 32];
    word[..3].copy_from_slice(b"MKR");
    assert_eq!(parse([Some(&word), None, None, None]).symbol.as_deref(), Some("MKR"));
}

#[test]
fn hostile_answers_are_bounded_or_absent() {
    assert_eq!(parse([None, Some(&[]), Some(&[1]), None]), TokenMetadata::default());
    assert_eq!(parse([Some(&string(&"x".repeat(1_000_000))), None, None, None]).symbol, None);
    assert_eq!(
        parse([Some(&string(&"y".repeat(500))), None, None, None]).symbol.map(|s| s.len()),
        Some(MAX_CHARS)
    );
    assert_eq!(
        parse([Some(&string("A\u{0}\u{7}B\n")), None, None, None]).symbol.as_deref(),
        Some("AB")
    );
    assert_eq!(parse([Some(&string("\u{1}\u{2}")), None, None, None]).symbol, None);
    assert_eq!(parse([None, None, Some(&U256::MAX.abi_encode()), None]).decimals, None);
    // a length word that points far beyond the data
    let mut lying = string("ABC");
    lying[32..64].copy_from_slice(&U256::MAX.to_be_bytes::<32>());
    assert_eq!(parse([Some(&lying), None, None, None]).symbol, None);
}
