//! What pools hold after their events.

use alloy_primitives::{Address, B256, I256, U256};
use domain::{
    block::BlockRef,
    decimal::Decimal,
    entity::Protocol,
    figures::PoolFigures,
    ids::PoolId,
    reconciled::Reconciled,
    version::{PoolCore, PoolVersion},
};

use super::{add_up, at_the_end, held, until_the_next, walk_back};
use crate::feeds::blocks::fixtures::listed;

fn both(amount0: i64, amount1: i64) -> [I256; 2] {
    [amount0, amount1].map(|amount| I256::try_from(amount).unwrap())
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn figures(locked: &str, beside: Option<&str>, volume: &str) -> PoolFigures {
    PoolFigures {
        total_value_locked_token0: decimal(locked),
        total_value_locked_token1: decimal(locked),
        beside_token0: beside.map(decimal),
        beside_token1: beside.map(decimal),
        volume_token0: decimal(volume),
        volume_token1: decimal(volume),
        ..PoolFigures::default()
    }
}

fn version(figures: PoolFigures) -> PoolVersion {
    let core =
        PoolCore { reserve0: U256::from(11), reserve1: U256::from(12), ..PoolCore::default() };
    PoolVersion { first: core, second: figures }
}

#[test]
fn a_pair_holds_its_reserves() {
    let listed = listed(Protocol::V2, PoolFigures::default());
    let version = version(figures("5", Some("5"), "5"));
    assert_eq!(held(&listed, &version, None), Some(both(11, 12)));
}

#[test]
fn a_v3_pool_holds_what_its_events_add_up_to() {
    let listed = listed(Protocol::V3, PoolFigures::default());
    let version = version(figures("5.5", Some("-0.25"), "5"));
    let wanted = both(5_250_000, 5_250_000_000_000_000_000);
    assert_eq!(held(&listed, &version, None), Some(wanted));
}

#[test]
fn a_v4_pool_loses_what_it_drifted_with_its_volume() {
    let listed = listed(Protocol::V4, figures("9", None, "100"));
    let drifted = Reconciled {
        pool: PoolId::Contract(Address::ZERO),
        block: BlockRef { number: 1, hash: B256::ZERO, parent_hash: B256::ZERO, timestamp: 1 },
        amounts: [U256::ZERO; 2],
        locked: [Decimal::ZERO; 2],
        usd: Decimal::ZERO,
        drift: [decimal("2"), decimal("2")],
    };
    let at = |locked, volume| {
        held(&listed, &version(figures(locked, None, volume)), Some(&drifted)).unwrap()[0]
    };
    assert_eq!(at("9", "100"), both(7_000_000, 0)[0]);
    assert_eq!(at("9", "50"), both(8_000_000, 0)[0]);
    assert_eq!(at("9", "0"), both(9_000_000, 0)[0]);
    let version = version(figures("9", None, "50"));
    assert_eq!(held(&listed, &version, None).unwrap()[0], both(9_000_000, 0)[0]);
}

#[test]
fn events_are_taken_back_from_the_end_of_the_block() {
    let uints = |amount0: u64, amount1: u64| Some([U256::from(amount0), U256::from(amount1)]);
    let changes = [Some(both(50, 60)), Some(both(10, -5)), Some(both(-7, 3))];
    assert_eq!(
        walk_back(Some(both(100, 100)), &changes),
        [uints(97, 102), uints(107, 97), uints(100, 100)]
    );
    // before a change that is not known nothing is known, and nothing is below 0
    let changes = [Some(both(1, 1)), None, Some(both(500, 1))];
    assert_eq!(walk_back(Some(both(100, 100)), &changes), [None, uints(0, 99), uints(100, 100)]);
    assert_eq!(walk_back(None, &changes), [None, None, None]);
    assert_eq!(walk_back(Some(both(1, 1)), &[]), []);
}

#[test]
fn what_is_not_told_belongs_to_the_event_before_it() {
    let after: Vec<_> = (0..5_u64).map(|n| Some([U256::from(n); 2])).collect();
    let of = |is_told: [bool; 5]| {
        let found = until_the_next(after.clone(), &is_told);
        let told = found.iter().zip(is_told).filter(|(_, is_told)| *is_told);
        told.map(|(held, _)| held.unwrap()[0].to::<u64>()).collect::<Vec<_>>()
    };
    assert_eq!(of([true; 5]), [0, 1, 2, 3, 4]);
    assert_eq!(of([true, false, true, false, false]), [1, 4]);
    assert_eq!(of([false, true, true, false, true]), [1, 3, 4]);
    assert_eq!(of([false; 5]), [0_u64; 0]);
}

#[test]
fn what_is_in_no_event_shows() {
    let changes = [Some(both(5, -3)), Some(both(-1, 7))];
    assert!(add_up(Some(both(10, 20)), &changes, Some(both(14, 24))));
    assert!(add_up(Some(both(0, 0)), &[], Some(both(0, 0))));
    // a token was sent there and taken in, or taken out
    assert!(!add_up(Some(both(10, 20)), &changes, Some(both(15, 24))));
    assert!(!add_up(Some(both(10, 20)), &changes, Some(both(14, 0))));
    // nobody knows
    assert!(!add_up(None, &changes, Some(both(14, 24))));
    assert!(!add_up(Some(both(10, 20)), &changes, None));
    assert!(!add_up(None, &[], None));
    assert!(!add_up(Some(both(10, 20)), &[Some(both(5, -3)), None], Some(both(14, 24))));
    let last = Some([14, 24].map(U256::from));
    assert_eq!(at_the_end(Some(both(14, 24)), 3), [None, None, last]);
    assert_eq!(at_the_end(None, 1), [None]);
    assert_eq!(at_the_end(Some(both(1, 1)), 0), []);
}
