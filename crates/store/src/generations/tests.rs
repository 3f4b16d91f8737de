//! The steps of a rebuild on a real server, with a process that dies between any two of them.

use std::{
    future::pending,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use bson::doc;
use domain::ids::ChainId;
use tokio::sync::Notify;

use super::{Generation, Generations, Standing, documents::CHAINS};
use crate::{
    Lease, PoolQuery, Store, StoreError,
    documents::{
        META,
        lease::{FENCES, LEASES},
    },
    fixtures::Chain,
    test_mongo::TestMongo,
    testing::{self, dump_chain},
    writer::{Batch, Writer},
};

const ID: ChainId = 31_337;
const FIRST: Generation = Generation(31_337);
const TTL: Duration = Duration::from_secs(60);

/// Writes what is missing up to this height.
async fn commit(writer: &Writer, chain: &Chain, to: usize) -> Result<(), StoreError> {
    let from = writer.watermark().await?.map(|mark| mark.block.number);
    let blocks = &chain.blocks[usize::try_from(from.unwrap_or_default()).unwrap()..to];
    writer.commit(&Batch { parent: from, blocks, undo_from: 1, prune_undo_below: 0 }).await
}

/// A new process in the place of one that died.
async fn next(store: &Store) -> (Lease, Generations, Standing) {
    let lease = store.seize(ID).await.unwrap();
    let generations = store.generations(&lease);
    let standing = generations.standing().await.unwrap();
    (lease, generations, standing)
}

/// Who builds. A real successor waits until the lease of a process that died is over.
async fn builder(mongo: &TestMongo, lease: &Lease, generation: Generation) -> (Lease, Writer) {
    let over = doc! { "$set": { "expires": bson::DateTime::from_millis(0) } };
    let leases = mongo.documents(LEASES);
    leases.update_one(doc! { "_id": { "c": generation.0 } }, over).await.unwrap();
    let lease = mongo.acquire_generation(lease, generation, TTL).await.unwrap();
    let writer = mongo.writer(&lease);
    (lease, writer)
}

/// What readers see, however they ask.
async fn height(store: &Store) -> Option<u64> {
    let reader = store.reader();
    let snapshot = reader.snapshot(ID).await.unwrap().map(|snapshot| snapshot.block().number);
    assert_eq!(reader.watermark(ID).await.unwrap().map(|mark| mark.block.number), snapshot);
    let listed = reader.watermarks().await.unwrap();
    let of_chain: Vec<_> = listed.iter().filter(|(chain, _)| *chain == ID).collect();
    assert_eq!(of_chain.first().map(|(_, mark)| mark.block.number), snapshot);
    assert!(of_chain.len() <= 1 && listed.iter().all(|(chain, _)| [ID, ID + 1].contains(chain)));
    snapshot
}

async fn rebuilds(store: &Store) -> Vec<(ChainId, Option<u64>)> {
    let found = store.reader().rebuilds().await.unwrap();
    found.iter().map(|(chain, mark)| (*chain, mark.map(|mark| mark.block.number))).collect()
}

/// Another database, with the chain and nothing else.
async fn clean(mongo: &TestMongo, chain: &Chain, to: usize) -> Store {
    let clean = Store::connect(&mongo.server.uri(), "clean").await.unwrap();
    clean.migrate().await.unwrap();
    commit(&testing::writer(&clean, ID).await.unwrap(), chain, to).await.unwrap();
    clean
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, StoreError>) {
    assert!(matches!(outcome, Err(StoreError::LeaseLost { chain: ID, .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_rebuild_goes_on_wherever_the_process_died() {
    let mongo = TestMongo::start().await;
    // two chains that differ, so that readers can tell which one they see; and a neighbour that nobody touches
    let (old, mut new) = (Chain::new(40), Chain::new(3));
    new.grow(40, 9);
    commit(&testing::writer(&mongo, ID + 1).await.unwrap(), &old, 20).await.unwrap();
    let beside = dump_chain(&mongo, ID + 1).await.unwrap();

    let (lease, generations, standing) = next(&mongo).await;
    let first = Standing { active: FIRST, sources: None, building: None, retired: vec![] };
    assert_eq!(standing, first);
    commit(&mongo.writer(&lease), &old, 10).await.unwrap();
    generations.adopt("old").await.unwrap();

    let (lease, generations, standing) = next(&mongo).await;
    assert_eq!(standing, Standing { sources: Some("old".into()), ..first });
    let generation = generations.begin("new").await.unwrap();
    assert_eq!((height(&mongo).await, rebuilds(&mongo).await), (Some(10), vec![(ID, None)]));
    assert!(!generations.switch().await.unwrap(), "nothing is built");
    commit(&mongo.writer(&lease), &old, 12).await.unwrap();

    // both are written side by side; a process dies after every commit
    for to in [4, 9, 13] {
        let (lease, generations, standing) = next(&mongo).await;
        assert_eq!(standing.building, Some((generation, "new".to_owned())));
        assert!(!generations.switch().await.unwrap(), "it is behind");
        let (_held, writer) = builder(&mongo, &lease, generation).await;
        commit(&writer, &new, to).await.unwrap();
        commit(&mongo.writer(&lease), &old, 13).await.unwrap();
        assert_eq!(height(&mongo).await, Some(13));
        assert_eq!(rebuilds(&mongo).await, [(ID, Some(to as u64))]);
    }
    // a reorg takes a block back
    let (lease, generations, _) = next(&mongo).await;
    let (_held, writer) = builder(&mongo, &lease, generation).await;
    writer.revert_newest().await.unwrap();
    assert!(!generations.switch().await.unwrap(), "readers would go back");
    commit(&writer, &new, 15).await.unwrap();

    let before = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    assert!(generations.switch().await.unwrap());
    // who began to read goes on reading what it saw
    let seen = (before.block(), before.sources().await.unwrap());
    assert_eq!(seen, (old.blocks[12].block, Some("old".into())));
    let (lease, generations, standing) = next(&mongo).await;
    let sources = Some("new".to_owned());
    let switched = Standing { active: generation, sources, building: None, retired: vec![FIRST] };
    assert_eq!(standing, switched);
    assert!(!generations.switch().await.unwrap(), "there is nothing to switch to");
    assert_eq!((height(&mongo).await, rebuilds(&mongo).await), (Some(15), vec![]));
    commit(&mongo.writer(&lease), &new, 18).await.unwrap();

    // the old one is removed, with interruptions
    for parts in [1, 2] {
        let (seen, enough) = (AtomicU64::new(0), Notify::new());
        let count = |_| {
            if seen.fetch_add(1, Ordering::Relaxed) + 1 == parts {
                enough.notify_one();
            }
        };
        let (_lease, generations, standing) = next(&mongo).await;
        assert_eq!(standing, switched);
        tokio::select! {
            biased;
            () = enough.notified() => {}
            () = async { drop(generations.remove_retired(&count).await); pending().await } => {}
        }
        assert_eq!(height(&mongo).await, Some(18));
    }
    let (_lease, generations, _) = next(&mongo).await;
    assert_eq!(generations.remove_retired(&|_| ()).await.unwrap(), Some(FIRST));
    assert_eq!(generations.remove_retired(&|_| ()).await.unwrap(), None);
    let (lease, _, standing) = next(&mongo).await;
    assert_eq!(standing, Standing { retired: vec![], ..switched });
    commit(&mongo.writer(&lease), &new, 20).await.unwrap();

    // what is left is what an index made in one go would have, and nothing else
    let clean = clean(&mongo, &new, 20).await;
    assert_eq!(dump_chain(&mongo, ID).await.unwrap(), testing::dump(&clean).await.unwrap());
    assert_eq!(dump_chain(&mongo, ID + 1).await.unwrap(), beside);
    let all = testing::counts(&mongo).await.unwrap();
    for (collection, found) in testing::counts(&clean).await.unwrap() {
        let beside = beside.get(&collection).map(Vec::len).unwrap_or_default() as u64;
        assert_eq!(all.get(&collection), Some(&(found + beside)), "{collection}");
    }
    mongo.stop().await;
}

#[tokio::test]
async fn who_lost_the_chain_builds_nothing_more() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(20);
    let (lost, generations, _) = next(&mongo).await;
    commit(&mongo.writer(&lost), &chain, 5).await.unwrap();
    generations.adopt("a").await.unwrap();
    let first = generations.begin("b").await.unwrap();
    let (_held, sleeper) = builder(&mongo, &lost, first).await;
    commit(&sleeper, &chain, 3).await.unwrap();

    // another process takes the chain over and wants something else
    let (lease, successor, _) = next(&mongo).await;
    let second = successor.begin("c").await.unwrap();
    assert_ne!(first, second);
    refused(commit(&sleeper, &chain, 6).await);
    refused(mongo.acquire_generation(&lost, first, TTL).await);
    refused(generations.begin("d").await);
    refused(generations.adopt("d").await);
    refused(generations.abandon().await);
    refused(generations.switch().await);
    refused(generations.remove_retired(&|_| ()).await);
    assert_eq!(successor.remove_retired(&|_| ()).await.unwrap(), Some(first));
    refused(commit(&sleeper, &chain, 6).await);

    // and then it wants what there was: the new one is given up
    let (_held, writer) = builder(&mongo, &lease, second).await;
    commit(&writer, &chain, 4).await.unwrap();
    successor.abandon().await.unwrap();
    refused(commit(&writer, &chain, 6).await);
    assert_eq!(successor.remove_retired(&|_| ()).await.unwrap(), Some(second));
    let sources = Some("a".to_owned());
    let left = Standing { active: FIRST, sources, building: None, retired: vec![] };
    assert_eq!(successor.standing().await.unwrap(), left);
    let clean = clean(&mongo, &chain, 5).await;
    assert_eq!(testing::dump(&mongo).await.unwrap(), testing::dump(&clean).await.unwrap());
    for collection in [LEASES, FENCES] {
        assert_eq!(mongo.documents(collection).count_documents(doc! {}).await.unwrap(), 1);
    }
    mongo.stop().await;
}

#[tokio::test]
async fn removing_a_chain_removes_all_its_generations() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(20);
    commit(&testing::writer(&mongo, ID + 1).await.unwrap(), &chain, 20).await.unwrap();
    let alone = testing::dump(&mongo).await.unwrap();
    let (lease, generations, _) = next(&mongo).await;
    commit(&mongo.writer(&lease), &chain, 5).await.unwrap();
    generations.adopt("a").await.unwrap();
    // one active, one retired, one under way
    let second = generations.begin("b").await.unwrap();
    commit(&builder(&mongo, &lease, second).await.1, &chain, 6).await.unwrap();
    assert!(generations.switch().await.unwrap());
    let third = generations.begin("c").await.unwrap();
    let (_held, builder) = builder(&mongo, &lease, third).await;
    commit(&builder, &chain, 3).await.unwrap();
    let writer = mongo.writer(&lease);
    writer.remove_chain(&|_| ()).await.unwrap();
    assert_eq!(height(&mongo).await, None);
    assert_eq!(testing::dump(&mongo).await.unwrap(), alone);
    refused(commit(&builder, &chain, 9).await);
    // the same writer may begin anew
    let standing = generations.standing().await.unwrap();
    assert_eq!((standing.sources, standing.building, standing.retired), (None, None, vec![]));
    commit(&writer, &chain, 7).await.unwrap();
    assert_eq!(height(&mongo).await, Some(7));
    let counter = doc! { "_id": "generations" };
    assert_eq!(mongo.documents(META).count_documents(counter).await.unwrap(), 1);
    mongo.stop().await;
}

#[tokio::test]
async fn data_without_a_mapping_is_the_first_generation() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(20);
    commit(&testing::writer(&mongo, ID).await.unwrap(), &chain, 12).await.unwrap();
    assert_eq!(mongo.documents(CHAINS).count_documents(doc! {}).await.unwrap(), 0);
    assert_eq!(height(&mongo).await, Some(12));
    let (_, generations, _) = next(&mongo).await;
    generations.adopt("a").await.unwrap();
    assert_eq!(height(&mongo).await, Some(12));
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    // the read that finds the generation fixes the moment of those behind it
    commit(&testing::writer(&mongo, ID).await.unwrap(), &chain, 20).await.unwrap();
    assert_eq!(snapshot.sources().await.unwrap().as_deref(), Some("a"));
    let limit = 100;
    let query = PoolQuery { limit, ..PoolQuery::default() };
    let seen = snapshot.pools(&query).await.unwrap();
    assert!(seen.iter().all(|pool| pool.updated_block <= 12), "{seen:?}");
    assert_eq!(seen.len() as u64, snapshot.counters().pools);
    mongo.stop().await;
}
