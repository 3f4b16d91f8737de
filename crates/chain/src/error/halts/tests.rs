//! What never begins to run is the caller's affair, and slows nobody else down.

use super::{
    super::{Cause, ChainError, Fault},
    NEVER_BEGIN, NEVER_BEGINS, NOT_TAKEN,
};

const METHODS: [&str; 3] = ["eth_call", "eth_simulateV1", "eth_estimateGas"];

/// As nodes write it.
const SAID: [(i64, &str); 22] = [
    (-32003, "Insufficient funds for gas * price + value"),
    (-32000, "insufficient funds for transfer"),
    (-32000, "err: intrinsic gas too low: have 16, want 21000 (supplied gas 16)"),
    (-32000, "insufficient gas for floor data gas cost: gas 40000, minimum needed 61000"),
    (-38015, "Block gas limit exceeded by the block's transactions"),
    (-32000, "Block gas limit exceeded"),
    (-38015, "block gas limit reached: remaining: 30000000, required: 90000000"),
    (-32000, "gas limit reached"),
    (-32000, "exceeds block gas limit: tx gas limit 90000000 exceeds block max gas 30000000"),
    (-32003, "caller gas limit exceeds the block gas limit"),
    (-32003, "call gas cost (21064) exceeds the gas limit (20000)"),
    (-32003, "gas floor (61000) exceeds the gas limit (40000)"),
    (-32000, "transaction gas limit too high (cap: 16777216, tx: 90000000)"),
    (-32003, "transaction gas limit (90000000) is greater than the cap (16777216)"),
    (-32000, "gas required exceeds allowance (30000000)"),
    (-38010, "nonce too low: next nonce 7, tx nonce 3"),
    (-38011, "nonce too high"),
    (-32000, "nonce has max value: address 0x00, nonce: 18446744073709551615"),
    (-32000, "max initcode size exceeded: code size 50000, limit 49152"),
    (-32000, "sender not an eoa: address 0x00, codehash: 0x00"),
    (-38014, "insufficient funds"),
    (-38024, "Sender is not an EOA"),
];

#[test]
fn each_phrase_is_an_outcome_of_the_call() {
    for (code, message) in SAID {
        for method in METHODS {
            let fault = Fault::from_response(method, code, message, None);
            assert!(matches!(fault.error, ChainError::Reverted { .. }), "{message}: {fault:?}");
            assert!(fault.cause == Cause::Other && !fault.is_endpoints(), "{message}");
        }
    }
    for (phrase, node) in NEVER_BEGINS {
        assert_eq!(phrase, phrase.to_lowercase());
        let is_said = |(_, message): &(i64, &str)| message.to_lowercase().contains(phrase);
        assert!(SAID.iter().any(is_said), "{phrase} of {node}");
    }
}

#[test]
fn codes_of_trials_say_whose_fault_it_is_whatever_the_words() {
    for code in NEVER_BEGIN {
        let fault = Fault::from_response("eth_simulateV1", code, "limit exceeded", None);
        assert!(matches!(fault.error, ChainError::Reverted { .. }), "{code}: {fault:?}");
    }
    for code in NOT_TAKEN {
        let fault = Fault::from_response("eth_simulateV1", code, "limit exceeded", None);
        assert!(matches!(fault.error, ChainError::Refused(_)), "{code}: {fault:?}");
        assert!(fault.cause == Cause::Other && !fault.is_endpoints(), "{code}");
    }
}

#[test]
fn of_others_it_is_the_endpoints_affair() {
    let (code, message) = (-32005, "limit exceeded");
    for method in METHODS {
        let fault = Fault::from_response(method, code, message, None);
        assert_eq!(fault.cause, Cause::TooOften(None), "{method}");
    }
    for (code, message) in SAID {
        let fault = Fault::from_response("eth_getLogs", code, message, None);
        assert!(fault.is_endpoints(), "{message}: {fault:?}");
    }
}
