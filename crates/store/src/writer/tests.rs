//! Batches in, batches out, on a real server.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    entity::NftBalance,
    fold::{BlockChanges, Change, Entity, Key},
    ids::ChainId,
};

use super::{Batch, Watermark, Writer};
use crate::{
    StoreError,
    fixtures::Chain,
    test_mongo::TestMongo,
    testing::{self, dump},
};

const ID: ChainId = 31_337;

fn watermark(changes: &BlockChanges) -> Watermark {
    Watermark { block: changes.block, counters: changes.counters_after }
}

async fn commit(
    writer: &Writer,
    blocks: &[BlockChanges],
    undo_from: u64,
) -> Result<(), StoreError> {
    let parent = writer.watermark().await?.map(|watermark| watermark.block.number);
    writer.commit(&Batch { parent, blocks, undo_from, prune_undo_below: 0 }).await
}

/// Everything the chain ever touched is stored as the chain has it.
async fn assert_entities(writer: &Writer, chain: &Chain) {
    let keys: BTreeSet<Key> =
        chain.blocks.iter().flat_map(|block| &block.changes).map(|change| change.key).collect();
    let keys: Vec<Key> = keys.into_iter().collect();
    let loaded: BTreeMap<Key, Option<Entity>> =
        writer.load(&keys).await.unwrap().into_iter().collect();
    let wanted: BTreeMap<Key, Option<Entity>> =
        keys.iter().map(|key| (*key, chain.entities.get(key).cloned())).collect();
    assert_eq!(loaded, wanted);
    assert!(wanted.values().any(Option::is_none), "some entity is gone again");
}

#[tokio::test]
async fn what_is_committed_is_loaded_and_can_be_taken_back() {
    let mongo = TestMongo::start().await;
    mongo.migrate().await.unwrap();
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let chain = Chain::new(30);
    assert_eq!(writer.watermark().await.unwrap(), None);
    assert_eq!(writer.revert_newest().await.unwrap(), None);
    let nothing = Batch { parent: None, blocks: &[], undo_from: 0, prune_undo_below: 0 };
    writer.commit(&nothing).await.unwrap();
    let empty = dump(&mongo).await.unwrap();

    // one dump per height, committed one by one
    let mut dumps = vec![empty];
    for block in &chain.blocks {
        commit(&writer, std::slice::from_ref(block), 1).await.unwrap();
        dumps.push(dump(&mongo).await.unwrap());
    }
    assert_eq!(writer.watermark().await.unwrap(), chain.blocks.last().map(watermark));
    assert_entities(&writer, &chain).await;
    let recent: Vec<u64> =
        writer.recent_blocks(3).await.unwrap().iter().map(|block| block.number).collect();
    assert_eq!(recent, [30, 29, 28]);
    assert_eq!(writer.pools().await.unwrap().len(), 26, "a pool per block that is not empty");

    // the same in one batch gives the same bytes; another chain beside it is not touched
    let other = testing::writer(&mongo, 1).await.unwrap();
    commit(&other, &chain.blocks, 31).await.unwrap();
    let beside = dump(&mongo).await.unwrap();
    assert_ne!(beside, dumps[30]);
    mongo.drop_database().await.unwrap();
    mongo.migrate().await.unwrap();
    let writer = testing::writer(&mongo, ID).await.unwrap();
    commit(&writer, &chain.blocks, 1).await.unwrap();
    assert_eq!(dump(&mongo).await.unwrap(), dumps[30]);

    // and back, block by block, to nothing
    for height in (0_usize..30).rev() {
        let left = writer.revert_newest().await.unwrap();
        assert_eq!(
            left,
            height.checked_sub(1).and_then(|index| chain.blocks.get(index)).map(watermark)
        );
        assert_eq!(dump(&mongo).await.unwrap(), dumps[height], "height {height}");
    }
    mongo.stop().await;
}

#[tokio::test]
async fn a_reorg_leaves_what_the_new_branch_alone_would() {
    let mongo = TestMongo::start().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let mut chain = Chain::new(10);
    let trunk = chain.clone();
    chain.grow(20, 0);
    commit(&writer, &chain.blocks, 5).await.unwrap();
    for _ in 0..10 {
        writer.revert_newest().await.unwrap();
    }
    let mut branch = trunk;
    branch.grow(22, 1);
    commit(&writer, &branch.blocks[10..], 5).await.unwrap();
    assert_entities(&writer, &branch).await;
    let after_reorg = dump(&mongo).await.unwrap();
    mongo.drop_database().await.unwrap();
    mongo.migrate().await.unwrap();
    let writer = testing::writer(&mongo, ID).await.unwrap();
    commit(&writer, &branch.blocks, 5).await.unwrap();
    assert_eq!(dump(&mongo).await.unwrap(), after_reorg);

    // the window: old records go, and without one there is no way back
    let last = &branch.blocks[21..];
    writer.revert_newest().await.unwrap();
    writer
        .commit(&Batch { parent: Some(21), blocks: last, undo_from: 5, prune_undo_below: 21 })
        .await
        .unwrap();
    assert_eq!(writer.recent_blocks(9).await.unwrap().len(), 2);
    writer.revert_newest().await.unwrap();
    writer.revert_newest().await.unwrap();
    let before = dump(&mongo).await.unwrap();
    let error = writer.revert_newest().await.unwrap_err();
    assert!(matches!(error, StoreError::UndoMissing { block: 20, .. }), "{error}");
    assert!(!error.retryable());
    assert_eq!(dump(&mongo).await.unwrap(), before);
    mongo.stop().await;
}

#[tokio::test]
async fn a_batch_that_does_not_fit_leaves_nothing() {
    let mongo = TestMongo::start().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let second = writer.clone();
    let chain = Chain::new(12);
    commit(&writer, &chain.blocks[..6], 1).await.unwrap();
    let before = dump(&mongo).await.unwrap();
    let refused = async |blocks: &[BlockChanges], parent: Option<u64>| {
        let batch = Batch { parent, blocks, undo_from: 1, prune_undo_below: 0 };
        let error = second.commit(&batch).await.unwrap_err();
        assert_eq!(dump(&mongo).await.unwrap(), before, "{error}");
        error
    };
    // of a second indexer that is behind, or on another branch
    assert!(matches!(refused(&chain.blocks[..6], None).await, StoreError::WatermarkMoved { .. }));
    assert!(matches!(
        refused(&chain.blocks[3..9], Some(3)).await,
        StoreError::WatermarkMoved { .. }
    ));
    let mut fork = Chain::new(5);
    fork.grow(8, 1);
    assert!(matches!(refused(&fork.blocks[6..], Some(6)).await, StoreError::WatermarkMoved { .. }));
    // of a caller that is wrong
    let reversed: Vec<_> = chain.blocks[6..8].iter().rev().cloned().collect();
    assert!(matches!(refused(&reversed, Some(6)).await, StoreError::InvalidBatch { .. }));
    assert!(matches!(refused(&chain.blocks[8..], Some(6)).await, StoreError::InvalidBatch { .. }));
    let mut unlinked = chain.blocks[6..8].to_vec();
    unlinked[1].block.parent_hash = unlinked[1].block.hash;
    assert!(matches!(refused(&unlinked, Some(6)).await, StoreError::InvalidBatch { .. }));
    // a row that is there already makes the server refuse half-way
    let mut doubled = chain.blocks[6..9].to_vec();
    let row = doubled[1].rows.nft_transfers[0].clone();
    doubled[1].rows.nft_transfers.push(row);
    doubled.retain(|block| !block.rows.swaps.is_empty());
    doubled[0].counters_before = chain.blocks[5].counters_after;
    assert!(matches!(refused(&doubled, Some(6)).await, StoreError::Database { .. }));
    let mut twice = chain.blocks[6..8].to_vec();
    let block = twice.iter_mut().find(|block| !block.rows.swaps.is_empty()).unwrap();
    block.rows.swaps.push(block.rows.swaps[0].clone());
    assert!(matches!(refused(&twice, Some(6)).await, StoreError::InvalidBatch { .. }));
    // a number that has no stored form
    let mut huge = chain.blocks[6..8].to_vec();
    huge[1].counters_after.events = u64::MAX;
    assert!(matches!(refused(&huge, Some(6)).await, StoreError::Encode { .. }));
    mongo.stop().await;
}

#[tokio::test]
async fn of_two_writers_at_once_one_wins() {
    let mongo = TestMongo::start().await;
    let (writer, chain) = (testing::writer(&mongo, ID).await.unwrap(), Chain::new(21));
    let mut joined = 0;
    for blocks in chain.blocks.chunks(3) {
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (writer, blocks) = (writer.clone(), blocks.to_vec());
                let parent = blocks[0].block.number.checked_sub(2).map(|number| number + 1);
                tokio::spawn(async move {
                    writer
                        .commit(&Batch {
                            parent,
                            blocks: &blocks,
                            undo_from: 1,
                            prune_undo_below: 0,
                        })
                        .await
                })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => won += 1,
                Err(error) => {
                    assert!(matches!(error, StoreError::WatermarkMoved { .. }), "{error}");
                }
            }
        }
        assert_eq!(won, 1);
        joined += blocks.len();
    }
    assert_eq!(joined, 21);
    assert_entities(&writer, &chain).await;
    mongo.stop().await;
}

#[tokio::test]
async fn a_large_block_is_one_commit_and_one_way_back() {
    let mongo = TestMongo::start().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let mut chain = Chain::new(2);
    commit(&writer, &chain.blocks, 1).await.unwrap();
    let before = dump(&mongo).await.unwrap();
    // 9,000 owners in one block: several commands and several undo parts
    chain.grow(3, 0);
    let block = &mut chain.blocks[2];
    let nft = block.changes.iter().find_map(|change| match &change.after {
        Some(Entity::Nft(nft)) => Some(NftBalance::clone(nft)),
        _ => None,
    });
    let nft = nft.expect("block 3 has an NFT");
    for n in 0..9_000 {
        let owner = crate::fixtures::address(10_000 + n);
        let key = Key::Nft(nft.collection, nft.token_id, owner);
        let after = Some(NftBalance { owner, ..nft.clone() }.into());
        block.changes.push(Change { key, before: None, after });
    }
    commit(&writer, &chain.blocks[2..], 1).await.unwrap();
    assert_eq!(dump(&mongo).await.unwrap()["undo"].len(), 2 + 3);
    assert_eq!(writer.recent_blocks(10).await.unwrap().len(), 3);
    writer.revert_newest().await.unwrap();
    assert_eq!(dump(&mongo).await.unwrap(), before);
    mongo.stop().await;
}
