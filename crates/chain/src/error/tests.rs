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
        for method in ["eth_call", "eth_simulateV1", "eth_estimateGas"] {
            let error = Fault::from_response(method, -32003, message, None).error;
            assert!(matches!(error, ChainError::Reverted { .. }), "{message}: {error}");
        }
        let fault = Fault::from_response("eth_getLogs", -32003, message, None);
        assert!(fault.is_endpoints(), "{message}: {fault:?}");
    }
}

#[test]
fn what_an_endpoint_says_of_its_customer_is_no_outcome() {
    for message in [
        "insufficient funds in your account: top up your balance",
        "Insufficient funds",
        "your plan has insufficient funds for this request",
        "intrinsic gas could not be estimated",
    ] {
        for method in ["eth_call", "eth_simulateV1", "eth_estimateGas", "eth_getLogs"] {
            let fault = Fault::from_response(method, -32000, message, None);
            assert!(matches!(fault.error, ChainError::Unavailable(_)), "{message}: {fault:?}");
            assert!(fault.is_endpoints(), "{message}");
        }
    }
}

#[test]
fn a_contract_that_halts_has_answered() {
    let halts = [
        (-32000, "invalid jump destination"),
        (-32000, "write protection"),
        (-32000, "return data out of bounds"),
        (-32000, "gas uint64 overflow"),
        (-32000, "out of gas"),
        (-32000, "invalid opcode: INVALID"),
        (-32000, "stack underflow (0 <=> 2)"),
        (-32003, "EVM error: InvalidJump"),
        (-32603, "EVM error InvalidJump"),
        (-32603, "EVM error OutOfOffset"),
        (-32603, "EVM error: OutOfGas(Basic)"),
        (-32015, "VM execution error."),
    ];
    for (code, message) in halts {
        let fault = Fault::from_response("eth_call", code, message, None);
        assert!(matches!(fault.error, ChainError::Reverted { .. }), "{message}: {}", fault.error);
        assert!(!fault.is_endpoints(), "{message}");
    }
    // of other questions, or in other words, it is the node's trouble
    for (method, message) in [
        ("eth_getBalance", "EVM error: InvalidJump"),
        ("eth_getLogs", "write protection"),
        ("eth_call", "EVM error: database is locked"),
        ("eth_call", "EVM error"),
        ("eth_call", "internal error"),
        ("eth_call", "execution aborted (timeout = 5s)"),
    ] {
        let fault = Fault::from_response(method, -32000, message, None);
        assert!(matches!(fault.error, ChainError::Unavailable(_)), "{message}: {}", fault.error);
        assert!(fault.is_endpoints(), "{message}");
    }
}
