//! Out and in again, with a writer at work, a server that forgets, and files of every bad kind.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bson::{Document, doc};
use domain::fold::BlockChanges;
use futures::TryStreamExt as _;
use tempfile::TempDir;

use super::{BackupError, BackupRequest, Header, Moved, Written};
use crate::{
    Batch, Store, Writer,
    fixtures::Chain,
    test_mongo::TestMongo,
    testing::{self, COMPARISON, dump},
};

mod whole;

const ID: u64 = 31_337;
/// From this block on blocks can be taken back.
const UNDO_FROM: u64 = 40;

type Dump = BTreeMap<String, Vec<Vec<u8>>>;

async fn commit(writer: &Writer, blocks: &[BlockChanges]) {
    let parent = writer.watermark().await.unwrap().map(|watermark| watermark.block.number);
    let batch = Batch { parent, blocks, undo_from: UNDO_FROM, prune_undo_below: 0 };
    writer.commit(&batch).await.unwrap();
}

/// A database with blocks up to this height, all but the newest in batches of seven.
async fn filled(mongo: &TestMongo, chain: &Chain, to: usize) -> Writer {
    let writer = testing::writer(mongo, ID).await.unwrap();
    for blocks in chain.blocks[..to].chunks(7) {
        commit(&writer, blocks).await;
    }
    writer
}

fn request(to: &Path) -> BackupRequest<'_> {
    BackupRequest { chain: ID, name: "made-up", to, own_server: false }
}

async fn back_up(store: &Store, to: &Path) -> Result<Written, BackupError> {
    store.backup(&request(to), &|_| ()).await
}

/// A writer on another, empty database of the same server.
async fn other(mongo: &TestMongo, name: &str) -> (Store, Writer) {
    let store = Store::connect(&mongo.server.uri(), name).await.unwrap();
    store.migrate().await.unwrap();
    let writer = testing::writer(&store, ID).await.unwrap();
    (store, writer)
}

async fn restore(writer: &Writer, from: &Path) -> Result<Header, BackupError> {
    writer.restore(from, &|_| ()).await
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chain.backup");
    (folder, file)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_is_restored_is_what_was_there_and_goes_on() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(60);
    let writer = filled(&mongo, &chain, 55).await;
    let (folder, file) = place();
    let written = back_up(&mongo, &file).await.unwrap();
    assert_eq!(names(folder.path()), ["chain.backup"]);
    assert_eq!(written.header.block, 55);
    assert_eq!(written.header.hash, chain.blocks[54].block.hash);
    assert_eq!(super::check(&file).await.unwrap(), written.header);
    assert_eq!(fs::metadata(&file).unwrap().len(), written.file_bytes);

    let (copy, copy_writer) = other(&mongo, "copy").await;
    assert_eq!(restore(&copy_writer, &file).await.unwrap(), written.header);
    assert!(dump(&copy).await.unwrap() == dump(&mongo).await.unwrap(), "the documents differ");
    // forwards, back below the backup's block, and forwards again
    for writer in [&writer, &copy_writer] {
        commit(writer, &chain.blocks[55..]).await;
        for _ in 0..12 {
            writer.revert_newest().await.unwrap();
        }
    }
    assert_eq!(copy_writer.watermark().await.unwrap().unwrap().block.number, 48);
    assert!(dump(&copy).await.unwrap() == dump(&mongo).await.unwrap(), "the documents differ");
    commit(&copy_writer, &chain.blocks[48..]).await;
    commit(&writer, &chain.blocks[48..]).await;
    assert!(dump(&copy).await.unwrap() == dump(&mongo).await.unwrap(), "the documents differ");

    // into what is not empty it does not go
    let error = restore(&copy_writer, &file).await.unwrap_err();
    assert!(matches!(error, BackupError::NotEmpty { chain: ID, block: 60 }), "{error}");
    assert!(error.to_string().contains("`sooho rewind --drop`"));
    copy_writer.remove_chain(&|_| ()).await.unwrap();
    restore(&copy_writer, &file).await.unwrap();
    mongo.stop().await;
}

/// Whatever a chain's documents are at each of its blocks.
async fn dumps(mongo: &TestMongo, blocks: &[BlockChanges]) -> BTreeMap<u64, Dump> {
    let (store, writer) = other(mongo, "reference").await;
    let mut dumps = BTreeMap::new();
    for block in blocks {
        commit(&writer, std::slice::from_ref(block)).await;
        dumps.insert(block.block.number, dump(&store).await.unwrap());
    }
    store.drop_database().await.unwrap();
    dumps
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_writer_at_work_and_a_server_that_forgets_change_nothing() {
    let mongo = TestMongo::start().await;
    let base = Chain::new(60);
    let branches = [0, 1].map(|fork| {
        let mut branch = Chain { blocks: base.blocks[..50].to_vec(), ..base.clone() };
        branch.entities = Chain::new(50).entities;
        branch.grow(70, fork);
        branch.blocks
    });
    let references = [dumps(&mongo, &branches[0]).await, dumps(&mongo, &branches[1]).await];
    let writer = filled(&mongo, &base, 50).await;
    let forget = |seconds: i32| {
        let admin = mongo.admin();
        async move {
            let set = doc! { "setParameter": 1, "minSnapshotHistoryWindowInSeconds": seconds };
            admin.run_command(set).await.unwrap();
        }
    };
    forget(1).await;
    // reorgs to and fro until the end
    let (stop, reorgs) = (AtomicBool::new(false), AtomicU64::new(0));
    let work = async {
        'work: loop {
            for blocks in &branches {
                for block in &blocks[50..] {
                    commit(&writer, std::slice::from_ref(block)).await;
                }
                reorgs.fetch_add(1, Ordering::Relaxed);
                if stop.load(Ordering::Relaxed) {
                    break 'work;
                }
                for _ in 50..70 {
                    writer.revert_newest().await.unwrap();
                }
            }
        }
    };
    let (folder, file) = place();
    let backups = async {
        let mut heights = Vec::new();
        let mut portions = u64::MAX;
        let mut n = 0;
        let mut slow = 0;
        while n < 6 {
            let so_far = AtomicU64::new(0);
            // the second part takes longer than the server remembers: it is the last two portions
            let slowly = |_: Moved| {
                if so_far.fetch_add(1, Ordering::Relaxed) >= portions {
                    std::thread::park_timeout(Duration::from_millis(1_500));
                }
            };
            let written = match mongo.backup(&request(&file), &slowly).await {
                // the machine stood still for longer than the server remembers
                Err(BackupError::TooSlow) if slow < 5 => {
                    slow += 1;
                    portions = u64::MAX;
                    continue;
                }
                written => written.unwrap(),
            };
            portions = so_far.into_inner() - 2;
            let (copy, copy_writer) = other(&mongo, &format!("copy{n}")).await;
            restore(&copy_writer, &file).await.unwrap();
            let found = dump(&copy).await.unwrap();
            let height = written.header.block;
            let equal = |dumps: &BTreeMap<u64, Dump>| dumps[&height] == found;
            assert!(references.iter().any(equal), "block {height} differs");
            heights.push(height);
            copy.drop_database().await.unwrap();
            tokio::time::sleep(Duration::from_millis(37 * n)).await;
            n += 1;
        }
        stop.store(true, Ordering::Relaxed);
        heights
    };
    let ((), heights) = tokio::join!(work, backups);
    assert!(reorgs.load(Ordering::Relaxed) > 2, "nothing happened meanwhile");
    assert!(heights.iter().any(|height| *height > 50), "{heights:?}");

    // what changes was not read in time
    let too_slow = mongo
        .backup(&request(&file), &|_| std::thread::park_timeout(Duration::from_millis(900)))
        .await;
    assert!(matches!(too_slow, Err(BackupError::TooSlow)), "{too_slow:?}");
    assert_eq!(names(folder.path()), ["chain.backup"], "the older file stays, and no other");
    // our own server is asked to remember, and then to forget as it did
    let own = BackupRequest { own_server: true, ..request(&file) };
    mongo.backup(&own, &|_| std::thread::park_timeout(Duration::from_millis(300))).await.unwrap();
    let get = doc! { "getParameter": 1, "minSnapshotHistoryWindowInSeconds": 1 };
    let seconds = mongo.admin().run_command(get).await.unwrap();
    assert_eq!(seconds.get_i32("minSnapshotHistoryWindowInSeconds").unwrap(), 1);
    mongo.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_chain_that_is_begun_anew_meanwhile_is_noticed() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(50);
    filled(&mongo, &chain, 50).await;
    let (folder, file) = place();
    let (begun, go) = std::sync::mpsc::channel();
    let (done, wait) = std::sync::mpsc::channel();
    let store = mongo.store.clone();
    let anew = tokio::spawn(async move {
        tokio::task::spawn_blocking(move || go.recv().unwrap()).await.unwrap();
        let writer = testing::writer(&store, ID).await.unwrap();
        writer.remove_chain(&|_| ()).await.unwrap();
        for blocks in chain.blocks.chunks(9) {
            commit(&writer, blocks).await;
        }
        done.send(()).unwrap();
    });
    // after its first documents the backup waits until the chain is another one of the same blocks
    let once = Mutex::new(Some((begun, wait)));
    let tell = |_: Moved| {
        if let Some((begun, wait)) = once.lock().unwrap().take() {
            begun.send(()).unwrap();
            wait.recv_timeout(Duration::from_secs(60)).unwrap();
        }
    };
    let error = mongo.backup(&request(&file), &tell).await.unwrap_err();
    assert!(matches!(error, BackupError::Changed { chain: ID }), "{error}");
    assert_eq!(names(folder.path()), Vec::<String>::new());
    anew.await.unwrap();
    mongo.stop().await;
}

#[tokio::test]
async fn files_that_are_not_good_are_refused_before_anything_is_written() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(45);
    let (folder, file) = place();
    let nothing = back_up(&mongo, &file).await.unwrap_err();
    assert!(matches!(nothing, BackupError::Nothing { chain: ID }), "{nothing}");
    assert_eq!(names(folder.path()), Vec::<String>::new());
    filled(&mongo, &chain, 45).await;
    back_up(&mongo, &file).await.unwrap();
    let good = fs::read(&file).unwrap();
    let (copy, writer) = other(&mongo, "copy").await;
    let empty = dump(&copy).await.unwrap();

    let bad = folder.path().join("bad");
    let refused = async |bytes: &[u8], word: &str| {
        fs::write(&bad, bytes).unwrap();
        let said = restore(&writer, &bad).await.unwrap_err().to_string();
        assert!(said.contains(word), "{word}: {said}");
        assert!(dump(&copy).await.unwrap() == empty, "{word}: something was written");
    };
    for cut in [14, 15, 100, good.len() / 2, good.len() - 60, good.len() - 1] {
        refused(&good[..cut], "is cut short").await;
    }
    for foreign in [&b""[..], b"\x28\xb5\x2f\xfd....", b"PK\x03\x04", b"sooho.toml\n", &good[1..]] {
        refused(foreign, "is no backup of sooho").await;
    }
    for place in [good.len() / 3, good.len() / 2, good.len() - 30] {
        let mut bytes = good.clone();
        bytes[place] ^= 1;
        refused(&bytes, "is damaged (its checksum").await;
    }
    refused(&[&good[..], b"more"].concat(), "is cut short").await;
    let text = String::from_utf8_lossy(&good[..14]).replace('1', "2");
    refused(&[text.as_bytes(), &good[14..]].concat(), "of format 2, this program knows 1").await;

    let elsewhere = testing::writer(&copy, 7).await.unwrap();
    let other = restore(&elsewhere, &file).await.unwrap_err();
    assert!(matches!(other, BackupError::OtherChain { found: ID, wanted: 7, .. }), "{other}");
    let missing = restore(&writer, &folder.path().join("none")).await.unwrap_err();
    assert!(matches!(missing, BackupError::File { .. }), "{missing}");
    assert!(dump(&copy).await.unwrap() == empty, "something was written");
    restore(&writer, &file).await.unwrap();
    mongo.stop().await;
}

#[tokio::test]
async fn an_interrupted_restore_is_invisible_and_begins_anew() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(60);
    filled(&mongo, &chain, 60).await;
    let (_folder, file) = place();
    let written = back_up(&mongo, &file).await.unwrap();
    let (copy, _) = other(&mongo, "copy").await;
    for stop_at in [1, written.moved.documents / 2, written.moved.documents] {
        let writer = testing::writer(&copy, ID).await.unwrap();
        let (reached, mut go) = tokio::sync::mpsc::unbounded_channel();
        let tell = |moved: Moved| {
            if moved.documents >= stop_at {
                reached.send(()).unwrap();
            }
        };
        tokio::select! {
            biased;
            _ = go.recv() => {}
            outcome = writer.restore(&file, &tell) => panic!("it ended: {outcome:?}"),
        }
        assert_eq!(copy.reader().watermark(ID).await.unwrap(), None);
        assert!(copy.reader().snapshot(ID).await.unwrap().is_none());
        // nobody begins on top of what is half there
        let other = testing::writer(&copy, ID).await.unwrap();
        let batch =
            Batch { parent: None, blocks: &chain.blocks[..1], undo_from: 0, prune_undo_below: 0 };
        let refused = other.commit(&batch).await.unwrap_err();
        assert!(matches!(refused, crate::StoreError::Removing { .. }), "{refused}");
        restore(&other, &file).await.unwrap();
        assert!(dump(&copy).await.unwrap() == dump(&mongo).await.unwrap(), "the documents differ");
        other.remove_chain(&|_| ()).await.unwrap();
    }
    mongo.stop().await;
}

#[tokio::test]
async fn a_generation_becomes_another_one() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(50);
    filled(&mongo, &chain, 50).await;
    let lease = mongo.seize(ID).await.unwrap();
    mongo.generations(&lease).adopt("a configuration").await.unwrap();
    let (folder, file) = place();
    back_up(&mongo, &file).await.unwrap();

    // the copy has had a rebuild: its documents stand under another number
    let (copy, _) = other(&mongo, "copy").await;
    let lease = copy.seize(ID).await.unwrap();
    copy.generations(&lease).begin("before").await.unwrap();
    assert!(copy.generations(&lease).switch().await.unwrap());
    let writer = copy.writer(&lease);
    assert_eq!(writer.key(), -1);
    restore(&writer, &file).await.unwrap();
    let standing = copy.generations(&lease).standing().await.unwrap();
    assert_eq!(standing.sources.as_deref(), Some("a configuration"));
    let found = testing::dump_chain(&copy, ID).await.unwrap();
    assert!(found == dump(&mongo).await.unwrap(), "the documents differ");

    // and back again, byte by byte
    let again = folder.path().join("again");
    assert_eq!(back_up(&copy, &again).await.unwrap().header.key, -1);
    let (third, third_writer) = other(&mongo, "third").await;
    restore(&third_writer, &again).await.unwrap();
    assert!(dump(&third).await.unwrap() == dump(&mongo).await.unwrap(), "the documents differ");
    for collection in ["rows", "history"] {
        let raw = async |store: &Store| -> Vec<Document> {
            let documents = store.documents(collection);
            let found = documents.find(doc! {}).sort(doc! { "_id": 1 });
            found.comment(COMPARISON).await.unwrap().try_collect().await.unwrap()
        };
        assert!(raw(&third).await == raw(&mongo).await, "{collection} differ");
    }
    for _ in 0..10 {
        writer.revert_newest().await.unwrap();
        third_writer.revert_newest().await.unwrap();
    }
    let found = testing::dump_chain(&copy, ID).await.unwrap();
    assert!(found == dump(&third).await.unwrap(), "the documents differ");
    mongo.stop().await;
}
