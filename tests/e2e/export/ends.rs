//! Files that cannot be given to their end: every reader notices.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use store::testing;
use tests::world::World;

use super::{
    many::{BLOCKS, Long},
    text::File,
};

const LISTS: [&str; 2] = ["/v1/swaps?format=ndjson", "/v1/swaps?format=csv"];

/// What the last line says, if it is one of ours.
fn last(file: &File) -> Value {
    let line = file.text.lines().last().unwrap_or_default();
    serde_json::from_str(line).unwrap_or_default()
}

/// NDJSON says why it is cut.
fn told(file: &File) -> Result<()> {
    let is_csv = file.header("content-type").starts_with("text/csv");
    let said = last(file)["error"]["code"].is_string();
    ensure!(is_csv || file.whole || said, "{:?}", last(file));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_block_that_is_taken_back_ends_its_files() -> Result<()> {
    let long = Long::start("reorg", |_| ()).await?;
    let mut begun = Vec::new();
    for list in LISTS {
        begun.push(long.begin(list).await?);
    }
    let chain = long.world.deployment.chain_id;
    let writer = testing::writer(&long.store, chain).await?;
    writer.revert_newest().await?;
    for (answer, first) in begun {
        let file = File::rest(answer, first).await?;
        ensure!(!file.whole, "a file of a block that is gone ends well: {:?}", last(&file));
        let code = last(&file)["error"]["code"].clone();
        let is_csv = file.header("content-type").starts_with("text/csv");
        ensure!(is_csv || code == "BLOCK_TAKEN_BACK", "{code}");
        ensure!(file.text.lines().count() > 1_000);
    }
    ensure!(long.ended("failed").await? == 2);
    // who takes nothing meanwhile is cut off as well: later nobody could tell any more that the block is gone
    let (stalled, _) = long.begin(LISTS[0]).await?;
    writer.revert_newest().await?;
    let deadline = Instant::now() + Duration::from_secs(30);
    while long.ended("failed").await? < 3 {
        ensure!(Instant::now() < deadline, "a stalled file of a block that is gone goes on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(stalled);
    // the next ones are of the block before, and whole
    for list in LISTS {
        let file = File::get(&long.url(list), &[]).await?;
        ensure!(file.whole, "{:?}", last(&file));
    }
    // one that is below stays what it is, whatever comes and goes above
    let status = tests::process::get(&long.url("/status")).await?;
    let newest = status["chains"][0]["block"]["number"].as_u64().context("a number")?;
    let older = newest - BLOCKS / 4;
    let path = format!("/v1/swaps?format=ndjson&asOfBlock={older}");
    let (answer, first) = long.begin(&path).await?;
    writer.revert_newest().await?;
    let file = File::rest(answer, first).await?;
    ensure!(file.whole && last(&file)["end"]["block"]["number"] == older, "{:?}", last(&file));
    long.stop().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn time_and_rows_are_bounded() -> Result<()> {
    let long = Long::start("bounds", |config| {
        // long enough that more is read than sockets hold, also on a busy machine
        config.serving.export.max_seconds = 3;
        config.serving.export.max_rows = 400_000;
    })
    .await?;
    // who takes its time gets what was read until then, and where to go on
    let (answer, first) = long.begin(LISTS[0]).await?;
    tokio::time::sleep(Duration::from_secs(4)).await;
    let file = File::rest(answer, first).await?;
    let end = last(&file)["end"].clone();
    let (rows, _) = file.lines()?;
    ensure!(file.whole && end["complete"] == false && end["rows"] == rows.len(), "{end}");
    let next = end["next"].as_str().context("a cursor")?;
    let page = tests::process::get(&long.url(&format!("/v1/swaps?first=1&after={next}"))).await?;
    let id = |row: &Value| row["id"].as_str().unwrap_or_default().to_owned();
    ensure!(page["items"][0].is_object() && id(&page["items"][0]) != id(&rows[rows.len() - 1]));
    // CSV cannot say it and is cut
    let (answer, first) = long.begin(LISTS[1]).await?;
    tokio::time::sleep(Duration::from_secs(4)).await;
    ensure!(!File::rest(answer, first).await?.whole);
    ensure!(long.ended("bound").await? == 2);
    // who takes nothing at all is let go
    let (answer, first) = long.begin(LISTS[0]).await?;
    tokio::time::sleep(Duration::from_secs(11)).await;
    long.idle().await?;
    ensure!(long.ended("late").await? == 1);
    ensure!(!File::rest(answer, first).await?.whole);

    // the database stops and does not come back
    let mut begun = Vec::new();
    for list in LISTS {
        begun.push(long.begin(list).await?);
    }
    let Long { world, service, .. } = long;
    let World { chain, mongo, folder, .. } = world;
    mongo.stop().await;
    for (answer, first) in begun {
        let file = tokio::time::timeout(Duration::from_secs(60), File::rest(answer, first));
        let file = file.await.context("it hangs")??;
        ensure!(!file.whole, "{:?}", last(&file));
    }
    drop((service, folder));
    Ok(chain.stop().await?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_dead_database_and_a_service_that_stops_are_noticed() -> Result<()> {
    let long = Long::start("dead", |_| ()).await?;
    let mut known = Vec::new();
    for list in LISTS {
        known.push(File::get(&long.url(list), &[]).await?.text);
    }
    let mut begun = Vec::new();
    for list in LISTS {
        begun.push(long.begin(list).await?);
    }
    let mongod = long.world.mongo.pid().context("no database")?.to_string();
    ensure!(Command::new("kill").args(["-KILL", &mongod]).status()?.success());
    for ((answer, first), known) in begun.into_iter().zip(&known) {
        let file = tokio::time::timeout(Duration::from_secs(60), File::rest(answer, first));
        let file = file.await.context("it hangs")??;
        // the server may be back at once and still know the block: then nothing is missing
        ensure!(file.whole == (file.text == *known), "{:?}", last(&file));
        told(&file)?;
    }
    // it is started again, and so is the file
    let mut again = File::get(&long.url(LISTS[1]), &[]).await?;
    for _ in 0..100 {
        if again.status == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        again = File::get(&long.url(LISTS[1]), &[]).await?;
    }
    ensure!(again.whole && again.status == 200, "{} {}", again.status, again.text.len());

    let (answer, first) = long.begin(LISTS[1]).await?;
    let pid = long.service.pid().to_string();
    ensure!(Command::new("kill").args(["-TERM", &pid]).status()?.success());
    let rest = tokio::time::timeout(Duration::from_secs(9), File::rest(answer, first)).await;
    ensure!(!rest.context("the service waits for its reader")??.whole);
    long.stop().await
}
