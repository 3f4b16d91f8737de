//! Starting, dying and coming back, on real processes and real folders.

use std::{fs, path::Path, time::Duration};

use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use super::{Embedded, process::send};
use crate::{
    Store, StoreError,
    fixtures::Chain,
    test_mongo::{TestMongo, options},
    testing::{self, dump},
    writer::Batch,
};

const ID: u64 = 31_337;

fn alive(pid: u32) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

async fn start(dir: &Path) -> Result<Embedded, StoreError> {
    Embedded::start(options(dir.to_owned())).await
}

#[tokio::test]
async fn a_killed_mongod_comes_back_under_a_running_writer() {
    let mongo = TestMongo::start().await;
    let chain = Chain::new(120);
    let commit_all = async |store: &Store| {
        let writer = testing::writer(store, ID).await.unwrap();
        for blocks in chain.blocks.chunks(2) {
            let parent = blocks[0].block.number.checked_sub(2).map(|number| number + 1);
            writer
                .commit(&Batch { parent, blocks, undo_from: 1, prune_undo_below: 0 })
                .await
                .unwrap();
        }
    };
    let killer = async {
        let mut kills = 0;
        while kills < 3 {
            sleep(Duration::from_millis(150)).await;
            // only once the last kill is healed
            if let Some(pid) = mongo.server.pid() {
                send(pid, Signal::KILL);
                kills += 1;
                while mongo.server.pid() == Some(pid) {
                    sleep(Duration::from_millis(5)).await;
                }
            }
        }
        kills
    };
    let ((), kills) = tokio::join!(commit_all(&mongo.store), killer);
    assert_eq!(kills, 3);
    // all of it, once: as on a server that nobody disturbed
    let disturbed = loop {
        match dump(&mongo.store).await {
            Ok(dump) => break dump,
            Err(error) => assert!(error.retryable(), "{error}"),
        }
    };
    mongo.store.drop_database().await.unwrap();
    mongo.store.migrate().await.unwrap();
    commit_all(&mongo.store).await;
    assert_eq!(dump(&mongo.store).await.unwrap(), disturbed);
    mongo.stop().await;
}

#[tokio::test]
async fn one_folder_serves_one_process_and_survives_every_end() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let chain = Chain::new(9);
    let first = start(&data).await.unwrap();
    let store = Store::connect(&first.uri(), "test").await.unwrap();
    store.migrate().await.unwrap();
    let batch = Batch { parent: None, blocks: &chain.blocks, undo_from: 1, prune_undo_below: 0 };
    testing::writer(&store, ID).await.unwrap().commit(&batch).await.unwrap();
    let wanted = dump(&store).await.unwrap();

    let error = start(&data).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::FolderInUse { pid, .. } if *pid == std::process::id().to_string()),
        "{error}"
    );

    // a clean end, quickly
    let (pid, before) = (first.pid().unwrap(), Instant::now());
    first.stop().await;
    assert!(!alive(pid));
    assert!(before.elapsed() < Duration::from_secs(8), "{:?}", before.elapsed());

    // dropped
    let second = start(&data).await.unwrap();
    assert_data(&second, &wanted).await;
    drop(second);

    // the port of last time is taken: another one, and the set is told
    let third = start(&data).await.unwrap();
    let port = third.port;
    third.stop().await;
    let taken = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    // it hangs up; one that is silent costs the server's own patience of half a minute
    let taken = tokio::spawn(async move { while taken.accept().await.is_ok() {} });
    let fourth = start(&data).await.unwrap();
    assert_ne!(fourth.port, port);
    assert_data(&fourth, &wanted).await;
    taken.abort();

    // an orphan: a server on the folder that no sooho owns
    let orphaned = fourth.port;
    fourth.stop().await;
    let mut orphan = orphan(&data, orphaned).await;
    let fifth = start(&data).await.unwrap();
    assert!(orphan.try_wait().unwrap().is_some(), "the orphan is gone");
    assert_data(&fifth, &wanted).await;
    fifth.stop().await;
}

/// Runs a server as a killed sooho would leave it behind.
async fn orphan(data: &Path, port: u16) -> tokio::process::Child {
    let binary = super::binary::find(options(data.to_owned()).binary.as_deref()).await.unwrap();
    let data = data.canonicalize().unwrap();
    let child = tokio::process::Command::new(binary)
        .args(["--replSet", super::replica::NAME, "--bind_ip", "127.0.0.1", "--nounixsocket"])
        .args(["--port", &port.to_string(), "--logpath"])
        .arg(data.join("orphan.log"))
        .arg("--dbpath")
        .arg(data.join("db"))
        .stdout(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let uri = format!("mongodb://127.0.0.1:{port}/?replicaSet={}", super::replica::NAME);
    Store::connect(&uri, "test").await.unwrap();
    child
}

async fn assert_data(server: &Embedded, wanted: &std::collections::BTreeMap<String, Vec<Vec<u8>>>) {
    let store = Store::connect(&server.uri(), "test").await.unwrap();
    store.migrate().await.unwrap();
    assert_eq!(&dump(&store).await.unwrap(), wanted);
}

#[tokio::test]
async fn a_folder_that_cannot_be_right_is_refused_with_a_reason() {
    let dir = tempfile::tempdir().unwrap();
    // somebody else's
    let foreign = dir.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("holiday.jpg"), "x").unwrap();
    let error = start(&foreign).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::FolderForeign { found, .. } if found == "holiday.jpg"),
        "{error}"
    );
    // no folder at all
    let error = start(&foreign.join("holiday.jpg")).await.unwrap_err();
    assert!(matches!(error, StoreError::Folder { .. }), "{error}");
    // no server
    let nowhere = super::EmbeddedOptions {
        binary: Some(dir.path().join("nowhere")),
        ..options(dir.path().join("x"))
    };
    let error = Embedded::start(nowhere).await.unwrap_err();
    assert!(matches!(error, StoreError::MongodMissing { .. }), "{error}");

    // ours, then truncated
    let data = dir.path().join("data");
    start(&data).await.unwrap().stop().await;
    let turtle = data.join("db/WiredTiger.turtle");
    let whole = fs::read(&turtle).unwrap();
    fs::write(&turtle, &whole[..whole.len() / 2]).unwrap();
    let error = start(&data).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::MongodStart { reason, .. } if reason.contains("data is damaged")),
        "{error}"
    );
    fs::write(&turtle, &whole).unwrap();
    let catalog = data.join("db/_mdb_catalog.wt");
    fs::write(&catalog, "").unwrap();
    let error = start(&data).await.unwrap_err();
    assert!(matches!(error, StoreError::FolderDamaged { .. }), "{error}");
    fs::remove_dir_all(data.join("db")).unwrap();
    let error = start(&data).await.unwrap_err();
    assert!(matches!(error, StoreError::FolderDamaged { .. }), "{error}");
}

#[tokio::test]
async fn a_connection_that_cannot_be_right_is_refused_with_a_reason() {
    let quick = crate::ConnectOptions {
        server_selection: Duration::from_millis(300),
        ..crate::ConnectOptions::default()
    };
    let error = Store::connect_with("mongodb://127.0.0.1:1/?replicaSet=sooho", "test", quick)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }) && error.retryable(), "{error}");
    let error = Store::connect("postgres://me:secret@there", "test").await.unwrap_err();
    assert!(
        matches!(error, StoreError::InvalidUri { .. }) && !error.to_string().contains("secret"),
        "{error}"
    );
    let error = Store::connect("mongodb://127.0.0.1:1", "a.b").await.unwrap_err();
    assert!(matches!(error, StoreError::InvalidDatabase(_)), "{error}");

    let mongo = TestMongo::start().await;
    let meta = mongo.store.documents("meta");
    meta.update_one(bson::doc! { "_id": "schema" }, bson::doc! { "$set": { "version": 99_i64 } })
        .await
        .unwrap();
    let error = mongo.store.migrate().await.unwrap_err();
    assert!(matches!(error, StoreError::SchemaNewer { found: 99, .. }), "{error}");
    meta.update_one(bson::doc! { "_id": "schema" }, bson::doc! { "$set": { "version": 1_i64 } })
        .await
        .unwrap();
    let error = mongo.store.migrate().await.unwrap_err();
    assert!(matches!(error, StoreError::SchemaOlder { found: 1, .. }), "{error}");
    assert!(!error.retryable() && error.to_string().contains("empty"), "{error}");
    mongo.stop().await;
}
