//! Contracts by ABI: each mistake has its sentence, each log is kept.

use alloy_primitives::Address;

use super::{Abi, ContractError, Contracts, FactorySpec, Spec};

mod decoding;
mod differences;
mod mistakes;
mod watching;

fn address(n: u8) -> Address {
    Address::repeat_byte(n)
}

/// An event's entry; parameters as `name type [indexed]`.
fn event(name: &str, parameters: &[&str]) -> serde_json::Value {
    let inputs = parameters.iter().map(|text| {
        let mut words = text.split(' ');
        let mut next = || words.next().unwrap_or_default().to_owned();
        let (name, ty) = (next(), next());
        serde_json::json!({ "name": name, "type": ty, "indexed": next() == "indexed" })
    });
    serde_json::json!({
        "type": "event", "name": name, "anonymous": false, "inputs": inputs.collect::<Vec<_>>()
    })
}

fn abi(events: &[serde_json::Value]) -> Abi {
    Abi::parse(serde_json::to_string(events).unwrap().as_bytes()).unwrap()
}

fn erc20() -> Abi {
    abi(&[
        event("Transfer", &["from address indexed", "to address indexed", "value uint256"]),
        event("Approval", &["owner address indexed", "spender address indexed", "value uint256"]),
    ])
}

fn factory() -> Abi {
    abi(&[
        event(
            "PairCreated",
            &["token0 address indexed", "token1 address indexed", "pair address", " uint256"],
        ),
        event("Sync", &["reserve0 uint112", "reserve1 uint112"]),
    ])
}

fn spec(name: &str, abi: Abi) -> Spec {
    Spec { name: name.into(), abi, addresses: vec![address(1)], factory: None, events: Vec::new() }
}

fn of_factory(event: &str, parameter: &str) -> Spec {
    Spec {
        addresses: Vec::new(),
        factory: Some(FactorySpec {
            address: address(9),
            event: event.into(),
            parameter: parameter.into(),
        }),
        events: vec!["Sync".into()],
        ..spec("pairs", factory())
    }
}

fn refused(specs: &[Spec]) -> (usize, ContractError) {
    Contracts::compile(specs).unwrap_err()
}
