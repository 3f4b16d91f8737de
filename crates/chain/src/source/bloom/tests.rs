//! Headers are believed as long as they deserve it.

use alloy_primitives::{Address, B256, BloomInput};
use serde_json::json;

use super::*;

fn log(address: u8, topic: u8) -> WireLog {
    serde_json::from_value(json!({
        "address": Address::repeat_byte(address), "topics": [B256::repeat_byte(topic)],
        "data": "0x", "blockNumber": "0x1", "blockHash": B256::ZERO,
        "transactionHash": B256::ZERO, "transactionIndex": "0x0", "logIndex": "0x0",
    }))
    .unwrap()
}

fn bloom(parts: &[&[u8]]) -> Bloom {
    let mut bloom = Bloom::ZERO;
    for part in parts {
        bloom.accrue(BloomInput::Raw(part));
    }
    bloom
}

#[test]
fn bits_are_those_of_the_yellow_paper() {
    for byte in 0..=255_u8 {
        let (address, other) = (Address::repeat_byte(byte), Address::repeat_byte(!byte));
        let one = bloom(&[address.as_slice()]);
        assert!(Bits::of(address.as_slice()).are_in(&one));
        let expected = one.contains_input(BloomInput::Raw(other.as_slice()));
        assert_eq!(Bits::of(other.as_slice()).are_in(&one), expected);
        assert!(!Bits::of(address.as_slice()).are_in(&Bloom::ZERO));
    }
}

#[test]
fn zeros_are_believed_where_nothing_ran_and_nothing_is_after_a_lie() {
    let trust = Trust::new(1);
    let full = bloom(&[Address::repeat_byte(1).as_slice(), B256::repeat_byte(2).as_slice()]);
    let busy = |bloom| trust.believed(bloom, false).is_some();
    assert!(!busy(Some(&Bloom::ZERO)), "some nodes always say zero");
    assert!(busy(Some(&full)));
    assert!(!busy(Some(&Bloom::ZERO)), "and another one may have said what came before");
    assert!(trust.believed(Some(&Bloom::ZERO), true).is_some());
    assert!(trust.believed(None, true).is_none());
    trust.check(Some(&full), [log(1, 2)].iter());
    assert!(busy(Some(&full)));
    trust.check(Some(&full), [log(1, 2), log(1, 3)].iter());
    assert!(!busy(Some(&full)) && trust.believed(Some(&Bloom::ZERO), true).is_none());
    assert!(Trust::new(137).believed(Some(&full), false).is_none(), "state sync is left out");
}
