//! What is too old, forgotten.

use super::*;
use crate::{StoreError, backup::BackupRequest};

/// The versions that are stored, by entity, as the dump names both.
async fn versions(store: &Store) -> BTreeMap<String, Vec<u64>> {
    let mut all: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for line in held(store).await.remove(history::COLLECTION).unwrap() {
        let line = String::from_utf8(line).unwrap();
        let (entity, rest) = line.split_once("))))").or_else(|| line.split_once(")))")).unwrap();
        let block = rest.trim_start_matches([')', ' ']).split_whitespace().next().unwrap();
        all.entry(entity.to_owned()).or_default().push(block.parse().unwrap());
    }
    all
}

async fn refused(snapshot: &Snapshot, key: &Key, block: u64, horizon: u64) {
    match snapshot.entity_at(key, block).await.unwrap_err() {
        StoreError::HistoryGone { chain: ID, block: at, from } => {
            assert_eq!((at, from), (block, horizon));
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn every_block_from_the_horizon_on_reads_the_same() {
    let mongo = TestMongo::start().await;
    let (chain, window) = (Chain::new(70), 10);
    // both ways that versions come to be stored, and chunks that are merged or not
    for (size, merged) in [(1, true), (7, false)] {
        let mut writer = testing::writer(&mongo, ID).await.unwrap();
        follow(&writer, &chain.blocks, size, window).await;
        if merged {
            writer.compact().await.unwrap();
        }
        let key = *changed(&chain).iter().max_by_key(|(_, blocks)| blocks.len()).unwrap().0;
        let open = snapshot(&mongo).await;
        for horizon in [1, 30, 31, 59] {
            let all = versions(&mongo).await;
            let before = told(&snapshot(&mongo).await, &chain, horizon).await;
            // from the first transaction on it cannot be asked for, and where it stops another one goes on
            while writer.forget_some(horizon, 1).await.unwrap().removed > 0 {
                let now = snapshot(&mongo).await;
                refused(&now, &key, horizon - 1, horizon).await;
                assert_eq!(now.history_from().await.unwrap(), horizon);
                if horizon == 30 {
                    assert_eq!(told(&now, &chain, horizon).await, before);
                    writer = testing::writer(&mongo, ID).await.unwrap();
                }
            }
            writer.forget_below(horizon).await.unwrap();
            assert_eq!(told(&snapshot(&mongo).await, &chain, horizon).await, before);
            for (entity, left) in versions(&mongo).await {
                let wanted: Vec<u64> = all[&entity].clone();
                let newest = wanted.iter().rposition(|block| *block <= horizon).unwrap_or_default();
                // one that says that there was nothing need not stay either
                assert!(left == wanted[newest..] || left == wanted[newest + 1..], "{entity}");
            }
            // what was open before knows nothing of it
            assert!(open.entity_at(&key, 0).await.is_ok());
        }
        // it is never higher than what all that can be taken back stands on, and never goes down again
        writer.forget_below(5_000).await.unwrap();
        assert_eq!(writer.history_from().await.unwrap(), 60);
        writer.forget_below(20).await.unwrap();
        assert_eq!(writer.history_from().await.unwrap(), 60);
        assert_eq!(writer.forget_below(60).await.unwrap().removed, 0);
        let from = told(&snapshot(&mongo).await, &chain, 60).await;
        for _ in 0..window {
            writer.revert_newest().await.unwrap();
        }
        let lowest = snapshot(&mongo).await;
        assert_eq!(lowest.block().number, 60);
        assert!(lowest.entity_at(&key, 60).await.unwrap().is_some());
        refused(&lowest, &key, 59, 60).await;
        follow(&writer, &chain.blocks, 1, window).await;
        writer.compact().await.unwrap();
        assert_eq!(told(&snapshot(&mongo).await, &chain, 60).await, from);
        writer.remove_chain(&|_| ()).await.unwrap();
        assert_eq!(writer.history_from().await.unwrap(), 0);
    }
    mongo.stop().await;
}

#[tokio::test]
async fn a_backup_and_a_reindex_know_of_the_horizon() {
    let mongo = TestMongo::start().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let chain = Chain::new(70);
    follow(&writer, &chain.blocks, 1, 10).await;
    // the sweep is not through
    writer.forget_some(40, 0).await.unwrap();
    writer.compact_some(2).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chain.backup");
    let request = BackupRequest { chain: ID, name: "made-up", to: &file, own_server: true };
    mongo.backup(&request, &|_| ()).await.unwrap();
    let before = held(&mongo).await;

    let store = Store::connect(&mongo.server.uri(), "restored").await.unwrap();
    store.migrate().await.unwrap();
    let restored = testing::writer(&store, ID).await.unwrap();
    restored.restore(&file, &|_| ()).await.unwrap();
    assert_eq!(held(&store).await, before);
    assert_eq!(restored.history_from().await.unwrap(), 40);
    // the pin of the backup is in it, too
    let past = doc! { "$set": { "pinned": bson::DateTime::from_millis(1) } };
    for documents in [mongo.documents("kept"), store.documents("kept")] {
        documents.update_one(doc! {}, past.clone()).await.unwrap();
    }
    for writer in [&writer, &restored] {
        writer.forget_below(40).await.unwrap();
        writer.compact().await.unwrap();
    }
    let after = held(&mongo).await;
    assert_eq!(held(&store).await, after);
    assert!(after["history"].len() < before["history"].len());
    for collection in crate::reindex::collections() {
        let done = restored.reindex(collection, &|_| ()).await.unwrap();
        assert_eq!((done.altered, done.missing, done.foreign), (0, 0, 0), "{collection}");
    }
    assert_eq!(held(&store).await, after);
    mongo.stop().await;
}
