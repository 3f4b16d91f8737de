//! Orders as what routers are told, read back from the calls.

use abis::{
    periphery::{PoolKey, SwapRouter02, UniversalRouter},
    routers::{ROUTER, SENDER, universal::WHOLE_BALANCE},
};
use alloy_primitives::{
    Address, B256, Bytes, U256,
    aliases::{I24, U24, U48, U160},
    hex,
};
use alloy_sol_types::{Revert, SolCall, SolError, SolValue};
use chain::{ChainError, client::simulate::Tried};

use super::{
    Call,
    answer::{Simulation, SimulationStatus},
    order::{Order, Run, Way},
    simulation, swap_router02, universal,
};
use crate::quote::request::{GivenPermit, PortionWish};

const A: Address = Address::repeat_byte(0xa1);
const B: Address = Address::repeat_byte(0xb2);
const C: Address = Address::repeat_byte(0xc3);
const WETH: Address = Address::repeat_byte(0xee);
const RECIPIENT: Address = Address::repeat_byte(0x77);
const AT: Address = Address::repeat_byte(0x99);

fn v2(path: &[Address]) -> Run {
    Run::V2 { path: path.to_vec() }
}

fn v3(path: &[Address], fees: &[u32]) -> Run {
    Run::V3 { path: path.to_vec(), fees: fees.to_vec() }
}

fn v4(path: &[Address]) -> Run {
    let key = |pair: &[Address]| PoolKey {
        currency0: pair[0].min(pair[1]),
        currency1: pair[0].max(pair[1]),
        fee: U24::from(500),
        tickSpacing: I24::ONE,
        hooks: Address::ZERO,
    };
    let swaps = path.windows(2).map(|pair| (key(pair), pair[0] < pair[1])).collect();
    Run::V4 { path: path.to_vec(), swaps }
}

fn way(runs: Vec<Run>, amount_in: u64, amount_out: u64, most_in: u64) -> Way {
    let [amount_in, amount_out, most_in] = [amount_in, amount_out, most_in].map(U256::from);
    Way { runs, amount_in, amount_out, most_in }
}

fn order(exact_in: bool, ends: (Address, Address), ways: Vec<Way>) -> Order {
    let sum = |amount: fn(&Way) -> U256| ways.iter().map(amount).sum::<U256>();
    let (amount_in, amount_out) = (sum(|way| way.amount_in), sum(|way| way.amount_out));
    let hundredth = |amount: U256| amount / U256::from(100);
    Order {
        exact_in,
        token_in: ends.0,
        token_out: ends.1,
        pays_native: false,
        gives_native: false,
        most_in: if exact_in { amount_in } else { amount_in + hundredth(amount_in) },
        least_out: if exact_in { amount_out - hundredth(amount_out) } else { amount_out },
        ways,
        amount_in,
        amount_out,
        recipient: RECIPIENT,
        portion: None,
        deadline: 1_000,
    }
}

/// Numbers of the commands, and their inputs.
fn commands(call: &Call) -> (String, Vec<Bytes>) {
    assert_eq!(call.to, AT);
    let call = UniversalRouter::executeCall::abi_decode(&call.data).unwrap();
    assert_eq!(call.deadline, U256::from(1_000));
    (hex::encode(call.commands), call.inputs)
}

fn run(order: &Order) -> (String, Vec<Bytes>) {
    commands(&universal::call(order, AT, None).unwrap())
}

fn v2_input(input: &[u8]) -> (Address, U256, U256, Vec<Address>, bool) {
    SolValue::abi_decode_params(input).unwrap()
}

fn v3_input(input: &[u8]) -> (Address, U256, U256, Bytes, bool) {
    SolValue::abi_decode_params(input).unwrap()
}

fn actions(input: &[u8]) -> (String, Vec<Bytes>) {
    let (numbers, inputs) = <(Bytes, Vec<Bytes>)>::abi_decode_params(input).unwrap();
    (hex::encode(numbers), inputs)
}

/// Number of a word of an input.
fn word(input: &[u8], place: usize) -> U256 {
    U256::from_be_slice(&input[place * 32..place * 32 + 32])
}

#[test]
fn one_way_goes_to_the_recipient_at_once() {
    let order = order(true, (A, C), vec![way(vec![v3(&[A, B, C], &[500, 3_000])], 900, 500, 900)]);
    let (numbers, inputs) = run(&order);
    assert_eq!(numbers, "00");
    let (to, amount, minimum, path, by_sender) = v3_input(&inputs[0]);
    assert_eq!((to, by_sender, path.len()), (RECIPIENT, true, 66));
    assert_eq!((amount, minimum), (U256::from(900), U256::from(495)));
}

#[test]
fn runs_hand_over_all_that_they_gave() {
    let runs = vec![v3(&[A, B], &[500]), v4(&[B, C]), v2(&[C, WETH])];
    let order = order(true, (A, WETH), vec![way(runs, 900, 500, 900)]);
    let (numbers, inputs) = run(&order);
    assert_eq!(numbers, "001008");
    assert_eq!(v3_input(&inputs[0]).0, ROUTER);
    let (numbers, steps) = actions(&inputs[1]);
    assert_eq!(numbers, "0b060e");
    assert_eq!((word(&steps[0], 1), word(&steps[0], 2)), (WHOLE_BALANCE, U256::ZERO));
    assert_eq!(Address::from_word(B256::from(word(&steps[2], 1))), ROUTER);
    let (to, amount, minimum, _, by_sender) = v2_input(&inputs[2]);
    assert_eq!((to, amount, by_sender), (RECIPIENT, WHOLE_BALANCE, false));
    assert_eq!(minimum, U256::from(495));
}

#[test]
fn several_ways_are_gathered_and_have_one_minimum() {
    let ways =
        vec![way(vec![v2(&[A, C])], 600, 300, 600), way(vec![v4(&[A, B, C])], 300, 200, 300)];
    let (numbers, inputs) = run(&order(true, (A, C), ways));
    assert_eq!(numbers, "081004");
    let (to, _, minimum, ..) = v2_input(&inputs[0]);
    assert_eq!((to, minimum), (ROUTER, U256::ZERO));
    let (numbers, steps) = actions(&inputs[1]);
    assert_eq!(numbers, "0b06060e");
    assert_eq!((word(&steps[0], 1), word(&steps[0], 2)), (U256::from(300), U256::ONE));
    let swept = <(Address, Address, U256)>::abi_decode_params(&inputs[2]).unwrap();
    assert_eq!(swept, (C, RECIPIENT, U256::from(495)));
}

#[test]
fn an_exact_output_is_bought_way_by_way() {
    let ways = vec![
        way(vec![v3(&[A, B, C], &[500, 3_000])], 600, 300, 606),
        way(vec![v4(&[A, B, C])], 300, 200, 303),
    ];
    let (numbers, inputs) = run(&order(false, (A, C), ways));
    assert_eq!(numbers, "0110");
    let (to, amount, most, path, by_sender) = v3_input(&inputs[0]);
    assert_eq!((to, by_sender), (RECIPIENT, true));
    assert_eq!((amount, most), (U256::from(300), U256::from(606)));
    assert!(path.starts_with(C.as_slice()) && path.ends_with(A.as_slice()));
    assert_eq!(&path[20..23], hex!("000bb8"));
    let (numbers, steps) = actions(&inputs[1]);
    // backwards: the last pool gives what is wanted, the one before what that one owes
    assert_eq!(numbers, "08080b0e");
    assert_eq!((word(&steps[0], 7), word(&steps[0], 8)), (U256::from(200), U256::from(u128::MAX)));
    assert_eq!((word(&steps[1], 7), word(&steps[1], 8)), (U256::ZERO, U256::from(303)));
    assert_eq!((word(&steps[2], 1), word(&steps[2], 2)), (U256::ZERO, U256::ONE));
    assert_eq!(word(&steps[3], 2), U256::from(200));
}

#[test]
fn native_coins_are_wrapped_and_what_is_left_comes_back() {
    let native = |exact_in, run| {
        let order = order(exact_in, (WETH, C), vec![way(vec![run], 1_000, 500, 1_010)]);
        Order { pays_native: true, ..order }
    };
    let exact_in = native(true, v2(&[WETH, C]));
    assert_eq!(exact_in.value(), U256::from(1_000));
    let (numbers, inputs) = run(&exact_in);
    assert_eq!(numbers, "0b08");
    assert!(!v2_input(&inputs[1]).4);
    // where a pool's liquidity ends, some of the input is left
    assert_eq!(run(&native(true, v3(&[WETH, C], &[500]))).0, "0b000c");
    let exact_out = native(false, v2(&[WETH, C]));
    assert_eq!(exact_out.value(), U256::from(1_010));
    let (numbers, inputs) = run(&exact_out);
    assert_eq!(numbers, "0b090c");
    let back = <(Address, U256)>::abi_decode_params(&inputs[2]).unwrap();
    assert_eq!(back, (SENDER, U256::ZERO));
    let pool_of_native = way(vec![v4(&[Address::ZERO, C])], 1_000, 500, 1_010);
    let order =
        Order { pays_native: true, ..order(false, (Address::ZERO, C), vec![pool_of_native]) };
    let (numbers, inputs) = run(&order);
    assert_eq!(numbers, "1004");
    let back = <(Address, Address, U256)>::abi_decode_params(&inputs[1]).unwrap();
    assert_eq!(back, (Address::ZERO, SENDER, U256::ZERO));
}

#[test]
fn a_portion_is_parted_after_unwrapping() {
    let order = Order {
        gives_native: true,
        portion: Some(PortionWish { bips: 100, recipient: B }),
        ..order(true, (A, WETH), vec![way(vec![v2(&[A, WETH])], 900, 1_000, 900)])
    };
    let (numbers, inputs) = run(&order);
    assert_eq!(numbers, "080c0604");
    let unwrapped = <(Address, U256)>::abi_decode_params(&inputs[1]).unwrap();
    assert_eq!(unwrapped, (ROUTER, U256::from(990)));
    let part = <(Address, Address, U256)>::abi_decode_params(&inputs[2]).unwrap();
    assert_eq!(part, (Address::ZERO, B, U256::from(100)));
    // a hundredth of 990, rounded down, is not the recipient's
    let swept = <(Address, Address, U256)>::abi_decode_params(&inputs[3]).unwrap();
    assert_eq!(swept, (Address::ZERO, RECIPIENT, U256::from(981)));
    let plain = Order { portion: None, ..order };
    assert_eq!(run(&plain).0, "080c");
}

#[test]
fn a_permit_comes_first_and_only_for_tokens() {
    let permit = GivenPermit {
        signature: vec![1; 65].into(),
        amount: U160::from(5_u64),
        expiration: U48::from(6_u64),
        nonce: U48::from(7_u64),
        sig_deadline: 8,
    };
    let order = order(true, (A, C), vec![way(vec![v2(&[A, C])], 900, 500, 900)]);
    let (numbers, inputs) = commands(&universal::call(&order, AT, Some(&permit)).unwrap());
    assert_eq!(numbers, "0a08");
    let words: Vec<_> = (0..6).map(|place| word(&inputs[0], place)).collect();
    let of = |address: Address| U256::from_be_bytes(address.into_word().0);
    assert_eq!(words[..4], [of(A), U256::from(5), U256::from(6), U256::from(7)]);
    assert_eq!(words[4..], [of(AT), U256::from(8)]);
    let native = Order { pays_native: true, ..order };
    let (numbers, _) = commands(&universal::call(&native, AT, Some(&permit)).unwrap());
    assert_eq!(numbers, "0b08");
}

#[test]
fn amounts_beyond_what_routers_take_are_refused() {
    let large = |run: Run, amount: U256| {
        let mut order = order(true, (A, C), vec![way(vec![run], 1, 1, 1)]);
        order.amount_out = amount;
        order.least_out = amount;
        universal::call(&order, AT, None)
    };
    assert!(large(v2(&[A, C]), U256::from(U160::MAX)).is_ok());
    let refused = large(v2(&[A, C]), U256::from(U160::MAX) + U256::ONE).unwrap_err();
    assert_eq!(refused.code(), "TRANSACTION_UNAVAILABLE");
    assert!(large(v4(&[A, C]), U256::from(u128::MAX)).is_ok());
    assert!(large(v4(&[A, C]), U256::from(u128::MAX) + U256::ONE).is_err());
}

#[test]
fn swap_router_gathers_unwraps_and_refunds() {
    let told = |order: &Order| {
        let call = swap_router02::call(order, AT).unwrap();
        let call = SwapRouter02::multicallCall::abi_decode(&call.data).unwrap();
        assert_eq!(call.deadline, U256::from(1_000));
        call.data
    };
    let ways = vec![
        way(vec![v3(&[A, B], &[500]), v2(&[B, C])], 600, 300, 600),
        way(vec![v2(&[A, C])], 300, 200, 300),
    ];
    let calls = told(&order(true, (A, C), ways));
    assert_eq!(calls.len(), 4);
    let first = SwapRouter02::exactInputCall::abi_decode(&calls[0]).unwrap().params;
    assert_eq!((first.recipient, first.amountIn), (ROUTER, U256::from(600)));
    let second = SwapRouter02::swapExactTokensForTokensCall::abi_decode(&calls[1]).unwrap();
    assert_eq!((second.to, second.amountIn), (ROUTER, U256::ZERO));
    let swept = SwapRouter02::sweepTokenCall::abi_decode(&calls[3]).unwrap();
    assert_eq!((swept.token, swept.amountMinimum), (C, U256::from(495)));
    assert_eq!(swept.recipient, RECIPIENT);

    let bought = order(false, (WETH, C), vec![way(vec![v2(&[WETH, C])], 1_000, 500, 1_010)]);
    let calls = told(&Order { pays_native: true, ..bought });
    let buy = SwapRouter02::swapTokensForExactTokensCall::abi_decode(&calls[0]).unwrap();
    assert_eq!(
        (buy.to, buy.amountOut, buy.amountInMax),
        (RECIPIENT, U256::from(500), U256::from(1_010))
    );
    assert!(SwapRouter02::refundETHCall::abi_decode(&calls[1]).is_ok());

    let sold = order(true, (A, WETH), vec![way(vec![v3(&[A, WETH], &[500])], 900, 500, 900)]);
    let calls = told(&Order { gives_native: true, ..sold });
    let swap = SwapRouter02::exactInputCall::abi_decode(&calls[0]).unwrap().params;
    assert_eq!((swap.recipient, swap.amountOutMinimum), (ROUTER, U256::ZERO));
    let unwrapped = SwapRouter02::unwrapWETH9Call::abi_decode(&calls[1]).unwrap();
    assert_eq!((unwrapped.recipient, unwrapped.amountMinimum), (RECIPIENT, U256::from(495)));
}

#[test]
fn a_simulation_says_why_it_did_not_go_through() {
    let reverted = |data: Vec<u8>| {
        let message = "execution reverted".into();
        simulation::reverted(&Tried { success: false, data: data.into(), gas_used: 7, message })
    };
    let said = |text: &str| Revert::from(text).abi_encode();
    let command = |message: Vec<u8>| {
        let (number, message) = (U256::from(1), message.into());
        UniversalRouter::ExecutionFailed { commandIndex: number, message }.abi_encode()
    };
    for (data, status, words) in [
        (said("Too little received"), SimulationStatus::SlippageTooLow, "Too little received"),
        (
            command(UniversalRouter::V3TooMuchRequested {}.abi_encode()),
            SimulationStatus::SlippageTooLow,
            "V3TooMuchRequested",
        ),
        (said("STF"), SimulationStatus::TransferFromFailed, "STF (the token cannot be drawn"),
        (command(said("hook says no")), SimulationStatus::Failed, "hook says no"),
        (vec![1, 2, 3, 4], SimulationStatus::Failed, "error 0x01020304"),
        (vec![], SimulationStatus::Failed, "execution reverted"),
    ] {
        let found = reverted(data);
        assert_eq!(found.status, status, "{words}");
        assert!(
            found.revert_reason.as_deref().is_some_and(|why| why.starts_with(words)),
            "{found:?}"
        );
        // gas of what failed is no limit for what should go through
        assert!(found.gas_used.is_some() && found.gas_limit().is_none());
    }
    let unknown = "the method eth_simulateV1 does not exist/is not available";
    let error = ChainError::from_response(-32_601, unknown, None);
    assert_eq!(simulation::refused(&error).status, SimulationStatus::NotSupported, "{error:?}");
    let away = ChainError::Unavailable("nobody answers".into());
    assert_eq!(simulation::refused(&away), Simulation::of(SimulationStatus::SystemDown, None));
}
