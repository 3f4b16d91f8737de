//! Ids of deployments that nobody configured, in the form that clients know: a hash of 32 bytes as IPFS writes it (CIDv0).

use alloy_primitives::keccak256;

/// Digits of base 58, least first.
const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// What stands before the hash: its function's number and its length. Together they make every id begin with `Qm`.
const BEFORE: [u8; 2] = [0x12, 0x20];

/// The id of a subgraph.
pub(super) fn of(chain: &str, name: &str) -> String {
    // neither has a line break
    let hash = keccak256(format!("{chain}\n{name}"));
    let mut bytes = BEFORE.to_vec();
    bytes.extend_from_slice(hash.as_slice());
    base58(&bytes)
}

/// Bytes, which do not begin with zero, as a number of base 58.
pub(super) fn base58(bytes: &[u8]) -> String {
    let mut digits: Vec<u8> = Vec::new();
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = digit_of(carry);
            carry /= 58;
        }
        while carry > 0 {
            digits.push(digit_of(carry));
            carry /= 58;
        }
    }
    let written = digits.iter().rev().filter_map(|digit| DIGITS.get(usize::from(*digit)));
    written.copied().map(char::from).collect()
}

/// The last digit of a number.
fn digit_of(number: u32) -> u8 {
    u8::try_from(number % 58).unwrap_or_default()
}
