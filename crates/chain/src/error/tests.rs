//! Errors are sorted by what helps against them.

use super::*;

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
fn unknown_methods_and_too_large_queries_are_not_retried() {
    assert!(!ChainError::from_response(-32601, "method not found", None).is_transient());
    assert!(
        !ChainError::from_response(-32005, "query returned more than 9 results", None)
            .is_transient()
    );
}

#[test]
fn too_many_requests_pass() {
    let fault = Fault::from_response("eth_call", 429, "slow down", None);
    assert_eq!(fault.cause, Cause::TooOften(None));
    assert!(fault.error.is_transient() && fault.is_endpoints());
}

#[test]
fn a_slow_log_query_asks_for_less_and_a_slow_call_for_another_try() {
    let logs = Fault::timed_out("eth_getLogs", "30 s");
    assert!(matches!(logs.error, ChainError::TooLarge(_)) && logs.is_endpoints());
    assert!(Fault::timed_out("eth_call", "30 s").error.is_transient());
}

#[test]
fn what_never_begins_to_run_is_an_outcome() {
    for message in [
        "Insufficient funds for gas * price + value",
        "insufficient funds for transfer",
        "intrinsic gas too low: have 16, want 21000",
        "intrinsic gas too high -- CallGasCostMoreThanGasLimit",
    ] {
        let error = ChainError::from_response(-32003, message, None);
        assert!(matches!(error, ChainError::Reverted { .. }), "{message}: {error}");
    }
}
