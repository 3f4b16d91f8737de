//! Made addresses and hashes.

use alloy_primitives::{Address, B256, keccak256};

/// A hash by kind and number.
pub(super) fn word(kind: u8, number: u64) -> B256 {
    keccak256([&[kind][..], &number.to_be_bytes()].concat())
}

/// An address by kind and number.
pub(super) fn address(kind: u8, number: u64) -> Address {
    Address::from_word(word(kind, number))
}
