//! Everything that can be asked is asked once, on a real server: each command has its declaration, each declaration a
//! command, and the server says of each query what its declaration says.

use std::{collections::BTreeSet, time::Duration};

use bson::{Bson, Document, doc};

use domain::entity::Protocol;

use super::{Cost, QUERIES, Query, Shape, check, declared};
use crate::{
    PoolQuery, StoreError,
    codec::Addr,
    contracts::{
        self,
        tests::{ID, announcements, table},
    },
    fixtures::{COLLECTION, address},
    indexes::{INDEXES, Index},
    reader::bound::Bound,
    test_mongo::TestMongo,
    testing,
    writer::Batch,
};

mod ask;

const LENGTH: u64 = 60;

/// The chain under test between two neighbours by id with the same contracts.
async fn filled() -> TestMongo {
    let mongo = TestMongo::start().await;
    for (id, length) in [(ID - 1, 30), (ID, LENGTH), (ID + 1, 20)] {
        let writer = testing::writer(&mongo, id).await.unwrap();
        writer.declare(&[table(), announcements()]).await.unwrap();
        let blocks = &contracts::tests::chain(length).blocks;
        let batch = Batch { parent: None, blocks, undo_from: 1, prune_undo_below: 0 };
        writer.commit(&batch).await.unwrap();
    }
    mongo
}

/// All stages of a plan, and the indexes it walks.
fn stages(plan: &Bson, stage: &mut Vec<String>, index: &mut Vec<String>) {
    match plan {
        Bson::Document(plan) => {
            stage.extend(plan.get_str("stage").ok().map(str::to_owned));
            index.extend(plan.get_str("indexName").ok().map(str::to_owned));
            let parts = plan.iter().filter(|(key, _)| *key != "rejectedPlans");
            parts.for_each(|(_, value)| stages(value, stage, index));
        }
        Bson::Array(plans) => plans.iter().for_each(|plan| stages(plan, stage, index)),
        _ => {}
    }
}

/// A number anywhere in the answer; of several the greatest.
fn number(answer: &Document, name: &str) -> i64 {
    let of_all = |values: &[Bson]| {
        values.iter().filter_map(Bson::as_document).map(|value| number(value, name)).max()
    };
    let found = answer.iter().map(|(key, value)| match value {
        Bson::Int32(value) if key == name => i64::from(*value),
        Bson::Int64(value) if key == name => *value,
        Bson::Document(value) => number(value, name),
        Bson::Array(values) => of_all(values).unwrap_or_default(),
        _ => 0,
    });
    found.max().unwrap_or_default()
}

/// The command as it can be explained: without what binds it to a session.
fn bare(command: &Document) -> Document {
    const BOUND: [&str; 9] = [
        "lsid",
        "txnNumber",
        "startTransaction",
        "autocommit",
        "readConcern",
        "writeConcern",
        "$db",
        "$clusterTime",
        "batchSize",
    ];
    command.clone().into_iter().filter(|(key, _)| !BOUND.contains(&key.as_str())).collect()
}

async fn assert_served(mongo: &TestMongo, query: &Query, command: &Document) {
    let explain = doc! { "explain": bare(command), "verbosity": "executionStats" };
    let answer = mongo.unseen().run_command(explain).await.unwrap();
    let (mut stage, mut index) = (Vec::new(), Vec::new());
    stages(&Bson::Document(answer.clone()), &mut stage, &mut index);
    assert!(
        !stage.iter().any(|stage| stage == "COLLSCAN" || stage == "SORT"),
        "{query:?}: {stage:?}"
    );
    let (before, after) = query.index.split_once('*').unwrap_or((query.index, ""));
    assert!(!index.is_empty(), "{query:?}: {answer}");
    for index in index {
        assert!(index.starts_with(before) && index.ends_with(after), "{query:?} walks {index}");
    }
    assert_looked_up(query, command, &answer);
    // what counts gives one number for all it walks
    let counts = command.get_array("pipeline").is_ok_and(|stages| {
        let last = stages.last().and_then(Bson::as_document);
        last.is_some_and(|stage| stage.contains_key("$count"))
    });
    if counts || command.contains_key("delete") || matches!(query.cost, Cost::Bounded(_)) {
        return;
    }
    let (read, given) = (number(&answer, "totalDocsExamined"), number(&answer, "nReturned"));
    assert!(2 * read <= 3 * given, "{read} documents for {given}: {query:?} {command}");
    let keys = number(&answer, "totalKeysExamined");
    assert!(2 * keys <= 3 * given + 3, "{keys} keys for {given}: {query:?} {command}");
}

/// Lists that are looked up by what stands in their documents are found by an index that begins with that.
fn assert_looked_up(query: &Query, command: &Document, answer: &Document) {
    assert_eq!(number(answer, "collectionScans"), 0, "{query:?}: {command}");
    // of events of contracts each collection has its own indexes
    let super::On::One(collection) = query.on else { return };
    let mut used = Vec::new();
    texts(answer, "indexesUsed", &mut used);
    let stages = command.get_array("pipeline").into_iter().flatten();
    let lookups = stages.filter_map(|stage| stage.as_document()?.get_document("$lookup").ok());
    for path in lookups.filter_map(|lookup| lookup.get_str("foreignField").ok()) {
        let serves = |index: &&Index| {
            index.collection == collection && index.keys.first().is_some_and(|key| key.0 == path)
        };
        let serves: Vec<&str> = INDEXES.iter().filter(serves).map(|index| index.name).collect();
        let by_it = !used.is_empty() && used.iter().all(|name| serves.contains(&name.as_str()));
        assert!(by_it, "{query:?} by {path} walks {used:?}");
    }
}

/// Texts of lists of this name anywhere in the answer.
fn texts(answer: &Document, name: &str, out: &mut Vec<String>) {
    for (key, value) in answer {
        match value {
            Bson::Array(values) if key == name => {
                out.extend(values.iter().filter_map(Bson::as_str).map(str::to_owned));
            }
            Bson::Document(value) => texts(value, name, out),
            Bson::Array(values) => {
                values
                    .iter()
                    .filter_map(Bson::as_document)
                    .for_each(|value| texts(value, name, out));
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn every_command_is_declared_and_every_declaration_is_true() {
    let mongo = filled().await;
    ask::everything(&mongo, ID, LENGTH).await;

    let mut used = BTreeSet::new();
    let mut unused: Vec<&Query> = QUERIES.iter().collect();
    for (shape, commands) in mongo.commands() {
        let Some(query) = declared(&shape) else { continue };
        unused.retain(|other| *other != query);
        used.insert((shape.collection.clone(), query.index));
        for command in &commands {
            assert_served(&mongo, query, command).await;
        }
    }
    assert!(unused.is_empty(), "nobody asks {unused:#?}");
    for index in INDEXES {
        let key = (index.collection.to_owned(), index.name);
        assert!(used.contains(&key), "{index:?} serves no query");
    }
    mongo.stop().await;
}

#[tokio::test]
async fn a_question_without_an_index_ends_at_its_bound() {
    let mongo = filled().await;
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    let bound = |documents, millis| {
        let deadline = Duration::from_millis(millis);
        Bound { what: "counting", documents, deadline }
    };
    let collection = address(COLLECTION);
    let balances = snapshot.nft_collection(collection, None, 1_000).await.unwrap().len() as u64;
    let holders = snapshot.count_holders(collection, bound(balances, 5_000)).await.unwrap();
    assert_eq!(holders, 3);
    let too_many = snapshot.count_holders(collection, bound(balances - 1, 5_000)).await;
    let error = too_many.unwrap_err();
    assert!(matches!(error, StoreError::TooMuch { .. }), "{error}");
    assert!(!error.retryable());
    mongo.stop().await;
}

#[tokio::test]
async fn a_question_without_an_index_ends_at_its_deadline() {
    let mongo = filled().await;
    let (token, collection) = (address(77), address(78));
    // documents that no answer has, but that have to be looked through: far more than a millisecond's work
    let chain = ID.cast_signed();
    let pools = (0..40_000_i64).map(|n| {
        doc! { "_id": { "c": chain, "p": n }, "created": { "c": chain, "b": n }, "tokens": [Addr(token)] }
    });
    let balances = (0..40_000_i64)
        .map(|n| doc! { "_id": { "c": chain, "a": Addr(collection), "t": n, "o": n.to_string() } });
    mongo.unseen().collection("pools").insert_many(pools).await.unwrap();
    mongo.unseen().collection("nft_balances").insert_many(balances).await.unwrap();
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    let deadline = Duration::from_millis(1);
    let bound = Bound { what: "asking for too much", documents: u64::MAX, deadline };
    let query = PoolQuery {
        token: Some(token),
        protocol: Some(Protocol::V2),
        limit: 10,
        ..PoolQuery::default()
    };
    for error in [
        snapshot.pools_within(&query, bound).await.unwrap_err(),
        snapshot.count_holders(collection, bound).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::TooMuch { .. }), "{error}");
        assert_eq!(
            error.to_string(),
            "asking for too much needs more than 1 ms, which is not done within a request; ask for less"
        );
    }
    // with the time it takes it is answered, and the snapshot is as good as before
    assert!(snapshot.pools(&query).await.unwrap().is_empty());
    mongo.stop().await;
}

#[tokio::test]
async fn every_unique_index_contains_the_shard_key() {
    let mongo = filled().await;
    let names = mongo.unseen().list_collection_names().await.unwrap();
    assert!(names.len() > 20, "{names:?}");
    for name in names {
        assert!(crate::shards::is_known(&name), "{name} is not declared");
        let listed = mongo.unseen().run_command(doc! { "listIndexes": &name }).await.unwrap();
        let batch = listed.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
        for index in batch.iter().filter_map(Bson::as_document) {
            let unique = index.get_bool("unique").unwrap_or_default()
                || index.get_str("name").is_ok_and(|name| name == "_id_");
            let keys = index.get_document("key").unwrap();
            for (path, _) in crate::shards::key(&name).unwrap_or_default() {
                assert!(!unique || keys.contains_key(path), "{name}: {index}");
            }
        }
    }
    mongo.stop().await;
}

#[test]
fn what_is_not_declared_is_refused() {
    let range = doc! { "$gte": { "c": 1_i64 }, "$lt": { "c": 2_i64 } };
    let created = doc! {
        "find": "pools", "filter": { "created": &range }, "sort": { "created": 1 }, "hint": "created",
    };
    let delete = |collection: &str, filter: Document| doc! { "delete": collection, "deletes": [{ "q": filter, "limit": 0 }] };
    let update =
        |filter: Document| doc! { "update": "pools", "updates": [{ "q": filter, "u": {} }] };
    let insert = |collection: &str, document: Document| doc! { "insert": collection, "documents": [document] };
    let fine = [
        created.clone(),
        doc! { "find": "pools", "filter": { "_id": { "c": 1_i64 } } },
        delete("undo", doc! { "_id": &range }),
        insert("undo", doc! { "_id": { "c": 1_i64, "b": 7_i64 } }),
    ];
    for command in fine {
        check(command.keys().next().unwrap(), &command).unwrap();
    }
    let with = |key: &str, value: Bson| {
        let mut changed = created.clone();
        changed.insert(key, value);
        changed
    };
    let mut unnamed = created.clone();
    unnamed.remove("hint");
    let wrong = [
        // another order, another index, no named index; no index at all
        with("sort", doc! { "created": -1 }.into()),
        with("hint", "swaps".into()),
        unnamed,
        doc! { "find": "pools", "filter": { "fee": 3 } },
        doc! { "find": "pools" },
        doc! { "aggregate": "pools", "pipeline": [{ "$group": { "_id": "$dex" } }] },
        // writes that do not say where
        delete("rows", doc! { "g": { "$in": [] } }),
        delete("undo", doc! { "_id": { "$gte": { "c": 1_i64 } } }),
        update(doc! { "dex": "x" }),
        update(doc! { "_id": &range }),
        insert("pools", doc! { "_id": 5 }),
        insert("elsewhere", doc! { "_id": { "c": 1_i64 } }),
        doc! { "findAndModify": "fences", "query": { "token": 1 } },
        doc! { "mapReduce": "pools" },
    ];
    for command in wrong {
        check(command.keys().next().unwrap(), &command).unwrap_err();
    }
    let shape = |filter: &str| Shape {
        collection: "contract_a_B".to_owned(),
        filter: filter.to_owned(),
        order: "-_id".to_owned(),
        hint: None,
    };
    assert!(declared(&shape("_id.. a= p.*=")).is_some());
    assert!(declared(&shape("_id.. p.*= x=")).is_none());
}
