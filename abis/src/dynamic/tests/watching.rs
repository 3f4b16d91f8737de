//! Which logs concern whom.

use std::sync::Arc;

use alloy_dyn_abi::DynSolValue;
use alloy_primitives::{B256, LogData, U256, keccak256};
use domain::contract::{Body, ContractLog, Value};

use super::*;
use crate::dynamic::Watcher;

fn word(address: Address) -> B256 {
    address.into_word()
}

fn transfer(topics: usize) -> LogData {
    let mut all = vec![
        keccak256("Transfer(address,address,uint256)"),
        word(address(5)),
        word(address(6)),
        B256::with_last_byte(7),
    ];
    all.truncate(topics);
    LogData::new_unchecked(all, U256::from(8).to_be_bytes::<32>().into())
}

fn created(pair: Address) -> LogData {
    let topics = vec![
        keccak256("PairCreated(address,address,address,uint256)"),
        word(address(3)),
        word(address(4)),
    ];
    let data = [pair.into(), DynSolValue::Uint(U256::ONE, 256)];
    LogData::new_unchecked(topics, DynSolValue::Tuple(data.to_vec()).abi_encode_params().into())
}

fn sync() -> LogData {
    LogData::new_unchecked(vec![keccak256("Sync(uint112,uint112)")], vec![0; 64].into())
}

fn watcher(specs: &[Spec]) -> Watcher {
    Watcher::new(Arc::new(Contracts::compile(specs).unwrap()))
}

fn logs(watcher: &Watcher, emitter: Address, log: &LogData) -> Vec<ContractLog> {
    watcher.logs(emitter, log).collect()
}

#[test]
fn only_the_contract_and_the_events_asked_for() {
    let watcher = watcher(&[Spec { events: vec!["Transfer".into()], ..spec("t", erc20()) }]);
    assert_eq!(logs(&watcher, address(2), &transfer(3)), []);
    let found = logs(&watcher, address(1), &transfer(3));
    let values =
        vec![Value::Address(address(5)), Value::Address(address(6)), Value::Uint(U256::from(8))];
    assert_eq!(found[0].body, Body::Decoded { values, lossy: false });
    assert_eq!(found[0].table.collection, "contract_t_Transfer");
    let mut approval = transfer(3);
    approval.topics_mut_unchecked()[0] = keccak256("Approval(address,address,uint256)");
    assert_eq!(logs(&watcher, address(1), &approval), []);
    assert_eq!(logs(&watcher, address(1), &LogData::default()), []);
    // with other topics than the ABI says it is kept as it came
    for topics in [1, 2, 4] {
        let found = logs(&watcher, address(1), &transfer(topics));
        let Body::Raw { topics: kept, data, lossy: false } = &found[0].body else {
            panic!("{found:?}")
        };
        assert_eq!((kept.len(), data.len()), (topics, 32));
    }
}

#[test]
fn a_log_is_seen_by_each_contract_it_concerns() {
    let watcher = watcher(&[spec("one", erc20()), spec("other", erc20())]);
    let found = logs(&watcher, address(1), &transfer(3));
    let names: Vec<&str> = found.iter().map(|log| log.table.contract.as_str()).collect();
    assert_eq!(names, ["one", "other"]);
}

#[test]
fn what_the_factory_announces_is_watched_and_nothing_else() {
    let mut watcher = watcher(&[of_factory("PairCreated", "pair")]);
    let pair = address(0x22);
    // somebody else says the same
    watcher.learn(address(8), &created(pair));
    assert_eq!(logs(&watcher, pair, &sync()), []);
    watcher.learn(address(9), &created(pair));
    assert_eq!(logs(&watcher, pair, &sync()).len(), 1);
    assert_eq!(logs(&watcher, address(9), &created(pair)).len(), 1, "announcements are kept");
    assert_eq!(logs(&watcher, address(8), &created(pair)), []);
    assert_eq!(logs(&watcher, pair, &created(pair)), [], "not asked for of the pairs");
    // an announcement that does not decode announces nothing, but is kept
    let mut broken = created(address(0x33));
    broken.data = vec![1; 7].into();
    watcher.learn(address(9), &broken);
    assert_eq!(logs(&watcher, address(0x33), &sync()), []);
    assert!(matches!(logs(&watcher, address(9), &broken)[0].body, Body::Raw { .. }));
    // the zero address is nobody
    watcher.learn(address(9), &created(Address::ZERO));
    assert_eq!(logs(&watcher, Address::ZERO, &sync()), []);
}

#[test]
fn announcements_are_found_again_after_a_restart() {
    let mut watcher = watcher(&[spec("t", erc20()), of_factory("PairCreated", "pair")]);
    let factories: Vec<_> = watcher
        .factories()
        .map(|factory| {
            (factory.contract, factory.table.collection.clone(), factory.parameter.to_owned())
        })
        .collect();
    assert_eq!(factories, [(1, "contract_pairs_PairCreated".to_owned(), "pair".to_owned())]);
    watcher.know(1, [address(0x22)]);
    assert_eq!(logs(&watcher, address(0x22), &sync()).len(), 1);
}

#[test]
fn the_filter_asks_for_what_is_needed() {
    let both = Contracts::compile(&[spec("t", erc20()), of_factory("PairCreated", "pair")]);
    let contracts = both.unwrap();
    let (addresses, topics) = contracts.fixed_topics();
    assert_eq!(addresses, [address(1), address(9)]);
    assert_eq!(topics.len(), 3);
    assert!(topics.contains(&created(Address::ZERO).topics()[0]));
    assert_eq!(contracts.any_address_topics(), [sync().topics()[0]]);
    let none = Contracts::default();
    assert_eq!((none.fixed_topics(), none.any_address_topics()), Default::default());
}
