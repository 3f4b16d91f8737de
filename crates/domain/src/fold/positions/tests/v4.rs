//! Positions of V4.

use super::*;
use crate::{
    fold::kit::SENDER,
    row::{PositionEvent, PositionEventKind},
};

fn subscribed(token: u64) -> Emitted {
    let token_id = U256::from(token);
    (V4_MANAGER, EventKind::PositionSubscribed { token_id, subscriber: BOB })
}

fn unsubscribed(token: u64) -> Emitted {
    let token_id = U256::from(token);
    (V4_MANAGER, EventKind::PositionUnsubscribed { token_id, subscriber: BOB })
}

#[test]
fn a_position_lives() {
    let mut chain = chain();
    let mut is = NftPosition {
        counted: true,
        owner: ALICE,
        origin: Some(SENDER),
        created_block: 2,
        created_timestamp: MIDNIGHT + 12,
        transaction: B256::ZERO,
        pool: Some(v4_pool(POOL)),
        token0: Some(LINK),
        token1: Some(WETH),
        tick_lower: Some(RANGE.0),
        tick_upper: Some(RANGE.1),
        liquidity: 400,
        chain_liquidity: 400,
        updated_block: 2,
        ..NftPosition::default()
    };
    let make = vec![transfer(V4_MANAGER, Address::ZERO, ALICE, 1), modified(V4_MANAGER, 1, 400)];
    let mut blocks = Vec::new();
    let mut run = |chain: &mut Chain, events, expected: &NftPosition| {
        let before = position(chain, V4_MANAGER, 1);
        let changes = chain.transactions(MIDNIGHT + 12, vec![events]).unwrap();
        assert_eq!(position(chain, V4_MANAGER, 1).as_ref(), Some(expected));
        let rows = changes.rows.position_events.clone();
        assert!(changes.rows.position_snapshots.is_empty());
        blocks.push((before, changes));
        rows
    };
    let rows = run(&mut chain, make, &is);
    let [PositionEvent { meta, manager, token_id, kind, from, to }] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!((meta.position.block, meta.position.log_index, meta.origin), (2, 0, Some(SENDER)));
    assert_eq!((*manager, *token_id, *kind), (V4_MANAGER, U256::ONE, PositionEventKind::Transfer));
    assert_eq!((*from, *to), (Some(Address::ZERO), ALICE));

    (is.updated_block, is.subscriber) = (3, Some(BOB));
    let rows = run(&mut chain, vec![subscribed(1)], &is);
    let row = &rows[0];
    assert_eq!((row.kind, row.from, row.to), (PositionEventKind::Subscribe, None, BOB));

    // fees only
    is.updated_block = 4;
    assert!(run(&mut chain, vec![modified(V4_MANAGER, 1, 0)], &is).is_empty());

    (is.updated_block, is.liquidity, is.chain_liquidity) = (5, 100, 100);
    assert!(run(&mut chain, vec![modified(V4_MANAGER, 1, -300)], &is).is_empty());

    // a transfer ends the subscription
    (is.updated_block, is.owner, is.subscriber) = (6, BOB, None);
    let events = vec![unsubscribed(1), transfer(V4_MANAGER, ALICE, BOB, 1)];
    let rows = run(&mut chain, events, &is);
    assert_eq!(
        rows.iter().map(|row| row.kind).collect::<Vec<_>>(),
        [PositionEventKind::Unsubscribe, PositionEventKind::Transfer]
    );

    (is.updated_block, is.subscriber) = (7, Some(BOB));
    run(&mut chain, vec![subscribed(1)], &is);

    // a burn ends it without a word
    (is.updated_block, is.owner, is.subscriber) = (8, Address::ZERO, None);
    (is.liquidity, is.chain_liquidity) = (0, 0);
    let events = vec![transfer(V4_MANAGER, BOB, Address::ZERO, 1), modified(V4_MANAGER, 1, -100)];
    run(&mut chain, events, &is);
    take_back(&mut chain, blocks, Key::NftPosition(V4_MANAGER, U256::ONE));
}

#[test]
fn liquidity_of_others_is_no_positions() {
    let mut chain = chain();
    let changes = chain.ok(MIDNIGHT, vec![modified(ALICE, 1, 400), modified(V3_MANAGER, 1, 400)]);
    assert!(changes.changes.iter().all(|change| !matches!(change.key, Key::NftPosition(..))));
    // a subscription of nothing we know leaves a row, and makes no position
    let changes = chain.ok(MIDNIGHT, vec![subscribed(9)]);
    assert_eq!(changes.rows.position_events.len(), 1);
    assert!(position(&chain, V4_MANAGER, 9).is_none());
    // V3's events mean nothing from V4's manager, nor V4's from V3's
    let counters = chain.state.counters();
    let (_, kind) = increased(9, 1, [1, 1]);
    let (_, other) = subscribed(9);
    let changes = chain.ok(MIDNIGHT, vec![(V4_MANAGER, kind), (V3_MANAGER, other)]);
    assert!(changes.changes.is_empty() && changes.rows.position_events.is_empty());
    assert_eq!(chain.state.counters(), counters);
}

#[test]
fn a_manager_may_be_a_collection_too() {
    let mut chain = chain();
    chain.watch.collections.push(crate::config::Collection {
        name: "positions".into(),
        standard: crate::entity::NftStandard::Erc721,
        address: V4_MANAGER,
    });
    let changes = chain.ok(MIDNIGHT, vec![transfer(V4_MANAGER, Address::ZERO, ALICE, 1)]);
    assert_eq!((changes.rows.nft_transfers.len(), changes.rows.position_events.len()), (1, 1));
    assert_eq!(changes.counters_after.events, changes.counters_before.events + 1);
    assert!(chain.state.get(&Key::Nft(V4_MANAGER, U256::ONE, ALICE)).is_some());
    assert_eq!(position(&chain, V4_MANAGER, 1).unwrap().owner, ALICE);
}
