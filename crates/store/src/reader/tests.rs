//! Every list against the chain it was made of, page by page; every query against its index.

use std::collections::BTreeSet;

use alloy_primitives::{Address, U256};
use domain::{
    entity::{NftBalance, Pool, Protocol, Token},
    fold::{Entity, Key},
    ids::ChainId,
    row::Swap,
};

use super::{
    LiquidityQuery, NftCollectionCursor, NftOwnedCursor, NftTransferQuery, PoolCursor, PoolOrder,
    PoolQuery, RowCounts, Snapshot, SwapQuery, TokenQuery,
};
use crate::{
    codec::chain_key,
    fixtures::{COLLECTION, Chain, address, pool_id, tx},
    test_mongo::TestMongo,
    testing,
    writer::Batch,
};

mod explain;
mod many;
mod positions;
mod range;
mod recent;
mod reconciled;
mod speakers;
mod trading;

const ID: ChainId = 31_337;
const LENGTH: u64 = 60;

/// The chain under test between two neighbours by id with the same contracts.
async fn filled() -> (TestMongo, Chain) {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(LENGTH);
    for (id, length) in [(ID - 1, 30), (ID, LENGTH), (ID + 1, 20)] {
        let blocks = &Chain::new(length).blocks;
        let batch = Batch { parent: None, blocks, undo_from: 1, prune_undo_below: 0 };
        testing::writer(&mongo, id).await.unwrap().commit(&batch).await.unwrap();
    }
    (mongo, chain)
}

/// Reads pages of `limit` until one is short.
async fn pages<T: Clone, C>(
    limit: u32,
    cursor: impl Fn(&T) -> C,
    page: impl AsyncFn(Option<C>) -> Vec<T>,
) -> Vec<T> {
    let mut all: Vec<T> = Vec::new();
    loop {
        let items = page(all.last().map(&cursor)).await;
        let short = items.len() < limit as usize;
        assert!(items.len() <= limit as usize);
        all.extend(items);
        if short {
            return all;
        }
    }
}

fn all_pools(chain: &Chain) -> Vec<Pool> {
    let pools = chain.entities.values().filter_map(|entity| match entity {
        Entity::Pool(pool) => Some(Pool::clone(pool)),
        _ => None,
    });
    let mut pools: Vec<Pool> = pools.collect();
    pools.sort_by_key(|pool| (pool.created.block, pool.created.log_index));
    pools
}

fn all_nfts(chain: &Chain) -> Vec<NftBalance> {
    let nfts = chain.entities.values().filter_map(|entity| match entity {
        Entity::Nft(nft) => Some(NftBalance::clone(nft)),
        _ => None,
    });
    nfts.collect()
}

fn all_swaps(chain: &Chain) -> Vec<Swap> {
    let mut swaps: Vec<Swap> =
        chain.blocks.iter().flat_map(|block| block.rows.swaps.clone()).collect();
    swaps.reverse();
    swaps
}

#[tokio::test]
async fn lists_give_every_item_once_and_in_order() {
    let (mongo, chain) = filled().await;
    let reader = mongo.reader();
    assert!(reader.snapshot(5).await.unwrap().is_none());
    let chains: Vec<ChainId> =
        reader.watermarks().await.unwrap().iter().map(|(id, _)| *id).collect();
    assert_eq!(chains, [ID - 1, ID, ID + 1]);
    let snapshot = reader.snapshot(ID).await.unwrap().unwrap();
    assert_eq!(snapshot.block(), chain.blocks.last().unwrap().block);
    assert_eq!(snapshot.counters(), chain.blocks.last().unwrap().counters_after);

    pools_are_listed(&snapshot, &chain).await;
    tokens_are_listed(&snapshot, &chain).await;
    rows_are_listed(&snapshot, &chain).await;
    nfts_are_listed(&snapshot, &chain).await;
    mongo.stop().await;
}

async fn pools_are_listed(snapshot: &Snapshot, chain: &Chain) {
    let pools = all_pools(chain);
    let token = address(2_001);
    for protocol in [None, Some(Protocol::V2), Some(Protocol::V4)] {
        for token in [None, Some(token)] {
            for order in [PoolOrder::Created, PoolOrder::Swaps, PoolOrder::Tvl] {
                let mut wanted: Vec<Pool> = pools
                    .iter()
                    .filter(|pool| protocol.is_none_or(|protocol| pool.protocol == protocol))
                    .filter(|pool| {
                        token.is_none_or(|token| [pool.token0, pool.token1].contains(&token))
                    })
                    .cloned()
                    .collect();
                if order == PoolOrder::Swaps {
                    wanted.sort_by_key(|pool| (pool.swap_count, pool.id.as_slice().len(), pool.id));
                    wanted.reverse();
                } else if order == PoolOrder::Tvl {
                    wanted.sort_by(|one, other| {
                        let key = |pool: &Pool| (pool.id.as_slice().len(), pool.id);
                        let [a, b] = [one, other].map(|pool| pool.figures.total_value_locked_usd);
                        a.cmp(&b).then_with(|| key(one).cmp(&key(other)))
                    });
                    wanted.reverse();
                }
                let found = pages(
                    4,
                    |pool| PoolCursor::of(pool, order),
                    async |after| {
                        snapshot
                            .pools(&PoolQuery {
                                protocol,
                                token,
                                order,
                                after,
                                limit: 4,
                                ..PoolQuery::default()
                            })
                            .await
                            .unwrap()
                    },
                )
                .await;
                assert_eq!(found, wanted, "{protocol:?} {token:?} {order:?}");
                assert!(!found.is_empty());
            }
        }
    }
    assert_eq!(
        snapshot.pool(pool_id(4)).await.unwrap().as_ref(),
        pools.iter().find(|pool| pool.id == pool_id(4))
    );
    assert_eq!(snapshot.pool(pool_id(999)).await.unwrap(), None);
    let ids = [pool_id(4), pool_id(999), pool_id(5)];
    assert_eq!(snapshot.pools_by_ids(&ids).await.unwrap().len(), 2);
}

async fn tokens_are_listed(snapshot: &Snapshot, chain: &Chain) {
    let all: Vec<_> = chain
        .entities
        .values()
        .filter_map(|entity| match entity {
            Entity::Token(token) => Some(Token::clone(token)),
            _ => None,
        })
        .collect();
    for symbol in [None, Some("T2".to_owned())] {
        let wanted: Vec<_> = all
            .iter()
            .filter(|token| symbol.is_none() || token.symbol == symbol)
            .cloned()
            .collect();
        let found = pages(
            5,
            |token: &domain::entity::Token| token.address,
            async |after| {
                snapshot
                    .tokens(&TokenQuery { symbol: symbol.clone(), after, limit: 5 })
                    .await
                    .unwrap()
            },
        )
        .await;
        assert_eq!(found, wanted);
    }
    let some =
        snapshot.tokens_by_addresses(&[all[3].address, address(1), all[1].address]).await.unwrap();
    assert_eq!(some, [all[1].clone(), all[3].clone()]);
}

async fn rows_are_listed(snapshot: &Snapshot, chain: &Chain) {
    let swaps = all_swaps(chain);
    for pool in [None, Some(pool_id(4)), Some(pool_id(5)), Some(pool_id(999))] {
        let wanted: Vec<Swap> = swaps
            .iter()
            .filter(|swap| pool.is_none_or(|pool| swap.pool == pool))
            .cloned()
            .collect();
        let found = pages(
            3,
            |swap: &Swap| swap.meta.position,
            async |after| {
                snapshot
                    .swaps(&SwapQuery { pool, after, limit: 3, ..SwapQuery::default() })
                    .await
                    .unwrap()
            },
        )
        .await;
        assert_eq!(found, wanted);
    }
    let of_tx = snapshot.swaps_by_tx(tx(9)).await.unwrap();
    assert_eq!(of_tx, chain.blocks[8].rows.swaps);
    let pool = Some(pool_id(9));
    let events = snapshot
        .liquidity(&LiquidityQuery { pool, limit: 9, ..LiquidityQuery::default() })
        .await
        .unwrap();
    assert_eq!(events, chain.blocks[8].rows.liquidity);
    let all = snapshot
        .liquidity(&LiquidityQuery { limit: 1_000, ..LiquidityQuery::default() })
        .await
        .unwrap();
    assert_eq!(
        all.len(),
        chain.blocks.iter().map(|block| block.rows.liquidity.len()).sum::<usize>()
    );
    assert!(
        snapshot.swaps(&SwapQuery::default()).await.unwrap().is_empty(),
        "limit 0 is nothing, not everything"
    );
}

async fn nfts_are_listed(snapshot: &Snapshot, chain: &Chain) {
    let (collection, owner) = (address(COLLECTION), address(1));
    let all = all_nfts(chain);
    let found = pages(
        4,
        |nft: &NftBalance| NftCollectionCursor { token_id: nft.token_id, owner: nft.owner },
        async |after| snapshot.nft_collection(collection, after, 4).await.unwrap(),
    )
    .await;
    assert_eq!(found, all);
    let wanted: Vec<NftBalance> = all.iter().filter(|nft| nft.owner == owner).cloned().collect();
    for of in [None, Some(collection)] {
        let found = pages(
            3,
            |nft: &NftBalance| NftOwnedCursor {
                collection: nft.collection,
                token_id: nft.token_id,
            },
            async |after| snapshot.nfts_of(owner, of, after, 3).await.unwrap(),
        )
        .await;
        assert_eq!(found, wanted);
    }
    assert!(snapshot.nfts_of(owner, Some(address(1)), None, 9).await.unwrap().is_empty());
    let one = &all[2];
    let owners = snapshot.nft_owners(collection, one.token_id, None, 9).await.unwrap();
    assert_eq!(&owners, std::slice::from_ref(one));
    assert!(
        snapshot.nft_owners(collection, one.token_id, Some(one.owner), 9).await.unwrap().is_empty()
    );
    let holders: BTreeSet<Address> = all.iter().map(|nft| nft.owner).collect();
    assert_eq!(snapshot.nft_holders_count(collection).await.unwrap(), holders.len() as u64);
    assert_eq!(snapshot.nft_holders_count(address(1)).await.unwrap(), 0);

    let mut transfers: Vec<_> =
        chain.blocks.iter().flat_map(|block| block.rows.nft_transfers.clone()).collect();
    transfers.reverse();
    for token_id in [None, Some(U256::from(9))] {
        let wanted: Vec<_> = transfers
            .iter()
            .filter(|transfer| token_id.is_none_or(|token_id| transfer.token_id == token_id))
            .cloned()
            .collect();
        let found = pages(
            3,
            |transfer: &domain::row::NftTransfer| transfer.meta.position,
            async |after| {
                snapshot
                    .nft_transfers(&NftTransferQuery { collection, token_id, after, limit: 3 })
                    .await
                    .unwrap()
            },
        )
        .await;
        assert_eq!(found, wanted);
    }
}

#[tokio::test]
async fn a_snapshot_stays_at_its_block() {
    let (mongo, mut chain) = filled().await;
    let old = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    let before = old.pools(&PoolQuery { limit: 1_000, ..PoolQuery::default() }).await.unwrap();
    let writer = testing::writer(&mongo, ID).await.unwrap();
    writer.revert_newest().await.unwrap();
    writer.revert_newest().await.unwrap();
    chain.blocks.truncate(58);
    let mut fork = Chain::new(58);
    fork.grow(64, 1);
    let batch =
        Batch { parent: Some(58), blocks: &fork.blocks[58..], undo_from: 1, prune_undo_below: 0 };
    writer.commit(&batch).await.unwrap();

    assert_eq!(old.block().number, LENGTH);
    assert_eq!(
        old.pools(&PoolQuery { limit: 1_000, ..PoolQuery::default() }).await.unwrap(),
        before
    );
    let newest = old.swaps(&SwapQuery { limit: 1, ..SwapQuery::default() }).await.unwrap();
    assert_eq!(newest[0].meta.position.block, LENGTH);
    let new = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    assert_eq!(new.block(), fork.blocks.last().unwrap().block);
    let newest = new.swaps(&SwapQuery { limit: 1, ..SwapQuery::default() }).await.unwrap();
    assert_eq!(newest[0].meta.position.block, 64);
    mongo.stop().await;
}

#[test]
fn the_key_of_a_chain_is_reversible() {
    for chain in [0, 1, u64::MAX / 2, u64::MAX] {
        assert_eq!(crate::codec::chain_id(chain_key(chain)), chain);
    }
}

#[tokio::test]
async fn the_undo_records_tell_of_the_past() {
    let (mongo, chain) = filled().await;
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    let recent = snapshot.recent_blocks(3).await.unwrap();
    let newest = [59_usize, 58, 57].map(|index| chain.blocks[index].block);
    assert_eq!(recent, newest);
    for height in [LENGTH, 59, 40, 1] {
        let then = Chain::new(height);
        let past = snapshot.past(height).await.unwrap().unwrap();
        assert_eq!(past.block, then.blocks.last().unwrap().block);
        let now =
            snapshot.pools(&PoolQuery { limit: 1_000, ..PoolQuery::default() }).await.unwrap();
        let mut pools: Vec<Pool> = now.into_iter().filter_map(|pool| past.pool(pool)).collect();
        pools.sort_by_key(|pool| pool.created.block);
        assert_eq!(pools, all_pools(&then), "height {height}");
        for number in 1..=LENGTH {
            let (id, token) = (pool_id(number), U256::from(number));
            let wanted = then.entities.get(&Key::Tick(id, -60)).cloned();
            let ticks = past.ticks(id, snapshot.ticks(id).await.unwrap());
            assert_eq!(
                ticks.into_iter().map(Entity::from).collect::<Vec<_>>(),
                Vec::from_iter(wanted)
            );
            let (collection, owner) = (address(COLLECTION), address(number % 3 + 1));
            let wanted = then.entities.get(&Key::Nft(collection, token, owner)).cloned();
            let now = snapshot.nft_owners(collection, token, None, 9).await.unwrap();
            let owners = past.owners(collection, token, now);
            assert_eq!(
                owners.into_iter().map(Entity::from).collect::<Vec<_>>(),
                Vec::from_iter(wanted.clone())
            );
            let key = (collection, token, owner);
            let now = snapshot.nft_balances_by_keys(&[key]).await.unwrap().pop();
            assert_eq!(past.nft(key, now).map(Entity::from), wanted);
        }
    }
    assert_eq!(snapshot.past(0).await.unwrap().map(|past| past.block.number), None);
    let rows = |from: usize, to: usize| {
        let rows = chain.blocks[from - 1..to].iter().map(|block| &block.rows);
        rows.fold(RowCounts::default(), |sum, rows| RowCounts {
            swaps: sum.swaps + rows.swaps.len() as u64,
            liquidity: sum.liquidity + rows.liquidity.len() as u64,
            nft_transfers: sum.nft_transfers + rows.nft_transfers.len() as u64,
        })
    };
    assert_eq!(snapshot.row_counts(5, 17).await.unwrap(), rows(5, 17));
    assert_eq!(snapshot.row_counts(60, 60).await.unwrap(), rows(60, 60));
    assert_eq!(snapshot.row_counts(61, 99).await.unwrap(), RowCounts::default());
    mongo.stop().await;
}
