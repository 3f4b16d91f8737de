//! Runs of blocks beside the chain they are of.

use std::collections::BTreeSet;

use domain::{
    fold::{Entity, Key},
    ids::PoolId,
    row::{LiquidityEvent, Swap},
    version::PoolVersion,
};

use super::{Chain, ID, LENGTH, all_pools, filled};
use crate::{Batch, Snapshot, fixtures::pool_id, testing};

const ALL: u32 = 10_000;

/// The versions of a pool: the last below `from`, and those up to `to`.
fn versions(chain: &Chain, pool: PoolId, from: u64, to: u64) -> Vec<(u64, PoolVersion)> {
    let mut found = Vec::new();
    for block in chain.blocks.iter().filter(|block| block.block.number <= to) {
        for change in block.changes.iter().filter(|change| change.key == Key::Pool(pool)) {
            let Some(Entity::Pool(after)) = &change.after else { continue };
            if block.block.number < from {
                found.clear();
            }
            found.push((block.block.number, PoolVersion::of(after)));
        }
    }
    found
}

async fn of_the_chain(snapshot: &Snapshot, chain: &Chain) {
    let every: Vec<PoolId> = (1..=LENGTH).map(pool_id).collect();
    for (from, to) in [(0, 0), (1, 1), (5, 5), (7, 7), (3, 31), (20, 59), (1, LENGTH), (58, 900)] {
        let rows = chain.blocks.iter().filter(|block| (from..=to).contains(&block.block.number));
        let swaps: Vec<Swap> = rows.clone().flat_map(|block| block.rows.swaps.clone()).collect();
        let liquidity: Vec<LiquidityEvent> =
            rows.flat_map(|block| block.rows.liquidity.clone()).collect();
        assert_eq!(snapshot.swaps_in(from..=to, ALL).await.unwrap(), swaps, "{from} to {to}");
        assert_eq!(snapshot.liquidity_in(from..=to, ALL).await.unwrap(), liquidity);
        let mut created = all_pools(chain);
        created.retain(|pool| (from..=to).contains(&pool.created.block));
        assert_eq!(snapshot.pools_created_in(from..=to, ALL).await.unwrap(), created);
        if created.len() > 2 {
            let some = snapshot.pools_created_in(from..=to, 2).await.unwrap();
            assert_eq!(some, &created[..2]);
        }
        let found = snapshot.pools_in(&every, from..=to).await.unwrap();
        for pool in &every {
            assert_eq!(found[pool], versions(chain, *pool, from, to), "{pool} {from} to {to}");
        }
    }
    // one more than wanted tells that there are more
    let (some, all) = (
        snapshot.swaps_in(3..=31, 5).await.unwrap(),
        snapshot.swaps_in(3..=31, ALL).await.unwrap(),
    );
    assert_eq!(some, &all[all.len() - 5..]);
    assert!(snapshot.pools_in(&[], 1..=5).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_run_of_blocks_is_what_happened_in_it() {
    let (mongo, chain) = filled().await;
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    of_the_chain(&snapshot, &chain).await;
    let changed: BTreeSet<usize> =
        (1..=LENGTH).map(|n| versions(&chain, pool_id(n), 20, 59).len()).collect();
    assert!(changed.contains(&3), "no pool with a version below and two within: {changed:?}");
    // merged chunks say the same
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let mut longer = chain.clone();
    longer.grow(LENGTH + 1, 0);
    let blocks = &longer.blocks[longer.blocks.len() - 1..];
    let batch =
        Batch { parent: Some(LENGTH), blocks, undo_from: LENGTH - 5, prune_undo_below: LENGTH - 5 };
    writer.commit(&batch).await.unwrap();
    assert!(writer.compact().await.unwrap().written > 0);
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    of_the_chain(&snapshot, &longer).await;
    mongo.stop().await;
}

#[tokio::test]
async fn settled_is_what_nobody_can_take_back() {
    let (mongo, chain) = filled().await;
    let settled = async || {
        let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
        snapshot.settled().await.unwrap()
    };
    // all of it can be taken back
    assert_eq!(settled().await, None);
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let mut chain = chain;
    for (undo_from, wanted) in [(LENGTH - 9, LENGTH - 10), (LENGTH - 3, LENGTH - 4)] {
        let parent = chain.blocks.last().map(|block| block.block.number);
        chain.grow(parent.unwrap() + 1, 0);
        let blocks = &chain.blocks[chain.blocks.len() - 1..];
        let batch = Batch { parent, blocks, undo_from, prune_undo_below: undo_from };
        writer.commit(&batch).await.unwrap();
        let of_the_chain = chain.blocks[usize::try_from(wanted).unwrap() - 1].block;
        assert_eq!(settled().await, Some(of_the_chain));
        // a block that is taken back moves it nowhere
        writer.revert_newest().await.unwrap();
        assert_eq!(settled().await, Some(of_the_chain));
        chain.blocks.pop();
    }
    // far below the head blocks leave no records
    let parent = chain.blocks.last().map(|block| block.block.number);
    chain.grow(parent.unwrap() + 1, 0);
    let blocks = &chain.blocks[chain.blocks.len() - 1..];
    let batch = Batch { parent, blocks, undo_from: 9_000, prune_undo_below: 9_000 };
    writer.commit(&batch).await.unwrap();
    assert_eq!(settled().await, chain.blocks.last().map(|block| block.block));
    mongo.stop().await;
}
