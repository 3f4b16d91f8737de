//! A disk that is full in the middle of an index: sooho says what is wrong and what to do, goes on when there is space, and
//! the documents are those of an undisturbed run.

use std::{
    fs::File,
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use bson::doc;
use indexer::Target;
use sooho::config::EMBEDDED;
use store::{Embedded, EmbeddedOptions, Store, testing::dump};
use tests::{
    process::{executable, write_config},
    small_disk::SmallDisk,
    world::{World, mongod},
};

/// What it has to say, whoever notices first.
const ADVICE: &str = "free some disk space";

#[tokio::test]
#[expect(clippy::print_stdout, reason = "a test that cannot run here says so")]
async fn a_full_disk_loses_nothing() -> Result<()> {
    let world = World::start().await?;
    let place = world.folder.path().join("small");
    let Some(disk) = SmallDisk::mount(&place, 700)? else {
        println!("skipped: this machine allows no mount namespaces, so there is no small disk");
        return world.stop().await;
    };
    world.traffic(150, 6).await?;
    let mut config = world.config("sooho")?;
    config.log.filter = "info,indexer=debug".into();
    config.store.uri = EMBEDDED.into();
    config.store.data_dir = place.join("mongo");
    config.store.mongod = mongod().unwrap_or_default();
    config.store.cache_mb = 256;
    // small commits: the disk is full long before the end
    config.chain[0].events_per_commit = 40;
    config.chain[0].range = 4;
    let path = write_config(&config, world.folder.path())?;
    let log = world.folder.path().join("index.log");

    // full while it runs, and free again: the same process goes on
    let mut child = start(&disk, &path, &log)?;
    says(&log, "committed block=", &mut child).await?;
    let server = admin(&disk).await?;
    disk.fill(64)?;
    // by itself it writes its files once a minute, and has made room for its journal long before: an index that ends
    // sooner would never see that the disk is full. It may die of this, which is no failure of the test
    drop(server.run_command(doc! { "fsync": 1 }).await);
    says(&log, ADVICE, &mut child).await?;
    ensure!(child.try_wait()?.is_none(), "it ended instead of trying again");
    let committed = commits(&log)?;
    disk.free()?;
    let deadline = Instant::now() + Duration::from_secs(90);
    while child.try_wait()?.is_none() && commits(&log)? < committed + 3 {
        ensure!(
            Instant::now() < deadline,
            "it does not go on:\n{}",
            std::fs::read_to_string(&log)?
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    ensure!(child.try_wait()?.is_none(), "it was done before it was killed");

    // full while it is not there: it does not start, and says why
    child.kill()?;
    child.wait()?;
    kill_mongod(&disk, &place)?;
    disk.fill(0)?;
    let mut child = start(&disk, &path, &log)?;
    let status = child.wait()?;
    let said = std::fs::read_to_string(&log)?;
    ensure!(status.code() == Some(5), "{status}:\n{said}");
    ensure!(said.contains(ADVICE), "{said}");
    let last = said.lines().last().unwrap_or_default();
    println!("on a full disk: {last}");

    // free again: the next start goes on to the end
    disk.free()?;
    let mut child = start(&disk, &path, &log)?;
    let status = child.wait()?;
    ensure!(status.success(), "{status}:\n{}", std::fs::read_to_string(&log)?);
    let copy = world.folder.path().join("copy");
    copy_folder(&disk.outside().join("mongo"), &copy)?;
    let server =
        Embedded::start(EmbeddedOptions { binary: mongod(), ..EmbeddedOptions::new(copy) }).await?;
    let filled = dump(&Store::connect(&server.uri(), "sooho").await?).await?;
    let undisturbed = dump(&world.index("undisturbed", Target::Head).await?).await?;
    ensure!(filled == undisturbed, "the documents differ");
    server.stop().await;
    world.stop().await
}

fn start(disk: &SmallDisk, config: &Path, log: &Path) -> Result<Child> {
    let log = File::create(log)?;
    let mut command = disk.command(&executable()?);
    command.arg("--config").arg(config).args(["index", "--to", "head"]);
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    Ok(command.spawn()?)
}

/// Waits for words in the log.
async fn says(log: &Path, words: &str, child: &mut Child) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(90);
    loop {
        let said = std::fs::read_to_string(log)?;
        if said.contains(words) {
            return Ok(());
        }
        ensure!(child.try_wait()?.is_none(), "it ended before it said `{words}`:\n{said}");
        ensure!(Instant::now() < deadline, "it does not say `{words}`:\n{said}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn commits(log: &Path) -> Result<usize> {
    Ok(std::fs::read_to_string(log)?.matches("committed block=").count())
}

/// The database of commands of the server on the disk.
async fn admin(disk: &SmallDisk) -> Result<mongodb::Database> {
    let pid = std::fs::read_to_string(disk.outside().join("mongo/db/mongod.lock"))?;
    let command = std::fs::read(format!("/proc/{}/cmdline", pid.trim()))?;
    let mut words = command.split(|byte| *byte == 0).skip_while(|word| *word != b"--port");
    let port = words.nth(1).context("the server has no port")?;
    let uri = format!(
        "mongodb://127.0.0.1:{}/?directConnection=true&serverSelectionTimeoutMS=2000",
        str::from_utf8(port)?
    );
    Ok(mongodb::Client::with_uri_str(uri).await?.database("admin"))
}

/// The server that outlived its parent.
fn kill_mongod(disk: &SmallDisk, place: &Path) -> Result<()> {
    let pid = std::fs::read_to_string(disk.outside().join("mongo/db/mongod.lock"))?;
    let pid = pid.trim();
    let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    if command.contains(&place.display().to_string()) {
        std::process::Command::new("kill").args(["-KILL", pid]).status()?;
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
