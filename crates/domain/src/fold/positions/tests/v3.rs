//! Positions of V3.

use super::*;
use crate::{
    fold::{
        FoldError,
        kit::{MEME, MUTE, SENDER, SKIPPED, dec},
    },
    row::PositionSnapshot,
};

const HOUR: u64 = 3_600;

fn new() -> NftPosition {
    NftPosition {
        counted: true,
        owner: ALICE,
        origin: Some(SENDER),
        created_block: 2,
        created_timestamp: MIDNIGHT + HOUR,
        transaction: B256::ZERO,
        pool: Some(v3_pool(POOL)),
        token0: Some(LINK),
        token1: Some(WETH),
        tick_lower: Some(-20),
        tick_upper: Some(30),
        liquidity: 1_000,
        deposited_token0: dec("5"),
        deposited_token1: dec("0.0000000007"),
        chain_liquidity: 1_000,
        updated_block: 2,
        // nothing was swapped
        fee_growth_inside0: Some(U256::ZERO),
        fee_growth_inside1: Some(U256::ZERO),
        ..NftPosition::default()
    }
}

/// Fields of a snapshot that its position has, too.
fn assert_is_of(row: &PositionSnapshot, position: &NftPosition) {
    let PositionSnapshot {
        meta,
        pool,
        manager,
        token_id,
        owner,
        liquidity,
        deposited_token0,
        deposited_token1,
        withdrawn_token0,
        withdrawn_token1,
        collected_fees_token0,
        collected_fees_token1,
        fee_growth_inside,
    } = row;
    assert_eq!(*fee_growth_inside, position.fee_growth_inside());
    assert_eq!((*manager, *token_id, Some(*pool)), (V3_MANAGER, U256::from(7), position.pool));
    assert_eq!((*owner, *liquidity), (position.owner, position.liquidity));
    assert_eq!(
        [deposited_token0, deposited_token1, withdrawn_token0, withdrawn_token1],
        [
            &position.deposited_token0,
            &position.deposited_token1,
            &position.withdrawn_token0,
            &position.withdrawn_token1
        ]
    );
    assert_eq!(
        [collected_fees_token0, collected_fees_token1],
        [&position.collected_fees_token0, &position.collected_fees_token1]
    );
    assert_eq!((meta.position.block, meta.origin), (position.updated_block, Some(SENDER)));
}

#[test]
fn a_position_lives() {
    let mut chain = chain();
    // 5 LINK and 0.7 gwei
    let steps: Vec<(Vec<Emitted>, NftPosition)> = {
        let mut is = new();
        let mut steps = vec![(made(ALICE, 7, 1_000, [500_000_000, 700_000_000]), is.clone())];
        let mut then = |events, change: &dyn Fn(&mut NftPosition)| {
            is.updated_block += 1;
            change(&mut is);
            steps.push((events, is.clone()));
        };
        then(added(7, 500, [100_000_000, 1]), &|is| {
            (is.liquidity, is.chain_liquidity) = (1_500, 1_500);
            is.deposited_token0 = dec("6");
            is.deposited_token1 = dec("0.000000000700000001");
        });
        then(taken(7, 600, [200_000_000, 30]), &|is| {
            (is.liquidity, is.chain_liquidity) = (900, 900);
            (is.withdrawn_token0, is.withdrawn_token1) = (dec("2"), dec("0.00000000000000003"));
            (is.freed0, is.freed1) = (U256::from(200_000_000), U256::from(30));
        });
        // a part of what is owed
        then(paid(7, [50_000_000, 30]), &|is| {
            (is.collected_fees_token0, is.collected_fees_token1) = (dec("0.5"), dec("0.5"));
            (is.collected0, is.collected1) = (U256::from(50_000_000), U256::from(30));
            (is.freed0, is.freed1) = (U256::from(150_000_000), U256::ZERO);
        });
        // the rest, and fees
        then(paid(7, [160_000_000, 4]), &|is| {
            (is.collected_fees_token0, is.collected_fees_token1) = (dec("2.1"), dec("2.1"));
            (is.collected0, is.collected1) = (U256::from(210_000_000), U256::from(34));
            is.freed0 = U256::ZERO;
            (is.fees_collected0, is.fees_collected1) = (U256::from(10_000_000), U256::from(4));
        });
        then(vec![transfer(V3_MANAGER, ALICE, BOB, 7)], &|is| is.owner = BOB);
        then(taken(7, 900, [1, 1]), &|is| {
            (is.liquidity, is.chain_liquidity) = (0, 0);
            (is.withdrawn_token0, is.withdrawn_token1) =
                (dec("2.00000001"), dec("0.000000000000000031"));
            (is.freed0, is.freed1) = (U256::ONE, U256::ONE);
        });
        then(vec![transfer(V3_MANAGER, BOB, Address::ZERO, 7)], &|is| is.owner = Address::ZERO);
        steps
    };
    let mut blocks = Vec::new();
    for (number, (events, expected)) in (1u64..).zip(steps) {
        let before = position(&chain, V3_MANAGER, 7);
        let told = events.iter().filter(|(emitter, _)| *emitter == V3_MANAGER).count();
        let changes = chain.transactions(MIDNIGHT + number * HOUR, vec![events]).unwrap();
        assert_eq!(position(&chain, V3_MANAGER, 7).unwrap(), expected, "{number}");
        let rows = &changes.rows.position_snapshots;
        assert_eq!(rows.len(), told);
        assert_is_of(rows.last().unwrap(), &expected);
        blocks.push((before, changes));
    }
    // the transfer that makes it comes before its liquidity
    let first = &blocks[0].1.rows.position_snapshots[0];
    assert_eq!((first.owner, first.liquidity, first.deposited_token0), (ALICE, 0, dec("0")));
    take_back(&mut chain, blocks, Key::NftPosition(V3_MANAGER, U256::from(7)));
}

#[test]
fn a_position_burnt_in_its_first_block_is_not_the_references() {
    let mut chain = chain();
    let burnt = vec![transfer(V3_MANAGER, ALICE, Address::ZERO, 7)];
    let amounts = [500_000_000, 700_000_000];
    let block = vec![
        made(ALICE, 7, 1_000, amounts),
        made(BOB, 8, 10, [1, 1]),
        taken(7, 1_000, amounts),
        paid(7, amounts),
        burnt,
    ];
    let changes = chain.transactions(MIDNIGHT + HOUR, block).unwrap();
    let rows = &changes.rows.position_snapshots;
    assert!(rows.iter().all(|row| row.token_id == U256::from(8)) && rows.len() == 2, "{rows:?}");
    let none = new();
    let expected = NftPosition {
        counted: false,
        owner: Address::ZERO,
        liquidity: 0,
        deposited_token0: dec("0"),
        deposited_token1: dec("0"),
        chain_liquidity: 0,
        collected0: U256::from(500_000_000),
        collected1: U256::from(700_000_000),
        ..none
    };
    assert_eq!(position(&chain, V3_MANAGER, 7), Some(expected));
}

#[test]
fn of_a_position_made_unseen_only_the_owner_is_known() {
    let mut chain = chain();
    for events in [added(7, 500, [1, 1]), taken(7, 200, [1, 1]), paid(7, [1, 1])] {
        let changes = chain.transactions(MIDNIGHT + HOUR, vec![events]).unwrap();
        assert!(position(&chain, V3_MANAGER, 7).is_none());
        assert!(changes.rows.position_snapshots.is_empty());
    }
    let moved = vec![transfer(V3_MANAGER, ALICE, BOB, 7)];
    let changes =
        chain.transactions(MIDNIGHT + 2 * HOUR, vec![moved, added(7, 9, [1, 1])]).unwrap();
    assert!(changes.rows.position_snapshots.is_empty());
    let expected = NftPosition {
        owner: BOB,
        origin: Some(SENDER),
        created_block: 5,
        created_timestamp: MIDNIGHT + 2 * HOUR,
        updated_block: 5,
        ..NftPosition::default()
    };
    assert_eq!(position(&chain, V3_MANAGER, 7), Some(expected));
}

#[test]
fn the_reference_leaves_out_a_block() {
    let mut chain = chain();
    chain
        .transactions(MIDNIGHT + HOUR, vec![made(ALICE, 7, 1_000, [500_000_000, 700_000_000])])
        .unwrap();
    chain.number = super::super::v3::LEFT_OUT - 1;
    let block = vec![added(7, 500, [1, 1]), taken(7, 200, [3, 1]), paid(7, [2, 1])];
    let changes = chain.transactions(MIDNIGHT + 2 * HOUR, block).unwrap();
    // the collect counts
    assert_eq!(changes.rows.position_snapshots.len(), 1);
    let expected = NftPosition {
        chain_liquidity: 1_300,
        freed0: U256::ONE,
        collected0: U256::from(2),
        collected1: U256::ONE,
        collected_fees_token0: dec("0.00000002"),
        collected_fees_token1: dec("0.00000002"),
        updated_block: chain.number,
        ..new()
    };
    assert_eq!(position(&chain, V3_MANAGER, 7), Some(expected));
}

#[test]
fn of_pools_that_it_skips_the_reference_follows_owners_only() {
    for (byte, tokens) in [(SKIPPED, [LINK, WETH]), (0xa5, [MEME, MUTE])] {
        let mut chain = bare();
        let pool = v3_pool(byte);
        // in one block: the pool is new, and speaks last
        let make = vec![
            create(pool, tokens[0], tokens[1], 500),
            initialize(pool, U256::ONE << 96, 0),
            pool_mint(byte, V3_MANAGER, 50, [60, 70]),
            transfer(V3_MANAGER, Address::ZERO, ALICE, 7),
            increased(7, 50, [60, 70]),
        ];
        let changes = chain.transactions(MIDNIGHT + HOUR, vec![make]).unwrap();
        let rows = &changes.rows.position_snapshots;
        assert_eq!((rows.len(), rows[0].owner, rows[0].liquidity), (1, ALICE, 0));
        let expected = NftPosition {
            created_block: 1,
            pool: Some(pool),
            token0: Some(tokens[0]),
            token1: Some(tokens[1]),
            liquidity: 0,
            deposited_token0: dec("0"),
            deposited_token1: dec("0"),
            chain_liquidity: 50,
            updated_block: 1,
            ..new()
        };
        assert_eq!(position(&chain, V3_MANAGER, 7), Some(expected));
    }
}

#[test]
fn the_pool_is_the_one_whose_mint_the_manager_repeats() {
    let mut chain = chain();
    chain.ok(MIDNIGHT, vec![create(v3_pool(0xa2), LINK, MEME, 500)]);
    // in the same transaction: somebody gives the manager liquidity for nothing, and the same into another pool
    let amounts = [500_000_000, 700_000_000];
    let make = vec![
        pool_mint(0xa2, V3_MANAGER, 1_000, amounts),
        pool_mint(POOL, V3_MANAGER, 1_000, amounts),
        transfer(V3_MANAGER, Address::ZERO, ALICE, 7),
        pool_mint(0xa2, V3_MANAGER, 999, amounts),
        pool_mint(0xa2, BOB, 1_000, amounts),
        increased(7, 1_000, amounts),
        pool_mint(0xa2, V3_MANAGER, 1_000, amounts),
    ];
    // and in the one before it
    let other = vec![pool_mint(0xa2, V3_MANAGER, 1_000, amounts)];
    chain.transactions(MIDNIGHT + HOUR, vec![other, make]).unwrap();
    let found = position(&chain, V3_MANAGER, 7).unwrap();
    let transaction = B256::from(U256::ONE);
    assert_eq!(found, NftPosition { created_block: 3, updated_block: 3, transaction, ..new() });
}

#[test]
fn strangers_and_impossible_numbers() {
    let mut chain = chain();
    let make = made(ALICE, 7, 1_000, [1, 1]);
    chain.transactions(MIDNIGHT + HOUR, vec![make]).unwrap();
    let before = position(&chain, V3_MANAGER, 7);
    let counters = chain.state.counters();
    // a contract that nobody named
    let EventKind::PositionDecreased { .. } = taken(7, 5, [1, 1])[1].1 else { panic!() };
    let stranger = taken(7, 5, [1, 1]).into_iter().map(|(_, kind)| (BOB, kind)).collect();
    let changes = chain.ok(MIDNIGHT + HOUR, stranger);
    assert!(changes.changes.is_empty() && changes.rows.position_snapshots.is_empty());
    assert_eq!(chain.state.counters(), counters);
    // more than there is
    let mut much = taken(7, 1_001, [1, 1]);
    much.remove(0);
    let error = chain.transactions(MIDNIGHT + HOUR, vec![much]).unwrap_err();
    let FoldError::OutOfRange { what: "liquidity of a position", key, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(key, Key::NftPosition(V3_MANAGER, U256::from(7)));
    assert_eq!((position(&chain, V3_MANAGER, 7), chain.state.counters()), (before, counters));
}
