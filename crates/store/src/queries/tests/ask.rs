//! Every question of readers and writers, with and without its options.

use std::ops::Bound;

use alloy_primitives::{Address, U256};
use domain::{
    candle::{Resolution, Subject},
    entity::Protocol,
    figures::Interval,
    fold::Key,
    row::{Position, Swap},
};

use crate::{
    Batch, CandleQuery, ContractEventQuery, ListQuery, NftCollectionCursor, NftOwnedCursor,
    NftTransferQuery, PeriodQuery, PoolCursor, PoolOrder, PoolQuery, PositionId, PositionQuery,
    PositionsOf, RowQuery, ShareQuery, SharesOf, Snapshot, SymbolQuery, TickDayQuery, TickQuery,
    TokenQuery, Writer,
    backup::BackupRequest,
    contracts,
    contracts::tests::{announcements, table, values},
    fixtures::{COLLECTION, POSITIONS, address, pool_id, tx},
    test_mongo::TestMongo,
    testing,
};

const LIMIT: u32 = 6;
/// In the middle of the chain.
const MIDDLE: Position = Position { block: 40, log_index: 2, item: 0 };

/// Of a chain of this length, which has neighbours on both sides.
pub(super) async fn everything(mongo: &TestMongo, chain: u64, length: u64) {
    let reader = mongo.reader();
    let snapshot = reader.snapshot(chain).await.unwrap().unwrap();
    for_pools(&snapshot).await;
    for_tokens_and_the_past(&snapshot, length).await;
    for_figures(&snapshot, length).await;
    for_rows(&snapshot).await;
    for_nfts(&snapshot).await;
    for_contract_events(&snapshot).await;
    assert_eq!(reader.watermarks().await.unwrap().len(), 3);
    for_positions(&snapshot).await;
    for_counts(&snapshot).await;
    for_many(&snapshot).await;
    of_generations(mongo, chain + 1).await;
    let writer = testing::writer(mongo, chain).await.unwrap();
    as_a_writer(&writer, length).await;
    writer.revert_newest().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chain.backup");
    let request = BackupRequest { chain, name: "made-up", to: &file, own_server: true };
    mongo.backup(&request, &|_| ()).await.unwrap();
    let neighbour = testing::writer(mongo, chain - 1).await.unwrap();
    upkeep(&neighbour).await;
    neighbour.remove_chain(&|_| {}).await.unwrap();
    crate::market::tests::everything(mongo).await;
    assert_eq!(mongo.keys().all().await.unwrap(), []);
}

async fn for_pools(snapshot: &Snapshot) {
    let pool = pool_id(4);
    for dex in [None, Some("dex".to_owned())] {
        for protocol in [None, Some(Protocol::V3)] {
            for token in [None, Some(address(2_001))] {
                for (order, cursor) in [
                    (PoolOrder::Created, PoolCursor::Created { block: 9, log_index: 1 }),
                    (PoolOrder::Swaps, PoolCursor::Swaps { count: 2, id: pool }),
                    (PoolOrder::Tvl, PoolCursor::Tvl { usd: 40.into(), id: pool }),
                ] {
                    for after in [None, Some(cursor)] {
                        let (dex, up_to, limit) = (dex.clone(), Some(50), LIMIT);
                        let query = PoolQuery { protocol, dex, token, up_to, order, after, limit };
                        snapshot.pools(&query).await.unwrap();
                    }
                }
            }
        }
    }
    let pair = [address(2_001), address(2_004)];
    assert_eq!(snapshot.pools_of_pair(pair, LIMIT).await.unwrap().len(), 1);
    let tokens = [address(2_001), address(2_002)];
    assert!(!snapshot.pools_of_tokens(&tokens).await.unwrap().is_empty());
    let found = snapshot.pool(pool).await.unwrap().unwrap();
    assert!(!snapshot.pool_versions(&found, 10).await.unwrap().is_empty());
    assert!(!snapshot.ticks(pool).await.unwrap().is_empty());
    snapshot.trading_pools(|_| ()).await.unwrap();
    snapshot.trading_ticks(|_, _| ()).await.unwrap();
    assert_eq!(snapshot.trading_pools_by_ids(&[pool]).await.unwrap().len(), 1);
    assert!(snapshot.trading_since(snapshot.block().number - 2).await.unwrap().is_some());
    for (tick, after) in [(None, None), (Some(-60), None), (None, Some((-61, 9)))] {
        let query = TickDayQuery { pool, tick, after, limit: LIMIT };
        let found = snapshot.tick_days(&query).await.unwrap();
        assert_eq!(found.first().map(|(tick, day, _)| (*tick, *day)), Some((-60, 7)));
    }
    let query = TickDayQuery { pool, tick: Some(-60), after: Some((-60, 7)), limit: LIMIT };
    assert_eq!(snapshot.tick_days(&query).await.unwrap(), vec![]);
}

async fn for_tokens_and_the_past(snapshot: &Snapshot, length: u64) {
    for symbol in [None, Some("T1".to_owned())] {
        for after in [None, Some(address(2_010))] {
            let query = TokenQuery { symbol: symbol.clone(), after, limit: LIMIT };
            assert!(!snapshot.tokens(&query).await.unwrap().is_empty());
        }
    }
    snapshot.tokens_by_addresses(&[address(2_010)]).await.unwrap();
    for number in [10, length] {
        snapshot.entity_at(&Key::Pool(pool_id(4)), number).await.unwrap();
    }
    let subject = Subject::Pool(pool_id(1));
    for resolution in [Resolution::M1, Resolution::W1] {
        let (from, to) = (1_700_000_000, 1_700_000_600);
        let query = CandleQuery { subject, resolution, from, to, limit: LIMIT };
        let newest = snapshot.candles(&query).await.unwrap();
        assert_eq!(snapshot.candles_onward(&query).await.unwrap(), newest);
    }
    let key = (address(COLLECTION), U256::from(9), address(1));
    snapshot.nft_balances_by_keys(&[key]).await.unwrap();
    snapshot.recent_blocks(LIMIT).await.unwrap();
    assert!(snapshot.past(length - 5).await.unwrap().is_some());
    assert!(snapshot.row_counts(length - 5, length).await.unwrap().nft_transfers > 0);
}

async fn for_figures(snapshot: &Snapshot, length: u64) {
    let (pool, factory, token) = (pool_id(4), address(1), address(2_004));
    let query = PeriodQuery { from: 0, to: u32::MAX, limit: LIMIT };
    assert_eq!(snapshot.pool_intervals(pool, Interval::Hour, &query).await.unwrap().len(), 1);
    let days = snapshot.token_intervals((factory, token), Interval::Day, &query).await.unwrap();
    assert_eq!(days.len(), 1);
    assert_eq!(snapshot.protocol_days(factory, &query).await.unwrap().len(), 1);
    let hour = (pool, Interval::Hour, u32::MAX);
    assert_eq!(snapshot.pool_intervals_by_keys(&[hour]).await.unwrap().len(), 1);
    assert_eq!(snapshot.factories().await.unwrap().len(), 1);
    assert_eq!(snapshot.token_figures(&[(factory, token)]).await.unwrap().len(), 1);
    for after in [None, Some(address(2_003))] {
        let found = snapshot.token_figures_of(factory, after, LIMIT).await.unwrap();
        assert!(!found.is_empty() && found.len() <= LIMIT as usize);
    }
    let newest = snapshot.newest_pools("dex", None, LIMIT).await.unwrap();
    let last = newest.last().map(|pool| (pool.created.block, pool.created.log_index));
    let older = snapshot.newest_pools("dex", last, LIMIT).await.unwrap();
    assert!(
        newest
            .iter()
            .chain(&older)
            .is_sorted_by(|one, other| one.created.block > other.created.block)
    );
    assert!(!older.is_empty());
    for from in [None, Some(pool_id(3))] {
        let found = snapshot.pools_from(from, LIMIT).await.unwrap();
        assert_eq!(found.first().map(|pool| pool.id), from.or(Some(pool_id(1))));
    }
    for from in [Bound::Unbounded, Bound::Excluded(address(5))] {
        assert!(!snapshot.shares_by_account(from, LIMIT).await.unwrap().is_empty());
    }
    assert!(snapshot.account(address(6)).await.unwrap().is_some());
    for of in [SharesOf::Account(address(6)), SharesOf::Pool(pool)] {
        for after in [None, Some((pool_id(3), address(5)))] {
            let query = ShareQuery { of, after, limit: LIMIT };
            assert!(!snapshot.shares(&query).await.unwrap().is_empty());
        }
    }
    for after in [None, Some(("T1".to_owned(), address(2_010)))] {
        let query = SymbolQuery { prefix: "T".to_owned(), after, limit: LIMIT };
        assert_eq!(snapshot.tokens_by_prefix(&query).await.unwrap().len(), LIMIT as usize);
    }
    let found = snapshot.tokens_between(address(2_003), address(2_004), LIMIT).await.unwrap();
    assert_eq!(found.len(), 2);
    let keys = [Key::Factory(factory), Key::Token(token), Key::Account(address(6))];
    assert!(snapshot.entities_at(&keys, 40).await.unwrap().iter().all(Option::is_some));
    assert_eq!(snapshot.pools_by_ids_at(&[pool], 40).await.unwrap().len(), 1);
    assert!(snapshot.mark_at(length - 5).await.unwrap().is_some());
    assert!(snapshot.block_at(1_700_000_000 + length - 5).await.unwrap().is_some());
}

async fn for_rows(snapshot: &Snapshot) {
    for pool in [None, Some(pool_id(4))] {
        for account in [None, Some(address(6))] {
            for after in [None, Some(MIDDLE)] {
                let query = RowQuery { pool, account, after, limit: LIMIT };
                snapshot.swaps(&query).await.unwrap();
                snapshot.liquidity(&query).await.unwrap();
                snapshot.pair_liquidity(&query).await.unwrap();
                snapshot.liquidity_snapshots(&query).await.unwrap();
            }
        }
    }
    assert!(!snapshot.swaps_by_tx(tx(9)).await.unwrap().is_empty());
    snapshot.liquidity_by_tx(tx(9)).await.unwrap();
    let blocks = 10..=20;
    assert_eq!(snapshot.swaps_in(blocks.clone(), 100).await.unwrap().len(), 20);
    assert_eq!(snapshot.liquidity_in(blocks.clone(), 100).await.unwrap().len(), 10);
    assert_eq!(snapshot.pools_created_in(blocks.clone(), 100).await.unwrap().len(), 10);
    let versions = snapshot.pools_in(&[pool_id(4), pool_id(9)], blocks).await.unwrap();
    assert_eq!(versions.values().map(Vec::len).collect::<Vec<_>>(), [1, 3]);
    snapshot.settled().await.unwrap();
}

async fn for_nfts(snapshot: &Snapshot) {
    let (collection, owner, token_id) = (address(COLLECTION), address(1), U256::from(9));
    for paged in [false, true] {
        let after = paged.then_some(Address::ZERO);
        snapshot.nft_owners(collection, token_id, after, LIMIT).await.unwrap();
        let after = paged.then_some(NftCollectionCursor { token_id, owner });
        snapshot.nft_collection(collection, after, LIMIT).await.unwrap();
        for of in [None, Some(collection)] {
            let after = paged.then_some(NftOwnedCursor { collection, token_id });
            snapshot.nfts_of(owner, of, after, LIMIT).await.unwrap();
        }
        for token_id in [None, Some(token_id)] {
            let after = paged.then_some(MIDDLE);
            let query = NftTransferQuery { collection, token_id, after, limit: LIMIT };
            snapshot.nft_transfers(&query).await.unwrap();
        }
    }
    assert_eq!(snapshot.nft_holders_count(collection).await.unwrap(), 3);
}

async fn for_positions(snapshot: &Snapshot) {
    let id = PositionId { manager: address(POSITIONS), token_id: U256::from(9) };
    let of_pool = PositionsOf::Pool(pool_id(9));
    for of in [PositionsOf::All, PositionsOf::Owner(address(1)), of_pool] {
        for manager in [None, Some(id.manager)] {
            for after in [None, Some(PositionId { token_id: U256::from(2), ..id })] {
                let query = PositionQuery { of, manager, after, limit: LIMIT };
                assert!(!snapshot.positions(&query).await.unwrap().is_empty());
            }
        }
    }
    assert!(snapshot.position(id).await.unwrap().is_some());
    assert!(snapshot.position_at(id, 40).await.unwrap().is_some());
    for before in [None, Some(MIDDLE)] {
        assert!(!snapshot.events_of(id, before, LIMIT).await.unwrap().is_empty());
        assert!(!snapshot.snapshots_of(id, before, LIMIT).await.unwrap().is_empty());
        let query = RowQuery { after: before, limit: LIMIT, ..RowQuery::default() };
        assert!(!snapshot.position_snapshots(&query).await.unwrap().is_empty());
        assert!(!snapshot.position_events(&query).await.unwrap().is_empty());
    }
}

/// A list has as many rows as its pages have together.
async fn for_counts(snapshot: &Snapshot) {
    let all = 10_000;
    let mut counted = Vec::new();
    for protocol in [None, Some(Protocol::V3)] {
        for token in [None, Some(address(2_001))] {
            let query = PoolQuery {
                protocol,
                token,
                limit: all,
                order: PoolOrder::Swaps,
                ..PoolQuery::default()
            };
            let rows = snapshot.pools(&query).await.unwrap().len();
            counted.push((rows, snapshot.count(ListQuery::Pools(&query)).await.unwrap()));
        }
    }
    for of in [PositionsOf::All, PositionsOf::Owner(address(1)), PositionsOf::Pool(pool_id(9))] {
        let query = PositionQuery { of, manager: None, after: None, limit: all };
        let rows = snapshot.positions(&query).await.unwrap().len();
        counted.push((rows, snapshot.count(ListQuery::Positions(&query)).await.unwrap()));
    }
    let query = TokenQuery { limit: all, ..TokenQuery::default() };
    let rows = snapshot.tokens(&query).await.unwrap().len();
    counted.push((rows, snapshot.count(ListQuery::Tokens(&query)).await.unwrap()));
    let query = PeriodQuery { from: 0, to: u32::MAX, limit: all };
    let of_pool = (pool_id(1), Interval::Hour);
    let rows = snapshot.pool_intervals(of_pool.0, of_pool.1, &query).await.unwrap().len();
    let list = ListQuery::PoolPeriods(of_pool.0, of_pool.1, &query);
    counted.push((rows, snapshot.count(list).await.unwrap()));
    for (rows, count) in &counted {
        assert_eq!(count.unwrap(), *rows as u64);
    }
    assert!(counted.iter().filter(|(rows, _)| *rows > 1).count() > 4, "{counted:?}");
}

/// Many lists at once.
async fn for_many(snapshot: &Snapshot) {
    let (pools, manager) = ([pool_id(4), pool_id(9)], address(POSITIONS));
    let all = PeriodQuery { from: 0, to: u32::MAX, limit: LIMIT };
    let queries =
        pools.map(|pool| RowQuery { pool: Some(pool), limit: LIMIT, ..RowQuery::default() });
    assert_eq!(snapshot.rows_many::<Swap>(&queries).await.unwrap().len(), 2);
    let accounts =
        [6, 8].map(|n| RowQuery { account: Some(address(n)), limit: LIMIT, ..RowQuery::default() });
    assert!(!snapshot.rows_many::<Swap>(&accounts).await.unwrap()[1].rows.is_empty());
    let hashes = [tx(9), tx(11)].into();
    assert!(
        !snapshot.rows_of_transactions::<Swap>(&hashes, Some(MIDDLE)).await.unwrap().is_empty()
    );
    assert!(snapshot.block_above(1_700_000_030).await.unwrap().is_some());
    let ticks = pools.map(|pool| TickQuery { pool, from: i32::MIN, to: 0, limit: LIMIT });
    assert_eq!(snapshot.ticks_many(&ticks).await.unwrap().len(), 2);
    let days = pools.map(|pool| TickDayQuery { pool, tick: None, after: None, limit: LIMIT });
    assert_eq!(snapshot.tick_days_many(&days).await.unwrap().len(), 2);
    let hours = pools.map(|pool| (pool, all));
    assert_eq!(snapshot.pool_intervals_many(Interval::Hour, &hours).await.unwrap().len(), 2);
    let of_tokens = [2_004, 2_005].map(|n| (address(n), all));
    let found = snapshot.token_intervals_many(address(1), Interval::Day, &of_tokens).await.unwrap();
    assert_eq!(found[0].len(), 1);
    let shares =
        pools.map(|pool| ShareQuery { of: SharesOf::Pool(pool), after: None, limit: LIMIT });
    assert_eq!(snapshot.shares_many(&shares).await.unwrap().len(), 2);
    let of = [5, 6].map(|n| SharesOf::Account(address(n)));
    let shares = of.map(|of| ShareQuery { of, after: None, limit: LIMIT });
    assert!(!snapshot.shares_many(&shares).await.unwrap()[1].is_empty());
    let owners = [1, 2].map(|n| PositionsOf::Owner(address(n)));
    for of in [pools.map(PositionsOf::Pool), owners] {
        let queries = of.map(|of| PositionQuery { of, limit: LIMIT, ..PositionQuery::default() });
        assert_eq!(snapshot.positions_many(manager, &queries).await.unwrap().len(), 2);
    }
    for order in [PoolOrder::Created, PoolOrder::Tvl] {
        let of =
            |n| PoolQuery { token: Some(address(n)), order, limit: LIMIT, ..PoolQuery::default() };
        assert!(!snapshot.pools_many(&[2_001, 2_004].map(of)).await.unwrap()[0].is_empty());
    }
    assert_eq!(
        snapshot.pools_of_pairs(&[[address(2_001), address(2_004)]]).await.unwrap().len(),
        1
    );
}

async fn for_contract_events(snapshot: &Snapshot) {
    for address in [None, Some(address(51))] {
        for (name, index) in [("", 0), ("by", 0), ("key", 1), ("delta", 2)] {
            let value = values(21).swap_remove(index);
            let parameter = (!name.is_empty()).then(|| (name.to_owned(), value));
            let table = table();
            let query = ContractEventQuery { table, address, parameter, after: None, limit: LIMIT };
            snapshot.contract_events(&query).await.unwrap();
        }
    }
    let boxes = [address(50), address(51)];
    assert_eq!(snapshot.speakers(&table(), &boxes).await.unwrap().len(), 2);
    let found = snapshot.announced_by(&table(), address(50), "by", &[address(1)]).await.unwrap();
    assert_eq!(found.len(), 1);
}

/// From one generation to the next, and what is left of the first.
async fn of_generations(mongo: &TestMongo, chain: u64) {
    let lease = mongo.seize(chain).await.unwrap();
    let generations = mongo.generations(&lease);
    generations.standing().await.unwrap();
    generations.begin("other contracts").await.unwrap();
    assert_eq!(mongo.reader().rebuilds().await.unwrap().len(), 1);
    generations.abandon().await.unwrap();
    assert!(generations.remove_retired(&|_| {}).await.unwrap().is_some());
}

/// Of a chain of which some blocks cannot be taken back any more.
async fn upkeep(writer: &Writer) {
    let parent = writer.watermark().await.unwrap().map(|watermark| watermark.block.number);
    let blocks = contracts::tests::chain(parent.unwrap() + 1).blocks;
    let blocks = &blocks[blocks.len() - 1..];
    let batch = Batch { parent, blocks, undo_from: 20, prune_undo_below: 20 };
    writer.commit(&batch).await.unwrap();
    assert!(writer.compact().await.unwrap().written > 0);
    assert!(writer.forget_below(10).await.unwrap().removed > 0);
    assert_eq!(writer.history_from().await.unwrap(), 10);
}

/// What an indexer asks at its start and of every batch.
async fn as_a_writer(writer: &Writer, length: u64) {
    assert!(!writer.pools().await.unwrap().is_empty());
    assert_eq!(writer.recent_blocks(LIMIT).await.unwrap().len(), 6);
    assert!(writer.oldest_undo().await.unwrap().is_some());
    assert!(!writer.announced(&announcements(), address(90), "it").await.unwrap().is_empty());
    let blocks = contracts::tests::chain(length).blocks;
    let keys: Vec<Key> = blocks[8].changes.iter().map(|change| change.key).collect();
    writer.load(&keys).await.unwrap();
}
