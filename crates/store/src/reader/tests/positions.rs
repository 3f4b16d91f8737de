//! Positions and their rows, page by page, and as of any block.

use std::collections::BTreeSet;

use alloy_primitives::{Address, U256};
use domain::{
    figures::NftPosition,
    fold::{Entity, Key},
    ids::PoolId,
    row::{PositionEvent, PositionSnapshot},
};

use super::{super::RowQuery, Chain, ID, LENGTH, filled, pages};
use crate::{
    fixtures::{POSITIONS, address, pool_id},
    reader::{PositionId, PositionQuery, PositionsOf},
    test_mongo::TestMongo,
};

fn all(chain: &Chain) -> Vec<(PositionId, NftPosition)> {
    let found = chain.entities.iter().filter_map(|(key, entity)| match (key, entity) {
        (Key::NftPosition(manager, token_id), Entity::NftPosition(position)) => {
            Some((PositionId { manager: *manager, token_id: *token_id }, position.as_ref().clone()))
        }
        _ => None,
    });
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|(id, _)| *id);
    found
}

async fn snapshot(mongo: &TestMongo) -> crate::Snapshot {
    mongo.reader().snapshot(ID).await.unwrap().unwrap()
}

#[tokio::test]
async fn positions_of_all_of_an_owner_and_of_a_pool() {
    let (mongo, chain) = filled().await;
    let snapshot = snapshot(&mongo).await;
    let everything = all(&chain);
    assert!(everything.len() > 40);
    let owned = |owner: Address| -> Vec<_> {
        everything.iter().filter(|(_, position)| position.owner == owner).cloned().collect()
    };
    let queries = [
        (PositionsOf::All, None, everything.clone()),
        (PositionsOf::All, Some(address(POSITIONS)), everything.clone()),
        (PositionsOf::All, Some(address(POSITIONS + 1)), Vec::new()),
        (PositionsOf::Owner(address(2)), None, owned(address(2))),
        (PositionsOf::Owner(address(2)), Some(address(POSITIONS)), owned(address(2))),
        (PositionsOf::Owner(address(2)), Some(address(POSITIONS - 1)), Vec::new()),
        (PositionsOf::Owner(address(77)), None, Vec::new()),
    ];
    for (of, manager, expected) in queries {
        let found = pages(
            7,
            |(id, _): &(PositionId, NftPosition)| *id,
            async |after| {
                let query = PositionQuery { of, manager, after, limit: 7 };
                snapshot.positions(&query).await.unwrap()
            },
        )
        .await;
        assert_eq!(found, expected, "{of:?} {manager:?}");
    }
    // a cursor that stands at another manager's
    for (other, expected) in [(POSITIONS - 1, everything.clone()), (POSITIONS + 1, Vec::new())] {
        let manager = Some(address(POSITIONS));
        let after = Some(PositionId { manager: address(other), token_id: U256::from(5) });
        let query = PositionQuery { manager, after, limit: 1_000, ..PositionQuery::default() };
        assert_eq!(snapshot.positions(&query).await.unwrap(), expected, "{other}");
        let query = PositionQuery { manager: Some(address(POSITIONS + 1)), ..query };
        let below = PositionId { manager: address(POSITIONS), token_id: U256::ZERO };
        let query = PositionQuery { after: Some(below), ..query };
        assert_eq!(snapshot.positions(&query).await.unwrap(), []);
    }
    let owners: BTreeSet<Address> = everything.iter().map(|(_, position)| position.owner).collect();
    assert_eq!(owners.len(), 3);
    for (id, position) in &everything {
        assert_eq!(snapshot.position(*id).await.unwrap().as_ref(), Some(position));
        let Some(pool) = position.pool else { continue };
        let query =
            PositionQuery { of: PositionsOf::Pool(pool), limit: 5, ..PositionQuery::default() };
        assert_eq!(snapshot.positions(&query).await.unwrap(), [(*id, position.clone())]);
    }
    let none = PositionId { manager: address(POSITIONS), token_id: U256::MAX };
    assert_eq!(snapshot.position(none).await.unwrap(), None);
}

#[tokio::test]
async fn a_position_as_of_a_block() {
    let (mongo, chain) = filled().await;
    let snapshot = snapshot(&mongo).await;
    let id = PositionId { manager: address(POSITIONS), token_id: U256::from(9) };
    for block in [1, 8, 9, 10, LENGTH] {
        let found = snapshot.position_at(id, block).await.unwrap();
        let expected = (block >= 9).then(|| NftPosition::clone(&position(&chain, id)));
        assert_eq!(found, expected, "{block}");
    }
}

fn position(chain: &Chain, id: PositionId) -> NftPosition {
    match chain.entities.get(&id.key()) {
        Some(Entity::NftPosition(position)) => position.as_ref().clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn rows_of_positions() {
    let (mongo, chain) = filled().await;
    let snapshot = snapshot(&mongo).await;
    let mut snapshots: Vec<PositionSnapshot> =
        chain.blocks.iter().flat_map(|block| block.rows.position_snapshots.clone()).collect();
    let mut events: Vec<PositionEvent> =
        chain.blocks.iter().flat_map(|block| block.rows.position_events.clone()).collect();
    snapshots.reverse();
    events.reverse();
    let whole = RowQuery { limit: 1_000, ..RowQuery::default() };
    assert_eq!(snapshot.position_snapshots(&whole).await.unwrap(), snapshots);
    assert_eq!(snapshot.position_events(&whole).await.unwrap(), events);
    let of_pool = RowQuery { pool: Some(pool_id(9)), ..whole };
    assert_eq!(snapshot.position_snapshots(&of_pool).await.unwrap().len(), 1);
    let of_manager = RowQuery { pool: Some(PoolId::Contract(address(POSITIONS))), ..whole };
    assert_eq!(snapshot.position_events(&of_manager).await.unwrap(), events);
    for (account, count) in [(address(7), snapshots.len()), (address(8), 0)] {
        let of_account = RowQuery { account: Some(account), ..whole };
        assert_eq!(snapshot.position_snapshots(&of_account).await.unwrap().len(), count);
    }
    // two managers have tokens of the same number
    for token in [0, 4, 11] {
        for manager in [address(POSITIONS), address(POSITIONS + 1)] {
            let id = PositionId { manager, token_id: U256::from(token) };
            let expected: Vec<_> = snapshots
                .iter()
                .filter(|row| (row.manager, row.token_id) == (manager, id.token_id))
                .cloned()
                .collect();
            let found = pages(
                1,
                |row: &PositionSnapshot| row.meta.position,
                async |before| snapshot.snapshots_of(id, before, 1).await.unwrap(),
            )
            .await;
            assert_eq!(found, expected, "{id:?}");
            let expected: Vec<_> = events
                .iter()
                .filter(|row| (row.manager, row.token_id) == (manager, id.token_id))
                .cloned()
                .collect();
            assert_eq!(snapshot.events_of(id, None, 100).await.unwrap(), expected, "{id:?}");
        }
    }
}
