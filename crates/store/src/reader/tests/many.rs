//! Many lists that are read at once hold what they hold when they are read one by one.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, U256};
use domain::{
    figures::Interval,
    ids::PoolId,
    row::{PositionEvent, Swap, token_key},
};

use crate::{
    Batch, Kept, PeriodQuery, PoolCursor, PoolOrder, PoolQuery, PositionId, PositionQuery,
    PositionsOf, RowPage, RowQuery, ShareQuery, SharesOf, Snapshot, TickDayQuery, TickQuery,
    fixtures::{Chain, POSITIONS, address, pool_id, tx},
    test_mongo::TestMongo,
    testing,
};

const ID: u64 = 1;
const LENGTH: u64 = 60;
const LIMIT: u32 = 3;

/// A chain of which the last blocks have chunks of their own, beside another one.
async fn filled() -> (TestMongo, Snapshot, Chain) {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(LENGTH);
    for id in [ID, ID + 1] {
        let writer = testing::writer(&mongo, id).await.unwrap();
        let (old, new) = chain.blocks.split_at(40);
        let batch = |parent, blocks| Batch { parent, blocks, undo_from: 41, prune_undo_below: 0 };
        writer.commit(&batch(None, old)).await.unwrap();
        writer.commit(&batch(Some(40), new)).await.unwrap();
    }
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    (mongo, snapshot, chain)
}

/// The whole lists, page by page of all of them.
async fn pages<R: Kept + Clone + Sync>(snapshot: &Snapshot, queries: &[RowQuery]) -> Vec<Vec<R>> {
    let mut open: Vec<(usize, RowQuery)> = queries.iter().copied().enumerate().collect();
    let mut all: Vec<Vec<R>> = queries.iter().map(|_| Vec::new()).collect();
    while !open.is_empty() {
        let asked: Vec<RowQuery> = open.iter().map(|(_, query)| *query).collect();
        let found: Vec<RowPage<R>> = snapshot.rows_many(&asked).await.unwrap();
        let mut left = Vec::new();
        for ((place, query), page) in open.into_iter().zip(found) {
            all[place].extend(page.rows);
            left.extend(page.rest.map(|after| (place, RowQuery { after: Some(after), ..query })));
        }
        open = left;
    }
    all
}

#[tokio::test]
async fn rows_of_many_lists() {
    let (mongo, snapshot, chain) = filled().await;
    let of = |pool: Option<PoolId>, account: Option<Address>, below: Option<u64>| {
        let after = below.map(|block| domain::row::Position { block, log_index: 0, item: 0 });
        RowQuery { pool, account, after, limit: LIMIT }
    };
    let mut queries = Vec::new();
    for below in [None, Some(45), Some(20), Some(3)] {
        queries.extend((1..12).map(|n| of(Some(pool_id(n)), None, below)));
        queries.extend([6, 7, 8, 99].map(|n| of(None, Some(address(n)), below)));
        queries.push(of(Some(pool_id(9)), Some(address(8)), below));
        queries.push(of(None, None, below));
    }
    let wanted: Vec<Vec<Swap>> = queries
        .iter()
        .map(|query| {
            let rows = chain.blocks.iter().rev().flat_map(|block| block.rows.swaps.iter().rev());
            let of_account = |row: &Swap, account: Address| {
                row.meta.origin == Some(account) || row.recipient == account
            };
            rows.filter(|row| query.pool.is_none_or(|pool| pool == row.pool))
                .filter(|row| query.account.is_none_or(|account| of_account(row, account)))
                .filter(|row| query.after.is_none_or(|after| row.meta.position < after))
                .cloned()
                .collect()
        })
        .collect();
    assert!(wanted.iter().filter(|rows| rows.len() > 5).count() >= 9);
    assert_eq!(pages::<Swap>(&snapshot, &queries).await, wanted);

    // what is listed under tokens
    let tokens: Vec<RowQuery> =
        (1..30_u64).map(|n| of(None, Some(token_key(U256::from(n))), None)).collect();
    for (n, events) in (1_u64..).zip(pages::<PositionEvent>(&snapshot, &tokens).await) {
        let id = PositionId { manager: address(POSITIONS), token_id: U256::from(n) };
        assert_eq!(events, snapshot.events_of(id, None, 1_000).await.unwrap(), "{n}");
    }

    let hashes: BTreeSet<B256> = (5..50).map(tx).collect();
    let mut found: Vec<Swap> = snapshot.rows_of_transactions(&hashes, None).await.unwrap();
    found.sort_by_key(|row| row.meta.position);
    let rows = chain.blocks.iter().flat_map(|block| block.rows.swaps.iter());
    let wanted: Vec<Swap> =
        rows.filter(|row| hashes.contains(&row.meta.tx_hash)).cloned().collect();
    assert!(wanted.len() > 20);
    assert_eq!(found, wanted);
    mongo.stop().await;
}

/// Seconds of a block: made evenly, faster and faster, several at once, or after long pauses.
const TIMES: [fn(u64) -> u64; 4] =
    [|n| n * 12, |n| 400_000 - (700 - n) * (700 - n) / 2, |n| n / 5, |n| n + n / 100 * 86_400];

#[tokio::test]
async fn blocks_of_times() {
    let mongo = TestMongo::start().await;
    for (id, time) in (1..).zip(TIMES) {
        let mut chain = Chain::new(600);
        for block in &mut chain.blocks {
            block.block.timestamp = 1_700_000_000 + time(block.block.number);
            let timestamp = block.block.timestamp;
            block.rows.swaps.iter_mut().for_each(|row| row.meta.timestamp = timestamp);
        }
        // each block is a group of rows
        let batch =
            Batch { parent: None, blocks: &chain.blocks, undo_from: 1, prune_undo_below: 0 };
        testing::writer(&mongo, id).await.unwrap().commit(&batch).await.unwrap();
        let snapshot = mongo.reader().snapshot(id).await.unwrap().unwrap();
        let times: Vec<u64> = chain.blocks.iter().map(|block| block.block.timestamp).collect();
        let between = chain.blocks.iter().step_by(23).map(|block| block.block.timestamp);
        for at in between.flat_map(|time| [time - 1, time, time + 1]) {
            let later = times.iter().position(|time| *time > at).map(|place| place as u64 + 1);
            let above = snapshot.block_above(at).await.unwrap();
            match (later, above) {
                (Some(later), Some(above)) => {
                    // the first that has rows, and some that are read in vain
                    assert!(above >= later && above <= later + 140, "{id}: {at}: {later}, {above}");
                }
                (later, above) => assert_eq!(later, above),
            }
        }
        for (place, block) in chain.blocks.iter().enumerate().step_by(31) {
            let above = snapshot.time_above(block.block.number).await.unwrap();
            let next = times.get(place + 2).or(times.last()).copied();
            assert!(above >= block.block.timestamp && Some(above) <= next, "{id}: {above}");
        }
    }
    mongo.stop().await;
}

#[tokio::test]
async fn entities_of_many_lists() {
    let (mongo, snapshot, _) = filled().await;
    let pools: Vec<PoolId> = (1..30).map(pool_id).collect();

    let mut queries = Vec::new();
    for (from, to) in [(i32::MIN, i32::MAX), (-60, -60), (-59, 5), (i32::MIN, -61)] {
        queries.extend(pools.iter().map(|pool| TickQuery { pool: *pool, from, to, limit: LIMIT }));
    }
    let many = snapshot.ticks_many(&queries).await.unwrap();
    assert!(many.iter().any(|list| !list.is_empty()));
    for (query, found) in queries.iter().zip(many) {
        assert_eq!(found, snapshot.ticks_between(query).await.unwrap(), "{query:?}");
    }
    let keys: Vec<(PoolId, i32)> = pools.iter().map(|pool| (*pool, -60)).collect();
    assert!(snapshot.ticks_by_keys(&keys).await.unwrap().len() > 20);

    let mut queries = Vec::new();
    for (tick, after) in
        [(None, None), (Some(-60), None), (None, Some((-61, 9))), (Some(-60), Some((-60, 7)))]
    {
        queries.extend(pools.iter().map(|pool| TickDayQuery {
            pool: *pool,
            tick,
            after,
            limit: LIMIT,
        }));
    }
    let many = snapshot.tick_days_many(&queries).await.unwrap();
    assert!(many.iter().any(|list| !list.is_empty()));
    for (query, found) in queries.iter().zip(many) {
        assert_eq!(found, snapshot.tick_days(query).await.unwrap(), "{query:?}");
    }

    let (factory, mut of_pools, mut of_tokens) = (address(1), Vec::new(), Vec::new());
    for (from, to) in [(0, u32::MAX), (0, 7), (8, u32::MAX), (u32::MAX, u32::MAX)] {
        let query = PeriodQuery { from, to, limit: LIMIT };
        of_pools.extend(pools.iter().map(|pool| (*pool, query)));
        of_tokens.extend((2_000..2_030).map(|n| (address(n), query)));
    }
    for kind in [Interval::Hour, Interval::Day] {
        let many = snapshot.pool_intervals_many(kind, &of_pools).await.unwrap();
        for ((pool, query), found) in of_pools.iter().zip(many) {
            assert_eq!(found, snapshot.pool_intervals(*pool, kind, query).await.unwrap());
        }
        let many = snapshot.token_intervals_many(factory, kind, &of_tokens).await.unwrap();
        let mut keys = Vec::new();
        for ((token, query), found) in of_tokens.iter().zip(many) {
            let one = snapshot.token_intervals((factory, *token), kind, query).await.unwrap();
            keys.extend(one.iter().map(|(number, _)| (*token, *number)));
            assert_eq!(found, one);
        }
        keys.sort_unstable();
        keys.dedup();
        let found = snapshot.token_intervals_by_keys(factory, kind, &keys).await.unwrap();
        assert_eq!(found.len(), keys.len());
    }
    mongo.stop().await;
}

#[tokio::test]
async fn pools_shares_and_positions_of_many_lists() {
    let (mongo, snapshot, _) = filled().await;
    let mut queries = Vec::new();
    for n in 2_000..2_040 {
        for (order, cursor) in [
            (PoolOrder::Created, PoolCursor::Created { block: 20, log_index: 1 }),
            (PoolOrder::Tvl, PoolCursor::Tvl { usd: 20.into(), id: pool_id(20) }),
            (PoolOrder::Swaps, PoolCursor::Swaps { count: 2, id: pool_id(20) }),
        ] {
            for (after, up_to) in [(None, None), (Some(cursor), None), (None, Some(30))] {
                let token = Some(address(n));
                let query =
                    PoolQuery { token, order, after, up_to, limit: LIMIT, ..PoolQuery::default() };
                queries.push(query);
            }
        }
    }
    let many = snapshot.pools_many(&queries).await.unwrap();
    assert!(many.iter().filter(|list| !list.is_empty()).count() > 50);
    for (query, found) in queries.iter().zip(&many) {
        assert_eq!(*found, snapshot.pools(query).await.unwrap(), "{query:?}");
    }
    let pairs: Vec<[Address; 2]> =
        many.iter().flatten().map(|pool| [pool.token0, pool.token1]).collect();
    let found = snapshot.pools_of_pairs(&pairs).await.unwrap();
    assert!(!found.is_empty());
    for pair in &pairs {
        let own: Vec<_> = found.iter().filter(|pool| [pool.token0, pool.token1] == *pair).collect();
        assert_eq!(own.len(), snapshot.pools_of_pair(*pair, 1_000).await.unwrap().len());
    }

    let of_accounts = (1..12).map(|n| SharesOf::Account(address(n)));
    let of_pools = (1..30).map(|n| SharesOf::Pool(pool_id(n)));
    let of: Vec<SharesOf> = of_accounts.chain(of_pools).collect();
    let after = [None, Some((pool_id(3), address(5)))].into_iter();
    let queries: Vec<ShareQuery> = after
        .flat_map(|after| of.iter().map(move |of| ShareQuery { of: *of, after, limit: LIMIT }))
        // of a pair only what is behind one of its own
        .filter(|query| query.after.is_none() || matches!(query.of, SharesOf::Account(_)))
        .collect();
    let many = snapshot.shares_many(&queries).await.unwrap();
    assert!(many.iter().any(|list| !list.is_empty()));
    for (query, found) in queries.iter().zip(many) {
        assert_eq!(found, snapshot.shares(query).await.unwrap(), "{query:?}");
    }

    let manager = address(POSITIONS);
    let id = |n: u64| PositionId { manager, token_id: U256::from(n) };
    let of = [PositionsOf::All, PositionsOf::Owner(address(1)), PositionsOf::Pool(pool_id(9))];
    let of = of.into_iter().chain((2..9).map(|n| PositionsOf::Owner(address(n))));
    let queries: Vec<PositionQuery> = of
        .flat_map(|of| {
            [None, Some(id(2))].map(|after| PositionQuery {
                of,
                manager: Some(manager),
                after,
                limit: LIMIT,
            })
        })
        .collect();
    let many = snapshot.positions_many(manager, &queries).await.unwrap();
    assert!(many.iter().any(|list| !list.is_empty()));
    for (query, found) in queries.iter().zip(many) {
        assert_eq!(found, snapshot.positions(query).await.unwrap(), "{query:?}");
    }
    let ids: Vec<PositionId> = (1..20).map(id).collect();
    assert!(snapshot.positions_by_ids(&ids).await.unwrap().len() > 5);
    mongo.stop().await;
}
