//! Layouts byte by byte, hashes against ones computed by hand, and reasons inside reasons.

use alloy_primitives::{
    Address, B256, Bytes, U256,
    aliases::{I24, U24, U48, U160},
    hex, keccak256,
};
use alloy_sol_types::{Revert, SolCall, SolError, SolValue};
use serde_json::Value;

use super::{
    ROUTER, SENDER, permit2,
    reverts::{Cause, reason},
    swap_router02, universal, v3_path,
    v4::Actions,
};
use crate::periphery::{
    Permit2, PermitDetails, PermitSingle, PoolKey, PoolManager, SwapRouter02, UniversalRouter,
};

const A: Address = Address::repeat_byte(0xa1);
const B: Address = Address::repeat_byte(0xb2);
const C: Address = Address::repeat_byte(0xc3);

fn permit() -> PermitSingle {
    PermitSingle {
        details: PermitDetails {
            token: A,
            amount: U160::from(1_000_u64),
            expiration: U48::from(77_u64),
            nonce: U48::from(3_u64),
        },
        spender: B,
        sigDeadline: U256::from(99),
    }
}

#[test]
fn a_path_holds_20_bytes_per_token_and_3_per_fee() {
    let path = v3_path(&[A, B, C], &[500, 66_051]);
    let by_hand = [A.as_slice(), &[0, 1, 0xf4], B.as_slice(), &[1, 2, 3], C.as_slice()].concat();
    assert_eq!(path, Bytes::from(by_hand));
}

#[test]
fn commands_stand_in_their_order_beside_their_inputs() {
    let mut commands = universal::Commands::default();
    commands.permit(permit(), Bytes::from(vec![7; 65]));
    commands.wrap(ROUTER, U256::from(5));
    let swap = universal::Swap {
        recipient: C,
        amount: universal::WHOLE_BALANCE,
        limit: U256::from(9),
        by_sender: false,
    };
    commands.v3_exact_in(swap, v3_path(&[A, B], &[500]));
    commands.v2_exact_out(swap, vec![A, B]);
    commands.v4(Actions::default());
    commands.pay_portion(B, C, U256::from(30));
    commands.sweep(B, SENDER, U256::from(4));
    commands.unwrap(C, U256::from(3));
    assert_eq!(commands.numbers(), hex!("0a0b00091006040c"));
    let call = UniversalRouter::executeCall::abi_decode(&commands.call(1_234)).unwrap();
    assert_eq!(call.deadline, U256::from(1_234));
    let v3 = &call.inputs[2];
    assert_eq!(Address::from_word(B256::from_slice(&v3[..32])), C);
    assert_eq!(U256::from_be_slice(&v3[32..64]), U256::ONE << 255);
    assert_eq!(U256::from_be_slice(&v3[64..96]), U256::from(9));
    assert_eq!(U256::from_be_slice(&v3[96..128]), U256::from(160));
    assert_eq!(U256::from_be_slice(&v3[128..160]), U256::ZERO);
    assert_eq!(U256::from_be_slice(&v3[160..192]), U256::from(43));
    // the permit's six words stand first, then where the signature begins
    assert_eq!(U256::from_be_slice(&call.inputs[0][192..224]), U256::from(224));
    let sweep = (B, SENDER, U256::from(4)).abi_encode_params();
    assert_eq!(call.inputs[6], Bytes::from(sweep));
}

#[test]
fn actions_of_v4_are_swaps_then_payments() {
    let key = PoolKey {
        currency0: A,
        currency1: B,
        fee: U24::from(500),
        tickSpacing: I24::ONE,
        hooks: Address::ZERO,
    };
    let mut actions = Actions::default();
    actions.settle(A, U256::from(10), true);
    actions.exact_in(key.clone(), true, 0, 7);
    actions.exact_out(key, true, 6, 8);
    actions.take(B, C, U256::ZERO);
    assert_eq!(actions.numbers(), hex!("0b06080e"));
    let encoded = actions.encode();
    let (numbers, inputs) = <(Bytes, Vec<Bytes>)>::abi_decode_params(&encoded).unwrap();
    assert_eq!((numbers.len(), inputs.len()), (4, 4));
    // one dynamic struct: where it begins, then the five words of the key
    let swap = &inputs[1];
    assert_eq!(U256::from_be_slice(&swap[..32]), U256::from(32));
    assert_eq!(U256::from_be_slice(&swap[8 * 32..9 * 32]), U256::from(7));
}

#[test]
fn swap_router_runs_all_in_one_call() {
    let mut calls = swap_router02::Calls::default();
    let swap =
        swap_router02::Swap { recipient: ROUTER, amount: U256::from(1), limit: U256::from(2) };
    calls.v2_exact_in(swap, vec![A, B]);
    calls.v3_exact_out(swap, v3_path(&[B, A], &[3_000]));
    calls.unwrap(C, U256::from(2));
    calls.refund();
    let call = SwapRouter02::multicallCall::abi_decode(&calls.call(88)).unwrap();
    assert_eq!((call.deadline, call.data.len()), (U256::from(88), 4));
    let selectors: Vec<_> = call.data.iter().map(|data| hex::encode(&data[..4])).collect();
    // swapExactTokensForTokens(uint256,uint256,address[],address), exactOutput((bytes,address,uint256,uint256)),
    // unwrapWETH9(uint256,address), refundETH()
    assert_eq!(selectors, ["472b43f3", "09b81346", "49404b7c", "12210e8a"]);
}

/// The hash, written out from the standard's text.
#[test]
fn the_signing_hash_is_that_of_the_typed_data() {
    let permit2 = Address::repeat_byte(0x22);
    let data = permit2::typed_data(31_337, permit2, &permit());
    assert_eq!(permit2::signing_hash(31_337, permit2, &permit()), by_hand(&data));
}

fn by_hand(data: &Value) -> B256 {
    let kind = |name: &str| {
        let fields = data["types"][name].as_array().unwrap().iter();
        let fields: Vec<_> = fields
            .map(|f| format!("{} {}", f["type"].as_str().unwrap(), f["name"].as_str().unwrap()))
            .collect();
        format!("{name}({})", fields.join(","))
    };
    let number = |value: &Value| value.as_str().unwrap().parse::<U256>().unwrap();
    let address = |value: &Value| value.as_str().unwrap().parse::<Address>().unwrap();
    let (domain, message) = (&data["domain"], &data["message"]);
    let domain = keccak256(
        (
            keccak256(kind("EIP712Domain")),
            keccak256(domain["name"].as_str().unwrap()),
            U256::from(domain["chainId"].as_u64().unwrap()),
            address(&domain["verifyingContract"]),
        )
            .abi_encode(),
    );
    let details = &message["details"];
    let details = keccak256(
        (
            keccak256(kind("PermitDetails")),
            address(&details["token"]),
            number(&details["amount"]),
            number(&details["expiration"]),
            number(&details["nonce"]),
        )
            .abi_encode(),
    );
    let whole = kind(data["primaryType"].as_str().unwrap()) + &kind("PermitDetails");
    let message = keccak256(
        (keccak256(whole), details, address(&message["spender"]), number(&message["sigDeadline"]))
            .abi_encode(),
    );
    keccak256([&[0x19, 0x01], domain.as_slice(), message.as_slice()].concat())
}

#[test]
fn reasons_are_found_inside_of_others() {
    let told = |data: &[u8]| reason(data).map(|reason| (reason.text, reason.cause));
    let failed = |message: Vec<u8>| {
        let command = U256::from(3);
        UniversalRouter::ExecutionFailed { commandIndex: command, message: message.into() }
            .abi_encode()
    };
    let text = |text: &str| Revert::from(text).abi_encode();
    assert_eq!(told(&text("Too little received")).unwrap().1, Cause::Slippage);
    assert_eq!(told(&text("STF")).unwrap(), ("STF".into(), Cause::Transfer));
    let signer = Permit2::InvalidSigner {}.abi_encode();
    assert_eq!(told(&failed(signer)).unwrap(), ("InvalidSigner".into(), Cause::Other));
    assert_eq!(
        told(&failed(vec![])).unwrap(),
        ("command 3 of the router failed".into(), Cause::Other)
    );
    let v4 = UniversalRouter::V4TooLittleReceived {
        minAmountOutReceived: U256::from(10),
        amountReceived: U256::from(9),
    };
    assert_eq!(
        told(&v4.abi_encode()).unwrap(),
        ("V4TooLittleReceived(10, 9)".into(), Cause::Slippage)
    );
    let late = UniversalRouter::TransactionDeadlinePassed {}.abi_encode();
    assert_eq!(told(&late).unwrap().1, Cause::Deadline);
    let wrapped = PoolManager::WrappedError {
        target: A,
        selector: [1, 2, 3, 4].into(),
        reason: text("hook says no").into(),
        details: Bytes::new(),
    };
    assert_eq!(told(&wrapped.abi_encode()).unwrap().0, "hook says no");
    let nested = (0..9).fold(text("deep"), |data, _| failed(data));
    assert!(told(&nested).is_some_and(|(text, _)| text.contains("router failed")));
    assert_eq!(told(&[1, 2, 3, 4]), None);
    assert_eq!(told(&[]), None);
}
