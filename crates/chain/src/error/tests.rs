//! Each provider's way of saying a thing.

use super::*;

#[test]
fn every_known_phrase_asks_for_less() {
    for phrase in TOO_LARGE_PHRASES {
        let message = format!("Sorry: {} 10000 blocks", phrase.to_uppercase());
        let error = ChainError::from_response(-32005, &message, None);
        assert!(matches!(error, ChainError::TooLarge(_)), "{phrase}: {error:?}");
        assert!(!error.is_transient());
    }
}

#[test]
fn revert_data_is_kept() {
    let error = ChainError::from_response(3, "execution reverted: SPL", Some("0x08c379a0"));
    let ChainError::Reverted { data, message } = error else { panic!("{error:?}") };
    assert_eq!(data.as_ref(), [0x08, 0xc3, 0x79, 0xa0]);
    assert!(message.contains("SPL"));
}

#[test]
fn a_block_that_is_not_there_yet_is_transient() {
    for message in ["unknown block", "header not found", "Required data unavailable"] {
        assert!(ChainError::from_response(-32000, message, None).is_transient(), "{message}");
    }
}

#[test]
fn unknown_methods_are_not_retried() {
    assert!(!ChainError::from_response(-32601, "method not found", None).is_transient());
}
