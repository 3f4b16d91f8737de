//! A version restores what it was made of.

use alloy_primitives::{Address, B256, U256};

use super::{PoolIdentity, PoolVersion};
use crate::{
    entity::{Created, Pool, PoolState, Protocol},
    figures::PoolFigures,
    ids::PoolId,
    record::Record,
};

fn pool(state: PoolState, swap_count: u64) -> Pool {
    Pool {
        id: PoolId::Contract(Address::ZERO),
        dex: "dex".into(),
        protocol: Protocol::V3,
        factory: Address::ZERO,
        token0: Address::ZERO,
        token1: Address::repeat_byte(1),
        fee_pips: 500,
        tick_spacing: 10,
        hooks: Address::ZERO,
        created: Created { block: 1, timestamp: 2, tx_hash: B256::ZERO, log_index: 3 },
        state,
        swap_count,
        liquidity_event_count: 4,
        updated_block: 5 + swap_count,
        figures: PoolFigures { tx_count: swap_count, counted: true, ..PoolFigures::default() },
    }
}

#[test]
fn a_pool_comes_back_field_by_field() {
    let concentrated =
        PoolState::Concentrated { sqrt_price_x96: U256::MAX, tick: -7, liquidity: u128::MAX };
    let reserves = PoolState::Reserves { reserve0: U256::MAX, reserve1: U256::ONE };
    for state in [concentrated, reserves] {
        let old = pool(state, 9);
        let version = PoolVersion::of(&old);
        let mut copy = PoolVersion::default();
        for index in 0..PoolVersion::count() {
            assert!(copy.set(index, version.get(index)), "{index}");
        }
        assert_eq!(copy, version);
        let empty = match state {
            PoolState::Reserves { .. } => {
                PoolState::Reserves { reserve0: U256::ZERO, reserve1: U256::ZERO }
            }
            PoolState::Concentrated { .. } => {
                PoolState::Concentrated { sqrt_price_x96: U256::ZERO, tick: 0, liquidity: 0 }
            }
        };
        assert_eq!(copy.restore(&pool(empty, 0)), old);
    }
}

#[test]
fn differences_of_the_figures_come_after_those_of_the_core() {
    let state = PoolState::Reserves { reserve0: U256::MAX, reserve1: U256::ONE };
    let (one, two) = (PoolVersion::of(&pool(state, 1)), PoolVersion::of(&pool(state, 2)));
    let names: Vec<_> = PoolVersion::fields()
        .enumerate()
        .filter(|(index, _)| one.difference(&two) >> index & 1 == 1)
        .map(|(_, field)| field.name)
        .collect();
    assert_eq!(names, ["swapCount", "updatedBlock", "txCount"]);
}

#[test]
fn identity_and_version_are_the_whole_pool() {
    let concentrated =
        PoolState::Concentrated { sqrt_price_x96: U256::MAX, tick: -7, liquidity: u128::MAX };
    let reserves = PoolState::Reserves { reserve0: U256::MAX, reserve1: U256::ONE };
    for (protocol, state) in
        [(Protocol::V2, reserves), (Protocol::V3, concentrated), (Protocol::V4, concentrated)]
    {
        let id = PoolId::Key(B256::repeat_byte(9));
        let hooks = Address::repeat_byte(7);
        let created =
            Created { block: u64::MAX, timestamp: 8, tx_hash: B256::repeat_byte(6), log_index: 3 };
        let whole = Pool { id, protocol, hooks, tick_spacing: -1, created, ..pool(state, 9) };
        let identity = PoolIdentity::of(&whole);
        let mut copy = PoolIdentity::default();
        for index in 0..PoolIdentity::count() {
            assert!(copy.set(index, identity.get(index)), "{index}");
        }
        assert_eq!(copy.pool(id, PoolVersion::of(&whole)), Some(whole.clone()));
        let unknown = PoolIdentity { protocol: 5, ..identity };
        assert_eq!(unknown.pool(id, PoolVersion::of(&whole)), None);
    }
}
