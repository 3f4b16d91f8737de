//! What is right stays, what is wrong is put right.

use std::collections::BTreeSet;

use bson::{Bson, Document, doc};
use domain::fold::Key;
use futures::TryStreamExt as _;

use super::{CANDLES, KINDS, ReindexError, Reindexed, collections, key::key};
use crate::{
    Batch,
    fixtures::Chain,
    history::{IDENTITY, tagged},
    test_mongo::TestMongo,
    testing::{self, COMPARISON, dump},
};

const ID: u64 = 31_337;

#[test]
fn keys_read_back_are_the_same() {
    let mut tags = BTreeSet::new();
    for change in Chain::new(60).blocks.iter().flat_map(|block| &block.changes) {
        let stored = tagged(&change.key);
        assert_eq!(key(stored.tag, &stored.bytes), Some(change.key));
        assert_eq!(key(stored.tag, &stored.bytes[1..]), None, "{:?}", change.key);
        tags.insert(stored.tag);
    }
    let all: BTreeSet<i32> = KINDS.into_iter().map(|(_, tag)| tag).collect();
    assert!(tags.is_subset(&all));
    assert!(tags.len() >= 11, "{tags:?}");
    assert_eq!(key(99, &[0; 20]), None);
}

#[tokio::test]
async fn what_is_right_stays_and_what_is_wrong_is_put_right() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(60);
    for (id, length) in [(ID - 1, 20), (ID, 60), (ID + 1, 10)] {
        let writer = testing::writer(&mongo, id).await.unwrap();
        let mut parent = None;
        for blocks in chain.blocks[..length].chunks(13) {
            let batch = Batch { parent, blocks, undo_from: 50, prune_undo_below: 0 };
            writer.commit(&batch).await.unwrap();
            parent = blocks.last().map(|block| block.block.number);
        }
    }
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let before = dump(&mongo).await.unwrap();
    for collection in collections() {
        let done = writer.reindex(collection, &|_| ()).await.unwrap();
        assert_eq!((done.altered, done.missing, done.foreign), (0, 0, 0), "{collection}");
    }
    assert!(dump(&mongo).await.unwrap() == before, "it changed what was right");

    // of each collection one document is altered, one is removed, one is added
    for collection in collections() {
        let documents = mongo.documents(collection);
        let ours = doc! { "_id.c": i64::try_from(ID).unwrap() };
        let all: Vec<Document> = documents
            .find(ours)
            .sort(doc! { "_id": 1 })
            .comment(COMPARISON)
            .await
            .unwrap()
            .try_collect()
            .await
            .unwrap();
        let [first, .., last] = &all[..] else { continue };
        let field = first.keys().nth(1).unwrap();
        let set = doc! { "$set": { field: 77_i64 } };
        documents.update_one(doc! { "_id": first.get("_id") }, set).await.unwrap();
        documents.delete_one(doc! { "_id": last.get("_id") }).await.unwrap();
        let mut foreign = last.clone();
        let id = foreign.get_document_mut("_id").unwrap();
        let (name, value) = id.iter_mut().nth(1).unwrap();
        let Bson::Binary(binary) = value else { panic!("{name}") };
        binary.bytes.fill(0xee);
        documents.insert_one(foreign).await.unwrap();
        let done = writer.reindex(collection, &|_| ()).await.unwrap();
        let all = all.len() as u64;
        let expected = Reindexed { entities: done.entities, altered: 1, missing: 1, foreign: 1 };
        assert!(done == expected && done.entities >= all, "{collection}: {done:?}");
    }
    assert!(dump(&mongo).await.unwrap() == before, "something was not put right");

    // it goes on as if nothing had been
    writer.revert_newest().await.unwrap();
    let batch =
        Batch { parent: Some(59), blocks: &chain.blocks[59..], undo_from: 50, prune_undo_below: 0 };
    writer.commit(&batch).await.unwrap();
    assert!(dump(&mongo).await.unwrap() == before, "the documents differ");

    // all pools at once; then as an earlier version left them, whose identity stands in the document only
    let ours = doc! { "_id.c": i64::try_from(ID).unwrap() };
    let pools = mongo.documents("pools");
    let count = pools.delete_many(ours.clone()).await.unwrap().deleted_count;
    assert!(count > 3, "{count}");
    let done = writer.reindex("pools", &|_| ()).await.unwrap();
    assert_eq!((done.altered, done.missing, done.foreign), (0, count, 0));
    assert!(dump(&mongo).await.unwrap() == before, "something was not put right");
    let mut identities = ours.clone();
    identities.insert("_id.t", IDENTITY);
    let removed = mongo.documents("history").delete_many(identities).await.unwrap().deleted_count;
    assert_eq!(removed, count, "each pool has one");
    let done = writer.reindex("pools", &|_| ()).await.unwrap();
    assert_eq!((done.altered, done.missing, done.foreign), (0, 0, 0));
    pools.delete_one(ours).await.unwrap();
    let lost = writer.reindex("pools", &|_| ()).await.unwrap_err();
    assert!(matches!(lost, ReindexError::Pools { count: 1, .. }), "{lost}");
    let unknown = writer.reindex("rows", &|_| ()).await.unwrap_err().to_string();
    assert!(unknown.contains("choose from: pools, ticks"), "{unknown}");
    let Some(Key::Pool(_)) = key(1, &[7; 32]) else { panic!() };
    mongo.stop().await;
}

#[tokio::test]
async fn longer_candles_are_made_of_those_of_a_minute() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(60);
    for id in [ID, ID + 1] {
        let writer = testing::writer(&mongo, id).await.unwrap();
        let batch =
            Batch { parent: None, blocks: &chain.blocks, undo_from: 50, prune_undo_below: 0 };
        writer.commit(&batch).await.unwrap();
    }
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let before = dump(&mongo).await.unwrap();
    let done = writer.reindex(CANDLES, &|_| ()).await.unwrap();
    let all = done.entities;
    assert!(done == Reindexed { entities: all, ..Reindexed::default() } && all > 20, "{done:?}");

    let candles = mongo.documents(CANDLES);
    let ours = i64::try_from(ID).unwrap();
    let of = |seconds: i64| doc! { "_id.c": ours, "_id.r": seconds };
    let damage = doc! { "$set": { "l": "damaged" } };
    let altered = candles.update_many(of(86_400), damage).await.unwrap().modified_count;
    let cut = doc! { "$set": { "v": bson::Binary {
        subtype: bson::spec::BinarySubtype::Generic, bytes: Vec::new(),
    } } };
    let altered = altered + candles.update_many(of(3_600), cut).await.unwrap().modified_count;
    let missing = candles.delete_many(of(300)).await.unwrap().deleted_count;
    assert!(altered > 3 && missing > 3, "{altered} {missing}");
    let done = writer.reindex(CANDLES, &|_| ()).await.unwrap();
    let expected = Reindexed { entities: all - missing, altered, missing, foreign: 0 };
    assert_eq!(done, expected);
    assert!(dump(&mongo).await.unwrap() == before, "something was not put right");

    // it goes on as if nothing had been
    writer.revert_newest().await.unwrap();
    let blocks = &chain.blocks[59..];
    let batch = Batch { parent: Some(59), blocks, undo_from: 50, prune_undo_below: 0 };
    writer.commit(&batch).await.unwrap();
    assert!(dump(&mongo).await.unwrap() == before, "the documents differ");

    // what is made of nothing else: nothing that knows of it is changed
    for lost in [doc! { "$set": { "l": "damaged" } }, doc! {}] {
        let one = candles.find_one(of(60)).comment(COMPARISON).await.unwrap().unwrap();
        let id = doc! { "_id": one.get("_id") };
        if lost.is_empty() {
            candles.delete_one(id.clone()).await.unwrap();
        } else {
            candles.update_one(id.clone(), lost).await.unwrap();
        }
        let spoilt = dump(&mongo).await.unwrap();
        let error = writer.reindex(CANDLES, &|_| ()).await.unwrap_err();
        let ReindexError::Candles { count, .. } = &error else { panic!("{error}") };
        assert!(*count > 0 && error.to_string().contains("candles of a minute"), "{error}");
        assert!(dump(&mongo).await.unwrap() == spoilt, "it changed something");
        candles.replace_one(id, &one).upsert(true).await.unwrap();
        assert!(dump(&mongo).await.unwrap() == before);
    }
    mongo.stop().await;
}
