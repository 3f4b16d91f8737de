//! A chain that is followed block by block while its chunks are merged, and what is too old forgotten.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use bson::{Document, doc};
use chain::Client;
use devchain::Traffic;
use domain::fold::Key;
use indexer::{Indexer, Retention, Target};
use observe::Shutdown;
use sooho::config::ChainConfig;
use store::{
    PoolOrder, PoolQuery, RowQuery, Snapshot, Store, StoreError,
    testing::{dump, writer},
};
use tests::{
    process::{run, write_config},
    world::World,
};
use tokio::time::{Instant, sleep};

use super::backup::expect;

/// Blocks that can be taken back.
const WINDOW: u64 = 8;
const PATIENCE: Duration = Duration::from_secs(120);

/// A chain that is being followed.
struct Followed<'a> {
    world: &'a World,
    store: &'a Store,
    client: Client,
    chain: u64,
}

impl Followed<'_> {
    /// Mines blocks, each as soon as the one before is stored: what is written for a block is written for it alone,
    /// however slow the machine is.
    async fn traffic(&self, blocks: u64, seed: u64) -> Result<()> {
        let mut traffic = Traffic::new(&self.world.chain.url(), &self.world.deployment, seed);
        for _ in 0..blocks {
            traffic.run(1).await?;
            self.catch_up().await?;
        }
        Ok(())
    }

    async fn catch_up(&self) -> Result<()> {
        let wanted = self.client.latest_block().await?;
        let begun = Instant::now();
        let reader = self.store.reader();
        while reader.watermark(self.chain).await?.map(|at| at.block) != Some(wanted) {
            ensure!(begun.elapsed() < PATIENCE, "the head is not reached");
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

/// Follows the chain while `work` is done, and until what was mined is stored.
async fn while_following(
    world: &World,
    chain: &ChainConfig,
    retention: Retention,
    work: impl AsyncFnOnce(&Followed<'_>) -> Result<()>,
) -> Result<Store> {
    let store = world.store("followed").await?;
    let client = Client::new(chain.id, &chain.rpc)?;
    let followed = Followed { world, store: &store, client: client.clone(), chain: chain.id };
    let indexer = Indexer::new(chain.indexer(), client, store.clone(), Arc::clone(&world.metrics))
        .with_retention(retention);
    let shutdown = Shutdown::new();
    let following =
        async { Ok::<_, anyhow::Error>(indexer.run(Target::Follow, shutdown.clone()).await?) };
    let working = async {
        followed.catch_up().await?;
        work(&followed).await?;
        followed.catch_up().await?;
        shutdown.cancel();
        Ok(())
    };
    tokio::try_join!(Box::pin(following), Box::pin(working))?;
    Ok(store)
}

async fn snapshot(store: &Store, chain: &ChainConfig) -> Result<Snapshot> {
    store.reader().snapshot(chain.id).await?.context("nothing is stored")
}

/// What readers are told: pools as of many blocks, and pages of rows.
async fn told(snapshot: &Snapshot, from: u64) -> Result<Vec<String>> {
    let query = PoolQuery { order: PoolOrder::Created, limit: 1_000, ..PoolQuery::default() };
    let pools = snapshot.pools(&query).await?;
    ensure!(pools.len() > 3, "few pools");
    let mut all = Vec::new();
    for block in (from..=snapshot.block().number).step_by(3) {
        for pool in &pools {
            all.push(format!(
                "{block} {:?}",
                snapshot.entity_at(&Key::Pool(pool.id), block).await?
            ));
            for token in [pool.token0, pool.token1] {
                all.push(format!("{:?}", snapshot.entity_at(&Key::Token(token), block).await?));
            }
        }
    }
    for pool in pools.iter().map(|pool| Some(pool.id)).chain([None]) {
        let mut after = None;
        loop {
            let page = snapshot.swaps(&RowQuery { pool, after, account: None, limit: 7 }).await?;
            all.push(format!("{page:?}"));
            let Some(last) = page.last() else { break };
            after = Some(last.meta.position);
        }
        let query = RowQuery { pool, after: None, account: None, limit: 1_000 };
        all.push(format!("{:?}", snapshot.liquidity(&query).await?));
    }
    Ok(all)
}

/// Documents of history and rows.
async fn documents(world: &World, database: &str) -> Result<[u64; 2]> {
    let client = mongodb::Client::with_uri_str(world.mongo.uri()).await?;
    let mut counts = [0; 2];
    for (count, name) in counts.iter_mut().zip(["history", "rows"]) {
        let documents = client.database(database).collection::<Document>(name);
        *count = documents.count_documents(doc! {}).await?;
    }
    Ok(counts)
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "how many documents are left is what this is about")]
async fn a_followed_chain_becomes_what_a_backfilled_one_is() -> Result<()> {
    let world = World::start().await?;
    let chain = ChainConfig { undo_window: WINDOW, ..world.chain_config() };
    let url = world.chain.url();
    let followed = while_following(&world, &chain, Retention::All, async |followed| {
        followed.traffic(70, 31).await?;
        devchain::reorg_with_traffic(&url, &world.deployment, 6, 9, 32).await?;
        followed.traffic(70, 33).await?;
        Ok(())
    })
    .await?;
    let label = [chain.name.as_str()];
    let metrics = &world.metrics.upkeep;
    let mut removed = metrics.removed.with_label_values(&label).get();
    let mut written = metrics.written.with_label_values(&label).get();
    ensure!(removed > 100, "nothing is merged while the chain is followed");
    let left = documents(&world, "followed").await?;

    let clean = world.index_chain(&chain, "clean", Target::Head).await?;
    let backfilled = documents(&world, "clean").await?;
    let (was, is) = (dump(&clean).await?, dump(&followed).await?);
    for (collection, documents) in &was {
        ensure!(
            ["leases", "undo"].contains(&collection.as_str())
                || is.get(collection) == Some(documents),
            "{collection} differs"
        );
    }
    let start = chain.start_block;
    let wanted = told(&snapshot(&clean, &chain).await?, start).await?;
    ensure!(told(&snapshot(&followed, &chain).await?, start).await? == wanted, "readers differ");

    // whatever the last round left; how many rounds there were before depends on the machine
    let last = writer(&followed, chain.id).await?.compact().await?;
    (removed, written) = (removed + last.removed, written + last.written);
    ensure!(removed > 5_000 && written < removed * 2 / 5, "{removed} merged into {written}");
    let merged = documents(&world, "followed").await?;
    println!(
        "history and rows: {removed} chunks merged into {written}, {left:?} left and then {merged:?}, {backfilled:?} by a backfill"
    );
    ensure!(told(&snapshot(&followed, &chain).await?, start).await? == wanted, "readers differ");
    ensure!(merged[0] <= backfilled[0] * 2, "{merged:?}, {backfilled:?} by a backfill");

    forget(&world, &chain, &wanted).await?;
    world.stop().await
}

/// Goes on with a horizon.
async fn forget(world: &World, chain: &ChainConfig, wanted: &[String]) -> Result<()> {
    let store = while_following(world, chain, Retention::Blocks(60), async |followed| {
        followed.traffic(20, 34).await?;
        let begun = Instant::now();
        let label = [chain.name.as_str()];
        while world.metrics.upkeep.history_from.with_label_values(&label).get() == 0 {
            ensure!(begun.elapsed() < PATIENCE, "nothing is forgotten");
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    })
    .await?;
    let now = snapshot(&store, chain).await?;
    let from = now.history_from().await?;
    ensure!(from > chain.start_block && from + 60 <= now.block().number, "{from}");
    let pool = now.pools(&PoolQuery { limit: 1, ..PoolQuery::default() }).await?;
    let key = Key::Pool(pool.first().context("no pool")?.id);
    match now.entity_at(&key, from - 1).await {
        Err(StoreError::HistoryGone { from: at, .. }) => ensure!(at == from),
        other => bail!("{other:?}"),
    }
    let clean = world.index_chain(chain, "clean", Target::Head).await?;
    let clean = snapshot(&clean, chain).await?;
    ensure!(told(&now, from).await? == told(&clean, from).await?, "readers differ");
    ensure!(wanted.len() > 100, "too little was compared");

    let mut config = world.config("followed")?;
    config.chain = vec![chain.clone()];
    config.indexer.history = "60 blocks".parse()?;
    let path = write_config(&config, world.folder.path())?;
    expect(&run(&path, &["index", "--to", "head"])?, 0, &[])?;
    expect(&run(&path, &["verify", "--sample", "all"])?, 0, &[])?;
    expect(&run(&path, &["reindex", "--collection", "all"])?, 0, &[])?;
    Ok(())
}
