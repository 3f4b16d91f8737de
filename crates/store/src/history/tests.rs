//! Every entity is found as it was after every block, whatever batches the blocks came in and whatever was taken back.

use std::collections::{BTreeMap, BTreeSet};

use domain::fold::{Entity, Key};

use crate::{
    Batch, Writer,
    fixtures::Chain,
    test_mongo::TestMongo,
    testing::{self, dump},
};

const ID: u64 = 1;

/// Commits the blocks in batches of `size`; those from `undo_from` on can be taken back.
async fn commit(writer: &Writer, chain: &Chain, size: usize, undo_from: u64) {
    let stored = writer.watermark().await.unwrap().map(|watermark| watermark.block.number);
    let done = usize::try_from(stored.unwrap_or_default()).unwrap();
    let mut parent = stored;
    for blocks in chain.blocks[done..].chunks(size) {
        writer.commit(&Batch { parent, blocks, undo_from, prune_undo_below: 0 }).await.unwrap();
        parent = blocks.last().map(|changes| changes.block.number);
    }
}

/// What every entity was after every block.
fn past(chain: &Chain) -> BTreeMap<Key, Vec<(u64, Option<Entity>)>> {
    let mut all: BTreeMap<Key, Vec<(u64, Option<Entity>)>> = BTreeMap::new();
    for changes in &chain.blocks {
        for change in &changes.changes {
            let versions = all.entry(change.key).or_default();
            versions.push((changes.block.number, change.after.clone()));
        }
    }
    all
}

async fn assert_past(mongo: &TestMongo, chain: &Chain) {
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    let heights = chain.blocks.len() as u64;
    let kinds: BTreeSet<_> =
        past(chain).keys().map(std::mem::discriminant).map(|d| format!("{d:?}")).collect();
    assert!(kinds.len() >= 10, "entities of every kind: {kinds:?}");
    for (key, versions) in past(chain) {
        for block in [0, 1, heights / 3, heights / 2, heights - 1, heights, heights + 5] {
            let wanted = versions.iter().rev().find(|(at, _)| *at <= block);
            let found = snapshot.entity_at(&key, block).await.unwrap();
            assert_eq!(found, wanted.and_then(|(_, entity)| entity.clone()), "{key:?} at {block}");
        }
    }
}

#[tokio::test]
async fn every_entity_as_of_every_block() {
    let mongo = TestMongo::start().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let mut chain = Chain::new(30);
    commit(&writer, &chain, 7, 21).await;
    assert_past(&mongo, &chain).await;

    // the newest blocks are taken back, others come: no trace of the lost ones
    for _ in 0..6 {
        writer.revert_newest().await.unwrap();
    }
    chain = Chain::new(24);
    assert_past(&mongo, &chain).await;
    chain.grow(32, 1);
    commit(&writer, &chain, 1, 21).await;
    assert_past(&mongo, &chain).await;
    mongo.stop().await;
}

#[tokio::test]
async fn how_blocks_are_cut_into_batches_cannot_be_seen() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(40);
    let mut dumps = Vec::new();
    for size in [1, 7, 40] {
        let writer = testing::writer(&mongo, ID).await.unwrap();
        commit(&writer, &chain, size, 30).await;
        let mut dump = dump(&mongo).await.unwrap();
        dump.remove("leases");
        assert!(dump["history"].len() > 100 && dump["rows"].len() > 60);
        dumps.push(dump);
        writer.remove_chain(&|_| ()).await.unwrap();
    }
    assert!(dumps.windows(2).all(|pair| pair[0] == pair[1]));
    mongo.stop().await;
}
