//! The compiled contract is the one that is called.

use alloy_primitives::{U256, address};
use alloy_sol_types::SolCall as _;

use super::{Probed, call, code, read, thereCall};

#[test]
fn the_code_knows_the_call() {
    let code = code().unwrap();
    assert!(code.windows(4).any(|bytes| bytes == thereCall::SELECTOR), "another contract");
    let data = call(address!("00000000000000000000000000000000000000aa"), code_free(), 1_000);
    assert_eq!(data.len(), 4 + 3 * 32);
}

#[test]
fn answers_are_read() {
    let words: Vec<u8> =
        [100_u64, 99, 98].iter().flat_map(|n| U256::from(*n).to_be_bytes::<32>()).collect();
    let [sent, arrived, returned] = [100_u64, 99, 98].map(U256::from);
    assert_eq!(read(&words), Some(Probed { sent, arrived, returned }));
    assert_eq!(read(&words[..64]), None);
}

fn code_free() -> alloy_primitives::Address {
    address!("00000000000000000000000000000000000000bb")
}
