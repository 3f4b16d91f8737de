//! Nothing of a chain is forgotten, and nothing of another one taken for it.

use std::collections::BTreeSet;

use alloy_primitives::U256;
use bson::RawDocumentBuf;
use domain::{
    decimal::Decimal,
    reconciled::{Reconciled, ReconciledCurrency},
};

use super::*;
use crate::{
    backup::{
        read,
        write::{Portion, Sink},
    },
    contracts::tests::{announcements, chain, table},
    documents::COLLECTIONS,
    fixtures::{address, pool_id},
    market,
    upkeep::pin::Pin,
};

/// What stands beside the data of chains: leases, numbers of generations, the schema. A restore makes its own. Market
/// prices are of no chain's blocks and are in no backup.
const BESIDE: [&str; 5] = ["api_keys", "chains", "fences", "leases", "meta"];
const LENGTH: u64 = 60;

/// A chain with something in every collection.
async fn everywhere(mongo: &TestMongo) -> Writer {
    let writer = testing::writer(mongo, ID).await.unwrap();
    writer.declare(&[table(), announcements()]).await.unwrap();
    let blocks = chain(LENGTH).blocks;
    for blocks in blocks.chunks(7) {
        commit(&writer, blocks).await;
    }
    let block = blocks.last().unwrap().block;
    let one = Decimal::from(1);
    let pool = Reconciled {
        block,
        pool: pool_id(3),
        amounts: [U256::MAX; 2],
        locked: [one; 2],
        usd: one,
        drift: [one; 2],
    };
    let currency = ReconciledCurrency {
        block,
        manager: address(4),
        currency: address(5),
        held: one,
        in_pools: one,
        summed: one,
    };
    assert!(writer.begin_reconciled(&block).await.unwrap());
    writer.store_reconciled(&[pool], &[currency]).await.unwrap();
    writer.forget_below(5).await.unwrap();
    writer
}

/// Every document of every collection there is, whoever declared it.
async fn all(store: &Store) -> BTreeMap<String, Vec<Document>> {
    let mut all = BTreeMap::new();
    for name in store.database().list_collection_names().await.unwrap() {
        let documents = store.database().collection::<Document>(&name);
        let found = documents.find(doc! {}).sort(doc! { "_id": 1 }).comment(COMPARISON);
        let mut found: Vec<Document> = found.await.unwrap().try_collect().await.unwrap();
        // until when chunks stay where they are is a matter of the clock
        found.iter_mut().for_each(|document| drop(document.remove("pinned")));
        if !BESIDE.contains(&name.as_str()) && !market::COLLECTIONS.contains(&name.as_str()) {
            all.insert(name, found);
        }
    }
    all
}

#[tokio::test]
async fn every_collection_is_in_it() {
    let mongo = TestMongo::start().await;
    let writer = everywhere(&mongo).await;
    let wanted = all(&mongo).await;
    let names: BTreeSet<&str> = wanted.keys().map(String::as_str).collect();
    let tables = ["contract_box_Put", "contract_box_Made"];
    assert_eq!(names, COLLECTIONS.into_iter().chain(tables).collect());
    for (name, documents) in &wanted {
        assert!(!documents.is_empty(), "the test has nothing in {name}");
    }
    let (folder, file) = place();
    back_up(&mongo, &file).await.unwrap();
    let (copy, copy_writer) = other(&mongo, "copy").await;
    restore(&copy_writer, &file).await.unwrap();
    same(&all(&copy).await, &wanted);

    // as another generation, and back
    let (third, _) = other(&mongo, "third").await;
    let lease = third.seize(ID).await.unwrap();
    third.generations(&lease).begin("before").await.unwrap();
    assert!(third.generations(&lease).switch().await.unwrap());
    let third_writer = third.writer(&lease);
    restore(&third_writer, &file).await.unwrap();
    for (name, documents) in all(&third).await {
        let id = |document: &Document| document.get_document("_id").unwrap().get_i64("c").unwrap();
        assert!(documents.iter().all(|document| id(document) == -1), "{name}");
    }
    let again = folder.path().join("again");
    back_up(&third, &again).await.unwrap();
    copy_writer.remove_chain(&|_| ()).await.unwrap();
    restore(&copy_writer, &again).await.unwrap();
    same(&all(&copy).await, &wanted);

    // and nothing is left by a removal
    writer.remove_chain(&|_| ()).await.unwrap();
    let left = all(&mongo).await;
    assert!(left.values().all(Vec::is_empty), "{left:?}");
    mongo.stop().await;
}

fn same(found: &BTreeMap<String, Vec<Document>>, wanted: &BTreeMap<String, Vec<Document>>) {
    for (name, documents) in wanted {
        assert!(found.get(name) == Some(documents), "{name} differs");
    }
}

#[tokio::test]
async fn a_chain_begun_anew_right_after_the_snapshot_is_noticed() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(50);
    let writer = filled(&mongo, &chain, 50).await;
    let pin = Pin::set(&mongo, i64::try_from(ID).unwrap()).await.unwrap();
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    // the same blocks of another chain, before the first read of the backup
    writer.remove_chain(&|_| ()).await.unwrap();
    filled(&mongo, &chain, 50).await;
    let (sender, mut portions) = tokio::sync::mpsc::channel::<Portion>(4);
    let taken = tokio::spawn(async move {
        let mut documents: Vec<RawDocumentBuf> = Vec::new();
        while let Some(portion) = portions.recv().await {
            documents.extend(portion.documents);
        }
        documents.len()
    });
    let mut sink = Sink::new(sender, &|_| ());
    let read = read::everything(&mongo, snapshot, &pin, &[], &mut sink).await;
    drop(sink);
    assert!(taken.await.unwrap() > 0, "nothing was read");
    assert!(matches!(read, Err(BackupError::Changed { chain: ID })), "{read:?}");
    mongo.stop().await;
}
