//! Backups of a database at work, put back elsewhere: the same documents, and an index that goes on.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Output,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use axum::Router;
use indexer::Target;
use store::{Store, backup, testing::dump};
use tests::{
    process::{Services, run, spawn, write_config},
    world::World,
};

pub(super) fn expect(output: &Output, code: i32, words: &[&str]) -> Result<String> {
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    ensure!(output.status.code() == Some(code), "{:?} instead of {code}: {said}", output.status);
    for word in words {
        ensure!(said.contains(word), "`{word}` is not said: {said}");
    }
    Ok(said)
}

/// Runs a command beside what goes on here.
async fn beside(config: &Path, arguments: &[&str]) -> Result<Output> {
    let (config, owned) = (config.to_owned(), arguments.iter().map(|word| (*word).to_owned()));
    let owned: Vec<String> = owned.collect();
    tokio::task::spawn_blocking(move || {
        run(&config, &owned.iter().map(String::as_str).collect::<Vec<_>>())
    })
    .await?
}

/// A configuration with another database.
fn config(world: &World, database: &str) -> Result<PathBuf> {
    write_config(&world.config(database)?, world.folder.path())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

/// All documents but the undo records: they speak of the past that one has followed, not of what is.
async fn state(store: &Store) -> Result<BTreeMap<String, Vec<Vec<u8>>>> {
    let mut all = dump(store).await?;
    all.remove("undo");
    Ok(all)
}

async fn assert_same(left: &Store, right: &Store) -> Result<()> {
    let (left, right) = (state(left).await?, state(right).await?);
    ensure!(right.get("rows").is_some_and(|rows| rows.len() > 50), "too little happened");
    for (collection, documents) in &right {
        ensure!(left.get(collection) == Some(documents), "{collection} differs");
    }
    Ok(())
}

#[tokio::test]
async fn a_backup_while_indexing_goes_on_is_of_one_block() -> Result<()> {
    let world = World::start().await?;
    world.traffic(90, 5).await?;
    let services = Services::up(&world.config("live")?, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let live = world.folder.path().join("live.toml");
    let backups = async {
        let mut files = Vec::new();
        for n in 0..3 {
            let file = world.folder.path().join(format!("live-{n}.backup"));
            let answer = beside(&live, &["backup", "--to", text(&file)]).await?;
            expect(&answer, 0, &["documents up to block"])?;
            files.push(file);
        }
        Ok::<_, anyhow::Error>(files)
    };
    let (traffic, files) = tokio::join!(world.traffic(60, 6), backups);
    traffic?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    services.terminate().await?;
    for (n, file) in files?.iter().enumerate() {
        let name = format!("restored{n}");
        let restored = config(&world, &name)?;
        let answer = run(&restored, &["restore", "--from", text(file)])?;
        let block = backup::check(file).await?.block;
        expect(&answer, 0, &[&format!("local: restored up to block {block} ")])?;
        let reference = world.index(&format!("reference{n}"), Target::Block(block)).await?;
        assert_same(&world.store(&name).await?, &reference).await?;
        expect(&run(&restored, &["verify", "--sample", "all"])?, 0, &[&format!("block {block} ")])?;
        // it goes on at the head, and ends where the one did that never stopped
        expect(&run(&restored, &["index", "--to", "head"])?, 0, &[])?;
        assert_same(&world.store(&name).await?, &world.store("live").await?).await?;
        expect(&run(&restored, &["verify", "--sample", "all"])?, 0, &[])?;
    }
    let again =
        run(&config(&world, "restored0")?, &["restore", "--from", text(&files_of(&world)?)])?;
    expect(&again, 5, &["into an empty chain only", "`sooho rewind --drop`"])?;
    world.stop().await
}

fn files_of(world: &World) -> Result<PathBuf> {
    Ok(world.folder.path().join("live-0.backup"))
}

#[tokio::test]
async fn a_reorg_right_after_a_restore_is_followed() -> Result<()> {
    let world = World::start().await?;
    world.traffic(100, 9).await?;
    let from = config(&world, "from")?;
    expect(&run(&from, &["index", "--to", "head"])?, 0, &[])?;
    let folder = world.folder.path().join("backups/");
    expect(&run(&from, &["backup", "--to", text(&folder)])?, 0, &["local.sooho-backup"])?;
    let file = folder.join("local.sooho-backup");
    devchain::reorg_with_traffic(&world.chain.url(), &world.deployment, 25, 40, 10).await?;
    let to = config(&world, "to")?;
    expect(&run(&to, &["restore", "--from", text(&file)])?, 0, &[])?;
    expect(&run(&to, &["index", "--to", "head"])?, 0, &[])?;
    let clean = world.index("clean", Target::Head).await?;
    assert_same(&world.store("to").await?, &clean).await?;
    expect(&run(&to, &["verify", "--sample", "all"])?, 0, &[])?;
    world.stop().await
}

#[tokio::test]
async fn a_configured_snapshot_is_where_an_empty_database_begins() -> Result<()> {
    let world = World::start().await?;
    world.traffic(60, 3).await?;
    let from = config(&world, "from")?;
    expect(&run(&from, &["index", "--to", "head"])?, 0, &[])?;
    let file = world.folder.path().join("snapshot");
    expect(&run(&from, &["backup", "--to", text(&file)])?, 0, &[])?;
    world.traffic(20, 4).await?;
    let reference = world.index("reference", Target::Head).await?;

    let bytes = std::fs::read(&file)?;
    let router = Router::new().route("/snapshot", axum::routing::get(async move || bytes.clone()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/snapshot", listener.local_addr()?);
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    for (name, snapshot) in [("by_path", text(&file)), ("by_url", url.as_str())] {
        let mut config = world.config(name)?;
        config.chain[0].snapshot = snapshot.to_owned();
        let path = write_config(&config, world.folder.path())?;
        let said = beside(&path, &["index", "--to", "head"]).await?;
        expect(&said, 0, &["started from the snapshot"])?;
        assert_same(&world.store(name).await?, &reference).await?;
        // the next start goes on with what is there
        let said = expect(&beside(&path, &["index", "--to", "head"]).await?, 0, &[])?;
        ensure!(!said.contains("snapshot"), "{said}");
    }
    let mut config = world.config("by_up")?;
    config.chain[0].snapshot = url.clone();
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    services.terminate().await?;
    assert_same(&world.store("by_up").await?, &reference).await?;
    let mut config = world.config("nowhere")?;
    config.chain[0].snapshot = url.replace("/snapshot", "/elsewhere");
    let path = write_config(&config, world.folder.path())?;
    let said = beside(&path, &["index", "--to", "head"]).await?;
    expect(&said, 1, &["/elsewhere cannot be fetched", "404"])?;
    server.abort();
    world.stop().await
}

#[tokio::test]
async fn kill_9_leaves_nothing_that_counts() -> Result<()> {
    let world = World::start().await?;
    world.traffic(120, 12).await?;
    let from = config(&world, "from")?;
    expect(&run(&from, &["index", "--to", "head"])?, 0, &[])?;
    let (file, log) = (world.folder.path().join("x"), world.folder.path().join("log"));
    let part = world.folder.path().join("x.part");
    let mut child = spawn(&from, &["backup", "--to", text(&file)], &log)?;
    wait(async || Ok(part.exists()), "the backup begins").await?;
    child.kill()?;
    child.wait()?;
    ensure!(part.exists() && !file.exists(), "it was through before it was killed");
    let bad = run(&config(&world, "to")?, &["restore", "--from", text(&part)])?;
    expect(&bad, 5, &["x.part is"])?;
    expect(&run(&from, &["backup", "--to", text(&file)])?, 0, &[])?;
    ensure!(!part.exists(), "the part stays");

    let to = config(&world, "to")?;
    let store = world.store("to").await?;
    let chain = world.deployment.chain_id;
    let mut kills = 0;
    while kills < 3 {
        let mut child = spawn(&to, &["restore", "--from", text(&file)], &log)?;
        let begun = async || Ok(store.roughly_documents().await > 200);
        wait(begun, "the restore begins").await?;
        child.kill()?;
        child.wait()?;
        ensure!(store.reader().watermark(chain).await?.is_none(), "a half chain is visible");
        kills += 1;
        let said = run(&to, &["index", "--to", "head"])?;
        expect(&said, 5, &["`sooho restore`"])?;
    }
    expect(&run(&to, &["restore", "--from", text(&file)])?, 0, &["restored up to block"])?;
    ensure!(
        dump(&store).await? == dump(&world.store("from").await?).await?,
        "the documents differ"
    );

    // a byte that changed, a file that was cut, and one that is something else: said before anything is written
    let good = std::fs::read(&file)?;
    let mut flipped = good.clone();
    *flipped.get_mut(good.len() / 2).context("empty")? ^= 4;
    let half = good.get(..good.len() / 2).context("empty")?;
    let empty = config(&world, "empty")?;
    for (bytes, word) in [
        (&flipped[..], "is damaged (its checksum"),
        (half, "is cut short"),
        (&b"SQLite format 3\0"[..], "is no backup of sooho"),
    ] {
        let bad = world.folder.path().join("bad");
        std::fs::write(&bad, bytes)?;
        let said = expect(&run(&empty, &["restore", "--from", text(&bad)])?, 5, &[word])?;
        ensure!(said.lines().filter(|line| line.starts_with("sooho: ")).count() == 1, "{said}");
    }
    let all = dump(&world.store("empty").await?).await?;
    ensure!(all.values().all(Vec::is_empty), "something was written");
    world.stop().await
}

async fn wait(done: impl AsyncFn() -> Result<bool>, what: &str) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !done().await? {
        ensure!(Instant::now() < deadline, "waiting until {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}
