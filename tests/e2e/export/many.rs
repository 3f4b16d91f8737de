//! Long lists: what a file costs in memory, and what its reader costs the database.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use alloy_primitives::{Address, B256, I256, U256};
use anyhow::{Context, Result, ensure};
use domain::{
    block::BlockRef,
    decimal::Decimal,
    fold::BlockChanges,
    row::{Position, RowMeta, Rows, Swap},
};
use indexer::Target;
use serde_json::Value;
use sooho::config::Config;
use store::{Batch, Store, testing};
use tests::{
    process::{get, metric, write_config},
    single::Single,
    tap::Tap,
    world::World,
};

use super::text::File;

/// Blocks that are added to a small chain, and swaps of each.
pub const BLOCKS: u64 = 120;
const SWAPS: u64 = 1_000;
/// What an export may keep in memory at most, in bytes.
const MEMORY: u64 = 48 << 20;
/// Files at a time.
const AT_ONCE: usize = 3;

/// A long chain that is served, with all commands to the database seen.
pub struct Long {
    pub world: World,
    pub store: Store,
    pub tap: Tap,
    pub service: Single,
}

impl Long {
    pub async fn start(name: &str, set: impl FnOnce(&mut Config)) -> Result<Self> {
        let world = World::start().await?;
        world.traffic(20, 4).await?;
        let store = Box::pin(world.index(name, Target::Head)).await?;
        grow(&world, &store).await?;
        let tap = Tap::new(&world.mongo.uri()).await?;
        let mut config = world.config(name)?;
        config.store.uri = tap.uri();
        // one more than a client may have
        config.serving.export.at_once = AT_ONCE + 1;
        // keeps the pools in memory out of what is counted
        config.log.filter = "warn".into();
        set(&mut config);
        let path = write_config(&config, world.folder.path())?;
        let folder = world.folder.path();
        let service = Single::start(&path, "serving", config.serving.listen, folder).await?;
        let long = Self { world, store, tap, service };
        for _ in 0..600 {
            if get(&long.url("/readyz")).await.is_ok() || long.ready().await {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(long)
    }

    async fn ready(&self) -> bool {
        let answer = reqwest::get(self.url("/readyz")).await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.service.base)
    }

    /// Reads of rows since the last call.
    pub fn reads(&self) -> Result<usize> {
        let commands = self.tap.take()?;
        let of_rows =
            |command: &&bson::Document| command.get_str("find").is_ok_and(|name| name == "rows");
        Ok(commands.iter().filter(of_rows).count())
    }

    /// Waits until no file is being written.
    pub async fn idle(&self) -> Result<()> {
        for _ in 0..1_000 {
            if metric(&self.service.base, "sooho_exports_in_flight").await? == Some(0) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        anyhow::bail!("an export does not end")
    }

    /// How many ended this way.
    pub async fn ended(&self, end: &str) -> Result<u64> {
        let list = "sooho_exports_total{end=\"";
        let mut all = 0;
        for format in ["csv", "ndjson"] {
            let starts = format!("{list}{end}\",format=\"{format}\"");
            all += metric(&self.service.base, &starts).await?.unwrap_or_default();
        }
        Ok(all)
    }

    /// A file that is begun and not read on.
    pub async fn begin(&self, path: &str) -> Result<(reqwest::Response, Vec<u8>)> {
        let mut answer = reqwest::get(self.url(path)).await?;
        ensure!(answer.status() == 200, "{answer:?}");
        let first = answer.chunk().await?.context("an empty file")?.to_vec();
        Ok((answer, first))
    }

    pub async fn stop(self) -> Result<()> {
        drop(self.service);
        self.world.stop().await
    }
}

/// Adds blocks full of swaps.
async fn grow(world: &World, store: &Store) -> Result<()> {
    let chain = world.deployment.chain_id;
    let watermark = store.reader().watermark(chain).await?.context("nothing is indexed")?;
    let snapshot = store.reader().snapshot(chain).await?.context("nothing is indexed")?;
    let pool = snapshot.pools(&store::PoolQuery { limit: 1, ..Default::default() }).await?;
    let pool = pool.first().context("a pool")?.id;
    let writer = testing::writer(store, chain).await?;
    let (mut below, mut counters) = (watermark.block, watermark.counters);
    let mut blocks = Vec::new();
    for _ in 0..BLOCKS {
        let number = below.number + 1;
        let block = BlockRef {
            number,
            hash: B256::from(U256::from(number) + (U256::from(1) << 200)),
            parent_hash: below.hash,
            timestamp: below.timestamp + 12,
        };
        let swaps = (0..SWAPS).map(|log_index| swap(&block, log_index, pool));
        let counters_before = counters;
        (counters.swaps, counters.events) = (counters.swaps + SWAPS, counters.events + SWAPS);
        let rows = Rows { swaps: swaps.collect::<Result<_>>()?, ..Rows::default() };
        let (changes, counters_after) = (Vec::new(), counters);
        blocks.push(BlockChanges { block, rows, changes, counters_before, counters_after });
        below = block;
    }
    let mut parent = Some(watermark.block.number);
    for blocks in blocks.chunks(10) {
        let batch = Batch { parent, blocks, undo_from: 0, prune_undo_below: 0 };
        writer.commit(&batch).await?;
        parent = blocks.last().map(|changes| changes.block.number);
    }
    Ok(())
}

fn swap(block: &BlockRef, log_index: u64, pool: domain::ids::PoolId) -> Result<Swap> {
    let tx = B256::from(U256::from(block.number * SWAPS + log_index) << 64);
    let meta = RowMeta {
        position: Position { block: block.number, log_index: u32::try_from(log_index)?, item: 0 },
        timestamp: block.timestamp,
        tx_hash: tx,
        tx_index: u32::try_from(log_index)?,
        origin: Some(Address::left_padding_from(&(log_index % 7).to_be_bytes())),
        gas_price: Some(1),
    };
    Ok(Swap {
        meta,
        pool,
        sender: Address::repeat_byte(1),
        recipient: Address::repeat_byte(2),
        amount0: I256::try_from(i64::try_from(log_index)? * 1_000_000_007)?,
        amount1: I256::try_from(-i64::try_from(log_index)?)?,
        sqrt_price_x96: None,
        tick: None,
        amount_usd: Decimal::from(log_index),
        pair: None,
    })
}

/// A figure of the process in bytes.
fn memory(pid: u32, name: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with(name)).context("no such figure")?;
    let kilobytes = line.split_whitespace().nth(1).context("no number")?;
    Ok(kilobytes.parse::<u64>()? << 10)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[expect(clippy::print_stdout, reason = "how much it took is the result")]
async fn a_long_file_costs_little() -> Result<()> {
    let long = Long::start("many", |_| ()).await?;
    let all = BLOCKS * SWAPS;
    let pid = long.service.pid();
    // whatever is made once is there
    let warm = File::get(&long.url("/v1/swaps?format=csv&first=2000"), &[]).await?;
    ensure!(warm.whole && warm.table()?.1.len() == 2_000);
    long.idle().await?;

    // several at once that are read as fast as they come, and one after the other: the same rows, and bounded memory
    let before = memory(pid, "VmRSS")?;
    std::fs::write(format!("/proc/{pid}/clear_refs"), "5").context("resetting the peak")?;
    let url = long.url("/v1/swaps?format=ndjson");
    let files = futures::future::try_join_all((0..AT_ONCE).map(|_| File::get(&url, &[]))).await?;
    let used = memory(pid, "VmHWM")?.saturating_sub(before);
    let largest = files[0].text.len() as u64;
    println!("{all} rows, {largest} bytes, {AT_ONCE} at once: {used} bytes of memory more");
    ensure!(used < MEMORY && largest > 50_000_000, "{used} bytes for {largest}");
    for file in &files {
        ensure!(file.whole && file.text == files[0].text, "{} bytes", file.text.len());
    }
    let (rows, last) = files[0].lines()?;
    let status = get(&long.url("/status")).await?;
    let swaps = &status["chains"][0]["counters"]["swaps"];
    ensure!(last["end"]["rows"] == *swaps && last["end"]["complete"] == true, "{last}: {swaps}");
    ensure!(rows.len() as u64 > all, "{} rows", rows.len());
    let place = |row: &Value| (row["blockNumber"].as_u64(), row["logIndex"].as_u64());
    ensure!(rows.is_sorted_by(|newer, older| place(newer) > place(older)), "not newest first");
    long.stop().await
}

/// A file that cannot be had now: the status and the code.
async fn refused(answer: reqwest::Response) -> Result<(u16, String)> {
    let file = File::rest(answer, Vec::new()).await?;
    ensure!(file.header("retry-after") == "1", "{file:?}");
    let problem: Value = serde_json::from_str(&file.text)?;
    Ok((file.status, problem["code"].as_str().context("a code")?.to_owned()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_keeps_the_others_from_their_files() -> Result<()> {
    let long = Long::start("places", |_| ()).await?;
    let url = long.url("/v1/swaps?format=csv");
    let mut held = Vec::new();
    for _ in 0..AT_ONCE {
        held.push(long.begin("/v1/swaps?format=csv").await?);
    }
    ensure!(refused(reqwest::get(&url).await?).await? == (429, "EXPORTS_OF_CLIENT".into()));
    // somebody else has the last place, and then there is none
    let elsewhere = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
    let other = reqwest::Client::builder().local_address(elsewhere).build()?;
    let mut answer = other.get(&url).send().await?;
    let first = answer.chunk().await?.context("an empty file")?.to_vec();
    let busy = reqwest::get(&url).await?;
    ensure!(refused(busy).await? == (503, "EXPORTS_BUSY".into()));
    // pages are given all the same
    ensure!(get(&long.url("/v1/swaps?first=1")).await?["items"][0].is_object());
    // who reads gets all, however long it takes; who takes nothing loses its place
    ensure!(File::rest(answer, first).await?.whole);
    long.idle().await?;
    ensure!(long.ended("idle").await? == AT_ONCE as u64);
    for (answer, first) in held {
        ensure!(!File::rest(answer, first).await?.whole, "a file that was given up ends well");
    }
    ensure!(File::get(&url, &[]).await?.whole);
    long.stop().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_database_works_for_its_reader_alone() -> Result<()> {
    let long = Long::start("slow", |_| ()).await?;
    // who does not read on is not read for
    long.reads()?;
    let (slow, first) = long.begin("/v1/swaps?format=ndjson").await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let begun = long.reads()?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    ensure!(begun < 60 && long.reads()? == 0, "{begun} reads for a reader that waits");
    // when it goes on, it gets all
    let rest = File::rest(slow, first).await?;
    ensure!(rest.whole && rest.lines()?.1["end"]["complete"] == true);
    let whole = long.reads()?;
    ensure!(whole > 100, "{whole} reads");

    // who goes away ends the work
    long.idle().await?;
    let gone = long.ended("gone").await?;
    let (left, _) = long.begin("/v1/swaps?format=csv").await?;
    drop(left);
    long.idle().await?;
    ensure!(long.ended("gone").await? == gone + 1);
    long.reads()?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    ensure!(long.reads()? == 0, "reads for nobody");
    // and no cursor is left open at the server
    let admin = mongodb::Client::with_uri_str(long.world.mongo.uri()).await?.database("admin");
    let status = admin.run_command(bson::doc! { "serverStatus": 1 }).await?;
    let open = status.get_document("metrics")?.get_document("cursor")?.get_document("open")?;
    let pinned = open.get_i64("pinned")?;
    let commands = admin.aggregate([
        bson::doc! { "$currentOp": { "idleCursors": true, "localOps": true } },
        bson::doc! { "$match": { "ns": "slow.rows" } },
    ]);
    let mut commands = commands.await?;
    ensure!(!commands.advance().await?, "{:?}, {pinned} pinned", commands.current());
    long.stop().await
}
