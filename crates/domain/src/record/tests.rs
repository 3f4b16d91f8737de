//! Fields walked by index.

use alloy_primitives::U256;

use super::{Kind, Record, Value};
use crate::{
    figures::{PoolFigures, PoolInterval},
    ids::PoolId,
};

#[test]
fn every_field_can_be_read_and_set_by_index() {
    let full = PoolInterval {
        tick: Some(-3),
        liquidity: u128::MAX,
        sqrt_price: U256::MAX,
        tx_count: 7,
        ..PoolInterval::default()
    };
    let mut copy = PoolInterval::default();
    for index in 0..PoolInterval::count() {
        assert!(copy.set(index, full.get(index)), "field {index}");
    }
    assert_eq!(copy, full);
    assert_eq!(full.get(PoolInterval::count()), Value::Null);
}

#[test]
fn a_value_of_another_kind_is_refused_and_changes_nothing() {
    let mut figures = PoolFigures { tx_count: 5, ..PoolFigures::default() };
    let before = figures.clone();
    let at = PoolFigures::fields().position(|field| field.name == "txCount").unwrap();
    assert_eq!(PoolFigures::field(at).unwrap().kind, Kind::Int);
    assert!(!figures.set(at, Value::Text("7".into())));
    assert!(!figures.set(999, Value::Int(7)));
    let pools = vec![PoolId::Contract(alloy_primitives::Address::ZERO)];
    assert!(!figures.set(at, Value::Pools(pools.into())));
    assert_eq!(figures, before);
}

#[test]
fn the_difference_names_the_fields_that_differ() {
    let one = PoolInterval { tx_count: 1, ..PoolInterval::default() };
    let two = PoolInterval { tx_count: 2, tick: Some(0), ..PoolInterval::default() };
    let names: Vec<_> = PoolInterval::fields()
        .enumerate()
        .filter(|(index, _)| one.difference(&two) >> index & 1 == 1)
        .map(|(_, field)| field.name)
        .collect();
    assert_eq!(names, ["tick", "txCount"]);
    assert_eq!(one.difference(&one.clone()), 0);
}
