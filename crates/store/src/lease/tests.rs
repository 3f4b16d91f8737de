//! Two who want to write one chain, on a real server.

use std::time::Duration;

use bson::{Document, doc};
use domain::{fold::BlockChanges, ids::ChainId};
use mongodb::ClientSession;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep, timeout},
};

use super::{DEFAULT_TTL, Lease, fence::Purpose, process::Process};
use crate::{
    Store, StoreError,
    documents::lease::{FENCES, LEASES},
    fixtures::Chain,
    test_mongo::TestMongo,
    testing::{self, COMPARISON, dump},
    writer::{
        Batch, Writer,
        transaction::{Work, transact},
    },
};

const ID: ChainId = 31_337;
const SHORT: Duration = Duration::from_millis(600);

async fn commit(
    writer: &Writer,
    parent: Option<u64>,
    blocks: &[BlockChanges],
) -> Result<(), StoreError> {
    writer.commit(&Batch { parent, blocks, undo_from: 1, prune_undo_below: 0 }).await
}

/// As a process that hangs: the lease stays, its heartbeat stops.
fn stall(lease: &Lease) {
    lease.heartbeat.abort();
}

#[tokio::test]
async fn one_holds_it_and_the_next_gets_it_when_it_is_given_back() {
    let mongo = TestMongo::start().await;
    let first = mongo.acquire(ID, SHORT).await.unwrap();
    let neighbour = mongo.acquire(ID + 1, SHORT).await.unwrap();
    assert_eq!((first.token(), neighbour.token()), (1, 1));
    // it is renewed well beyond its first term
    let until = Instant::now() + SHORT * 3;
    while Instant::now() < until {
        let error = mongo.acquire(ID, SHORT).await.unwrap_err();
        assert!(error.to_string().contains(first.holder()), "{error}");
        assert!(matches!(error, StoreError::LeaseHeld { chain: ID, .. }) && !error.retryable());
        sleep(SHORT / 4).await;
    }
    first.release().await.unwrap();
    let second = mongo.acquire(ID, SHORT).await.unwrap();
    assert_eq!(second.token(), 2);
    // dropped without a word, it ends by itself
    drop(second);
    sleep(SHORT * 2).await;
    assert_eq!(mongo.acquire(ID, SHORT).await.unwrap().token(), 3);
    mongo.stop().await;
}

#[tokio::test]
async fn of_many_who_try_at_once_one_gets_it() {
    let mongo = TestMongo::start().await;
    for round in 1..=5 {
        let tries: Vec<_> = (0..8)
            .map(|_| {
                let store = mongo.store.clone();
                tokio::spawn(async move { store.acquire(ID, DEFAULT_TTL).await })
            })
            .collect();
        let mut held = Vec::new();
        for task in tries {
            match task.await.unwrap() {
                Ok(lease) => held.push(lease),
                Err(error) => assert!(matches!(error, StoreError::LeaseHeld { .. }), "{error}"),
            }
        }
        let [lease] = <[Lease; 1]>::try_from(held).unwrap();
        assert_eq!(lease.token(), round);
        lease.release().await.unwrap();
    }
    mongo.stop().await;
}

#[tokio::test]
async fn who_slept_through_its_lease_is_refused() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(6);
    let first = mongo.acquire(ID, SHORT).await.unwrap();
    let sleeper = mongo.writer(&first);
    commit(&sleeper, None, &chain.blocks[..2]).await.unwrap();
    stall(&first);
    sleep(SHORT * 2).await;
    // it ran out, but nobody took it: there is no second writer to protect from
    commit(&sleeper, Some(2), &chain.blocks[2..4]).await.unwrap();
    assert!(first.is_held().await.unwrap());
    sleep(SHORT * 2).await;

    let second = mongo.acquire(ID, SHORT).await.unwrap();
    assert_eq!(second.token(), 2);
    assert!(!first.is_held().await.unwrap() && second.is_held().await.unwrap());
    let before = dump(&mongo).await.unwrap();
    for refused in [
        commit(&sleeper, Some(4), &chain.blocks[4..]).await,
        sleeper.revert_newest().await.map(drop),
        sleeper.remove_chain(&|_| ()).await.map(drop),
    ] {
        let error = refused.unwrap_err();
        let StoreError::LeaseLost { chain: ID, holder } = &error else { panic!("{error}") };
        assert_eq!(holder, second.holder());
        assert!(!error.retryable());
    }
    assert_eq!(dump(&mongo).await.unwrap(), before);
    // giving back what one has no more takes nothing from the other
    first.release().await.unwrap();
    commit(&mongo.writer(&second), Some(4), &chain.blocks[4..]).await.unwrap();
    mongo.stop().await;
}

#[tokio::test]
async fn what_somebody_ended_can_be_done_again() {
    let mongo = TestMongo::start().await;
    let (client, few) = (mongo.database().client(), [1, 2, 3].map(|n| doc! { "_id": n }));
    let documents = mongo.database().collection::<Document>("ended");
    documents.insert_many(&few).comment(COMPARISON).await.unwrap();
    let mut session = client.start_session().await.unwrap();
    let found = documents.find(doc! {}).batch_size(1).comment(COMPARISON);
    let mut cursor = found.session(&mut session).await.unwrap();
    cursor.next(&mut session).await.unwrap().unwrap();
    let ended = doc! { "killSessions": [session.id().clone()] };
    client.database("admin").run_command(ended).await.unwrap();
    let error = StoreError::from(cursor.next(&mut session).await.unwrap().unwrap_err());
    assert!(error.retryable(), "{error:?}");
    mongo.stop().await;
}

#[tokio::test]
async fn a_holder_learns_that_it_lost() {
    let mongo = TestMongo::start().await;
    let first = mongo.acquire(ID, SHORT).await.unwrap();
    let second = testing::writer(&mongo, ID).await.unwrap();
    timeout(SHORT * 4, first.lost()).await.expect("the heartbeat noticed");
    commit(&second, None, &Chain::new(1).blocks).await.unwrap();
    mongo.stop().await;
}

/// A transaction that passed its check and then hangs until it is told to go on.
struct Hanging<'a> {
    lease: &'a Lease,
    checked: mpsc::UnboundedSender<()>,
    go_on: tokio::sync::Mutex<oneshot::Receiver<()>>,
}

impl Work for Hanging<'_> {
    type Output = ();

    async fn run(&self, session: &mut ClientSession) -> Result<(), StoreError> {
        self.lease.grant().check(session, Purpose::Write).await?;
        self.checked.send(()).unwrap();
        drop((&mut *self.go_on.lock().await).await);
        let database = &self.lease.grant().database;
        let rows = database.collection::<Document>("swaps");
        rows.insert_one(doc! { "_id": { "c": 31_337_i64, "by": "the sleeper" } })
            .session(session)
            .await?;
        Ok(())
    }
}

/// The proof against write skew: the take-over comes after the check and before the commit. One of the two gives way.
#[tokio::test]
async fn a_take_over_and_an_open_transaction_exclude_each_other() {
    let mongo = TestMongo::start().await;
    let client = mongo.database().client().clone();
    let first = mongo.acquire(ID, SHORT).await.unwrap();
    let (checked, mut was_checked) = mpsc::unbounded_channel();
    let (go_on, wait) = oneshot::channel();
    stall(&first);
    let lease = first.clone();
    let hanging = tokio::spawn(async move {
        let work = Hanging { lease: &lease, checked, go_on: tokio::sync::Mutex::new(wait) };
        transact(&client, &work).await
    });
    was_checked.recv().await.unwrap();
    sleep(SHORT * 2).await;

    // the lease has run out, yet its holder has a transaction under way: it is waited for
    let store = mongo.store.clone();
    let taking = tokio::spawn(async move { store.acquire(ID, SHORT).await });
    sleep(SHORT).await;
    assert!(!taking.is_finished(), "there were two holders at once");
    go_on.send(()).unwrap();
    hanging.await.unwrap().unwrap();
    let second = taking.await.unwrap().unwrap();
    assert_eq!(second.token(), 2);
    let rows = mongo.documents("swaps").count_documents(doc! {}).await.unwrap();
    assert_eq!(rows, 1, "what was committed before the take-over is there");

    // and the other way round: taken over between the transaction's first read and its check
    let mut session = mongo.database().client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let leases = mongo.store.documents(LEASES);
    leases.find_one(doc! {}).comment(COMPARISON).session(&mut session).await.unwrap();
    let third = testing::writer(&mongo, ID).await.unwrap();
    let conflict = second.grant().check(&mut session, Purpose::Write).await.unwrap_err();
    assert!(conflict.retryable(), "its snapshot is older than the fence: {conflict}");
    session.abort_transaction().await.unwrap();
    let late = commit(&mongo.writer(&second), None, &Chain::new(1).blocks).await.unwrap_err();
    assert!(matches!(late, StoreError::LeaseLost { .. }), "{late}");
    commit(&third, None, &Chain::new(1).blocks).await.unwrap();
    mongo.stop().await;
}

/// A holder that was killed inside a transaction leaves it on the server, where it holds the fence: its successor ends
/// it instead of waiting for a minute.
#[tokio::test]
async fn an_open_transaction_of_a_holder_that_is_gone_is_ended() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(2);
    let first = mongo.acquire(ID, SHORT).await.unwrap();
    let (checked, mut was_checked) = mpsc::unbounded_channel();
    let (go_on, wait) = oneshot::channel();
    stall(&first);
    let lease = first.clone();
    let hanging = tokio::spawn(async move {
        let work = Hanging { lease: &lease, checked, go_on: tokio::sync::Mutex::new(wait) };
        lease.grant().transact(&work).await
    });
    was_checked.recv().await.unwrap();
    sleep(SHORT * 2).await;

    let begun = Instant::now();
    let second = mongo.acquire(ID, SHORT).await.unwrap();
    commit(&mongo.writer(&second), None, &chain.blocks).await.unwrap();
    // the server's own limit is 60 seconds
    assert!(begun.elapsed() < Duration::from_secs(20), "it was waited for");
    // it was not gone after all, and wakes up: nothing of it is stored
    go_on.send(()).unwrap();
    let error = hanging.await.unwrap().unwrap_err();
    assert!(matches!(error, StoreError::LeaseLost { .. }), "{error}");
    assert_eq!(mongo.documents("swaps").count_documents(doc! {}).await.unwrap(), 0);
    mongo.stop().await;
}

/// Blocks that a writer writes before it stands still: commits come faster than a take-over gets between them.
const SHARE: usize = 5;

/// Waits until somebody else has the lease, or everything is written.
async fn robbed(store: &Store, lease: &Lease, all: usize) {
    let leases = store.documents(LEASES);
    loop {
        let held = leases.find_one(doc! {}).comment(COMPARISON).await.unwrap().unwrap();
        let at = store.writer(lease).watermark().await.unwrap().unwrap().block.number;
        if held.get_i64("token").unwrap() > lease.token() || at == all as u64 {
            return;
        }
        sleep(Duration::from_millis(5)).await;
    }
}

/// Take-overs under full load: every block is written once, by somebody.
#[tokio::test]
async fn writers_that_rob_each_other_write_one_chain() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(120);
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let (store, blocks) = (mongo.store.clone(), chain.blocks.clone());
            tokio::spawn(async move {
                let (mut written, mut lost) = (0, 0);
                loop {
                    let lease = match store.seize(ID).await {
                        Ok(lease) => lease,
                        Err(error) if error.retryable() => continue,
                        Err(error) => panic!("{error}"),
                    };
                    let writer = store.writer(&lease);
                    for share in 1.. {
                        let at = writer.watermark().await.unwrap().map(|at| at.block.number);
                        let done = usize::try_from(at.unwrap_or_default()).unwrap();
                        let Some(next) = blocks.get(done) else { return (written, lost) };
                        match commit(&writer, at, std::slice::from_ref(next)).await {
                            Ok(()) => written += 1,
                            Err(
                                StoreError::LeaseLost { .. } | StoreError::WatermarkMoved { .. },
                            ) => {
                                lost += 1;
                                break;
                            }
                            Err(error) => panic!("{error}"),
                        }
                        if share % SHARE == 0 {
                            robbed(&store, &lease, blocks.len()).await;
                        }
                    }
                }
            })
        })
        .collect();
    let (mut written, mut lost) = (0, 0);
    for task in tasks {
        let (mine, robbed) = task.await.unwrap();
        written += mine;
        lost += robbed;
    }
    assert_eq!(written, 120);
    assert!(lost >= 3, "they did not meet: {lost}");
    let robbed = dump(&mongo).await.unwrap();
    mongo.drop_database().await.unwrap();
    mongo.migrate().await.unwrap();
    let writer = testing::writer(&mongo, ID).await.unwrap();
    commit(&writer, None, &chain.blocks).await.unwrap();
    assert_eq!(dump(&mongo).await.unwrap(), robbed);
    mongo.stop().await;
}

#[tokio::test]
async fn of_a_process_that_ended_here_nobody_waits_for_the_lease() {
    let mongo = TestMongo::start().await;
    let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    let held = mongo.acquire(ID, DEFAULT_TTL).await.unwrap();
    stall(&held);
    // as if the child had taken it
    let own = Process::this().identity;
    let place = own.rsplitn(3, ' ').nth(2).unwrap().to_owned();
    let started = super::process::start(child.id()).unwrap();
    let childs = format!("{place} {} {started}", child.id());
    let set = doc! { "$set": { "process": childs.as_str() } };
    mongo.documents(LEASES).update_one(doc! {}, set).await.unwrap();
    let error = mongo.acquire(ID, DEFAULT_TTL).await.unwrap_err();
    assert!(matches!(error, StoreError::LeaseHeld { .. }), "it lives: {error}");
    child.kill().unwrap();
    // killed, and not even waited for
    let asked = Instant::now();
    while !Process::saw_end_of(&childs) {
        assert!(asked.elapsed() < Duration::from_secs(5));
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(mongo.acquire(ID, DEFAULT_TTL).await.unwrap().token(), 2);
    child.wait().unwrap();

    // the same process id, but another start, another boot, another machine, or nothing known
    assert!(!Process::saw_end_of(&own));
    assert!(Process::saw_end_of(&format!("{place} {} 1", std::process::id())));
    for strange in ["", "7 8", &format!("elsewhere pid:[1] {} {started}", child.id())] {
        assert!(!Process::saw_end_of(strange), "{strange}");
    }
    mongo.stop().await;
}

#[tokio::test]
async fn a_removed_chain_is_gone_and_its_neighbour_is_not() {
    let mongo = TestMongo::start().await;
    let (chain, neighbour) = (Chain::new(40), testing::writer(&mongo, ID + 1).await.unwrap());
    commit(&neighbour, None, &chain.blocks).await.unwrap();
    let alone = dump(&mongo).await.unwrap();
    let writer = testing::writer(&mongo, ID).await.unwrap();
    commit(&writer, None, &chain.blocks).await.unwrap();

    // interrupted after its beginning: nobody reads it, nobody writes it, and it can be taken up again
    let unfinished = doc! { "$set": { "removing": true } };
    mongo
        .documents(FENCES)
        .update_one(doc! { "_id": { "c": 31_337_i64 } }, unfinished)
        .await
        .unwrap();
    for refused in [
        commit(&writer, Some(40), &Chain::new(41).blocks[40..]).await,
        writer.revert_newest().await.map(drop),
    ] {
        let error = refused.unwrap_err();
        assert!(matches!(error, StoreError::Removing { chain: ID }), "{error}");
        assert!(error.to_string().contains("sooho rewind --drop"), "{error}");
    }
    // by another holder, too
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let told = std::sync::atomic::AtomicU64::new(0);
    let removed = writer
        .remove_chain(&|so_far| told.store(so_far, std::sync::atomic::Ordering::Relaxed))
        .await
        .unwrap();
    assert!(removed > 200, "{removed}");
    assert_eq!(told.into_inner(), removed);
    assert_eq!(dump(&mongo).await.unwrap(), alone);
    assert_eq!(writer.remove_chain(&|_| ()).await.unwrap(), 0);
    commit(&writer, None, &chain.blocks).await.unwrap();
    assert_eq!(writer.oldest_undo().await.unwrap(), Some((chain.blocks[0].block, None)));
    mongo.stop().await;
}
