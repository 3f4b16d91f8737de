//! What upkeep does cannot be seen, wherever it stops and whatever follows.

use std::collections::BTreeMap;

use bson::{Document, doc};
use domain::{fold::BlockChanges, fold::Key, row::Position};

use crate::{
    Batch, RowQuery, Snapshot, Store, Writer,
    fixtures::{Chain, address, pool_id, tx},
    history, rows,
    test_mongo::TestMongo,
    testing::{self, dump},
};

mod compaction;
mod retention;

const ID: u64 = 7;

/// Commits blocks as an indexer does that finds `size` new ones each time, of which the newest `window` can be taken back.
async fn follow(writer: &Writer, blocks: &[BlockChanges], size: usize, window: u64) {
    let stored = writer.watermark().await.unwrap().map(|watermark| watermark.block.number);
    let mut parent = stored;
    for blocks in blocks[usize::try_from(stored.unwrap_or_default()).unwrap()..].chunks(size) {
        let newest = blocks.last().unwrap().block.number;
        let undo_from = newest.saturating_sub(window) + 1;
        let batch = Batch { parent, blocks, undo_from, prune_undo_below: undo_from };
        writer.commit(&batch).await.unwrap();
        parent = Some(newest);
    }
}

async fn snapshot(store: &Store) -> Snapshot {
    store.reader().snapshot(ID).await.unwrap().unwrap()
}

/// What the chain changed, by entity, and in which blocks.
fn changed(chain: &Chain) -> BTreeMap<Key, Vec<u64>> {
    let mut all: BTreeMap<Key, Vec<u64>> = BTreeMap::new();
    for block in &chain.blocks {
        for change in &block.changes {
            all.entry(change.key).or_default().push(block.block.number);
        }
    }
    all
}

/// What readers are told of a chain from a block on: entities around each of their versions, and pages of rows.
async fn told(snapshot: &Snapshot, chain: &Chain, from: u64) -> Vec<String> {
    let mut all = Vec::new();
    for (n, (key, mut blocks)) in changed(chain).into_iter().enumerate() {
        // of the many that are changed once or twice a few, of the many versions of the others, too
        if blocks.len() < 3 && n % 16 > 0 {
            continue;
        }
        let step = blocks.len() / 8 + 1;
        blocks = blocks.into_iter().step_by(step).flat_map(|block| [block - 1, block]).collect();
        blocks.extend([from, from + 1, snapshot.block().number]);
        for block in blocks.into_iter().filter(|block| *block >= from) {
            let found = snapshot.entity_at(&key, block).await.unwrap();
            all.push(format!("{key:?} {block} {found:?}"));
        }
    }
    for limit in [4, 1_000] {
        for (pool, account) in [
            (None, None),
            (Some(pool_id(9)), None),
            (None, Some(address(6))),
            (None, Some(address(8))),
        ] {
            let mut after: Option<Position> = None;
            loop {
                let query = RowQuery { pool, account, after, limit };
                let page = snapshot.swaps(&query).await.unwrap();
                all.push(format!("{page:?}"));
                all.push(format!("{:?}", snapshot.liquidity(&query).await.unwrap()));
                all.push(format!("{:?}", snapshot.pair_liquidity(&query).await.unwrap()));
                all.push(format!("{:?}", snapshot.liquidity_snapshots(&query).await.unwrap()));
                all.push(format!("{:?}", snapshot.position_snapshots(&query).await.unwrap()));
                let Some(last) = page.last() else { break };
                after = Some(last.meta.position);
            }
        }
    }
    for block in (1..=snapshot.block().number).step_by(29) {
        all.push(format!("{:?}", snapshot.swaps_by_tx(tx(block)).await.unwrap()));
        all.push(format!("{:?}", snapshot.row_counts(block, block + 6).await.unwrap()));
    }
    all
}

/// What the database holds, without who wrote it.
async fn held(store: &Store) -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut all = dump(store).await.unwrap();
    all.remove("leases");
    all
}

/// Chunks of history and of rows, and those of them that are to be merged.
async fn chunks(mongo: &TestMongo) -> [u64; 4] {
    let mut counts = [0; 4];
    let of = [history::COLLECTION, rows::COLLECTION];
    let filters = [Document::new(), doc! { "s": true }];
    let all = filters.iter().flat_map(|filter| of.map(|name| (name, filter.clone())));
    for (count, (name, filter)) in counts.iter_mut().zip(all) {
        *count = mongo.documents(name).count_documents(filter).await.unwrap();
    }
    counts
}

/// What a clean index of the chain in one go holds.
async fn clean(mongo: &TestMongo, chain: &Chain, window: u64) -> BTreeMap<String, Vec<Vec<u8>>> {
    let store = Store::connect(&mongo.server.uri(), "clean").await.unwrap();
    store.drop_database().await.unwrap();
    store.migrate().await.unwrap();
    let writer = testing::writer(&store, ID).await.unwrap();
    follow(&writer, &chain.blocks, chain.blocks.len(), window).await;
    held(&store).await
}
