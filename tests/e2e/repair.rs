//! Looking whether the store is right, and going back when it is not.

use std::{
    path::Path,
    process::Output,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use bson::{Document, doc};
use devchain::{Anvil, AnvilOptions};
use futures::TryStreamExt;
use indexer::Target;
use mongodb::Client;
use serde_json::Value;
use store::testing::dump;
use tests::{
    process::{Services, metric, run, write_config},
    world::World,
};

fn expect(output: &Output, code: i32, words: &[&str]) -> Result<String> {
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    ensure!(output.status.code() == Some(code), "{:?} instead of {code}: {said}", output.status);
    for word in words {
        ensure!(said.contains(word), "`{word}` is not said: {said}");
    }
    Ok(said)
}

#[tokio::test]
async fn what_was_rewound_and_indexed_again_is_the_same() -> Result<()> {
    let world = World::start().await?;
    world.traffic(90, 2).await?;
    let head = world.truth()?.head().await?;
    let path = write_config(&world.config("rewound")?, world.folder.path())?;
    let sooho = |arguments: &[&str]| run(&path, arguments);
    expect(&sooho(&["rewind", "--to", "3"])?, 0, &["nothing is stored"])?;
    expect(&sooho(&["index", "--to", "head"])?, 0, &[])?;
    let store = world.store("rewound").await?;
    let before = dump(&store).await?;

    let to = head - 40;
    let answer = sooho(&["rewind", "--chain", "local", "--to", &to.to_string()])?;
    expect(&answer, 0, &[&format!("the newest is {to} ")])?;
    let newest = store.reader().watermark(world.deployment.chain_id).await?.context("empty")?;
    assert_eq!(newest.block.number, to);
    expect(&sooho(&["verify", "--sample", "all"])?, 0, &[&format!("local at block {to} ")])?;
    expect(&sooho(&["rewind", "--to", &head.to_string()])?, 0, &[&format!("the newest is {to} ")])?;
    expect(&sooho(&["index", "--to", "head"])?, 0, &[])?;
    assert!(dump(&store).await? == before, "the documents differ");

    // below the window: nothing is changed, and the way out is said
    let below = sooho(&["rewind", "--to", "1"])?;
    expect(&below, 5, &["below what can be taken back", "`sooho rewind --drop --chain local`"])?;
    expect(&sooho(&["rewind", "--drop"])?, 1, &["--yes"])?;
    expect(&sooho(&["rewind", "--drop", "--yes", "--chain", "other"])?, 3, &["local"])?;
    assert!(dump(&store).await? == before, "it was changed");
    expect(&sooho(&["rewind", "--drop", "--yes"])?, 0, &["documents removed"])?;
    assert!(dump(&store).await?.values().all(Vec::is_empty), "something is left");
    expect(&sooho(&["verify"])?, 5, &["nothing of chain local is stored"])?;
    expect(&sooho(&["index", "--to", "head"])?, 0, &[])?;
    assert!(dump(&store).await? == before, "the documents differ");
    world.stop().await
}

#[tokio::test]
async fn a_good_store_verifies_and_a_damaged_one_does_not() -> Result<()> {
    let world = World::start().await?;
    world.traffic(60, 7).await?;
    let path = write_config(&world.config("verified")?, world.folder.path())?;
    world.index("verified", Target::Head).await?;
    let damage = Damage::new(&world, "verified").await?;
    world.traffic(20, 8).await?;
    world.index("verified", Target::Head).await?;

    let all = expect(&run(&path, &["verify", "--sample", "all", "--json"])?, 0, &[])?;
    let json: Value =
        serde_json::from_str(all.get(all.find('{').context("no JSON")?..).unwrap_or(&all))?;
    for kind in KINDS {
        let checked = json["chains"][0]["kinds"][kind]["checked"].as_u64().unwrap_or_default();
        ensure!(checked > 0, "{kind}: nothing was compared: {json:#}");
    }
    // the same seed compares the same; a block within the window can be asked for
    let some = ["verify", "--sample", "5", "--seed", "3"];
    assert_eq!(run(&path, &some)?.stdout, run(&path, &some)?.stdout);
    let head = world.truth()?.head().await?;
    for back in [1, 9, 30] {
        let block = (head - back).to_string();
        let then = run(&path, &["verify", "--sample", "all", "--block", &block])?;
        expect(&then, 0, &[&format!("local at block {block} ")])?;
    }
    for nonsense in ["1", "99999999"] {
        expect(&run(&path, &["verify", "--block", nonsense])?, 4, &["choose a block from"])?;
    }

    for kind in ["prices", "reserves", "tick_sums", "positions", "balances", "owners", "events"] {
        let undo = damage.of(kind).await?;
        let found = run(&path, &["verify", "--sample", "all"])?;
        let said = expect(&found, 8, &["differ from the chain", "stored ", "on chain "])?;
        ensure!(said.contains(&format!("{kind}: ")), "{kind}: {said}");
        damage.undo(undo).await?;
    }
    expect(&run(&path, &["verify", "--sample", "all"])?, 0, &[])?;
    world.stop().await
}

const KINDS: [&str; 10] = [
    "blocks",
    "reserves",
    "prices",
    "liquidity",
    "ticks",
    "tick_sums",
    "positions",
    "owners",
    "balances",
    "events",
];

/// Changes behind the store's back.
struct Damage {
    database: mongodb::Database,
    /// The pools as they were a while ago.
    old: Vec<Document>,
}

/// A document as it was, and where.
type Undo = (&'static str, Document);

impl Damage {
    async fn new(world: &World, database: &str) -> Result<Self> {
        let database = Client::with_uri_str(world.mongo.uri()).await?.database(database);
        let pools = database.collection::<Document>("pools");
        let old = pools.find(doc! {}).await?.try_collect().await?;
        Ok(Self { database, old })
    }

    /// What a kind of comparison has to find.
    async fn of(&self, kind: &str) -> Result<Undo> {
        match kind {
            "prices" => self.old("v3").await,
            "reserves" => self.old("v2").await,
            "tick_sums" => self.without("ticks", "").await,
            "positions" => self.of_another().await,
            "balances" => self.without("nft_balances", "erc1155").await,
            "owners" => self.without("nft_balances", "erc721").await,
            _ => self.without("rows", "").await,
        }
    }

    /// Puts back a pool that has changed since: an update that was lost.
    async fn old(&self, protocol: &str) -> Result<Undo> {
        let pools = self.database.collection::<Document>("pools");
        for old in
            self.old.iter().filter(|old| old.get_str("protocol").is_ok_and(|name| name == protocol))
        {
            let id = doc! { "_id": old.get("_id") };
            let now = pools.find_one(id.clone()).await?.context("the pool is gone")?;
            if now.get("state") != old.get("state") {
                pools.replace_one(id, old).await?;
                return Ok(("pools", now));
            }
        }
        anyhow::bail!("no {protocol} pool changed")
    }

    /// Gives a position the owner of another one.
    async fn of_another(&self) -> Result<Undo> {
        let positions = self.database.collection::<Document>("nft_positions");
        let all: Vec<Document> =
            positions.find(doc! {}).sort(doc! { "_id": 1 }).await?.try_collect().await?;
        let first = all.first().context("there are no positions")?;
        let owner = all.iter().filter_map(|one| one.get("owner"));
        let other = owner.clone().find(|owner| Some(*owner) != first.get("owner"));
        let set = doc! { "$set": { "owner": other.context("all have one owner")? } };
        positions.update_one(doc! { "_id": first.get("_id") }, set).await?;
        Ok(("nft_positions", first.clone()))
    }

    /// Removes a document; of NFTs, one of this standard.
    async fn without(&self, name: &'static str, standard: &str) -> Result<Undo> {
        let collection = self.database.collection::<Document>(name);
        let which = if standard.is_empty() {
            doc! {}
        } else {
            doc! { "standard": standard }
        };
        let found = collection.find_one_and_delete(which).sort(doc! { "_id": 1 }).await?;
        Ok((name, found.context("it is empty")?))
    }

    async fn undo(&self, (name, document): Undo) -> Result<()> {
        let collection = self.database.collection::<Document>(name);
        let id = doc! { "_id": document.get("_id") };
        collection.replace_one(id, document).upsert(true).await?;
        Ok(())
    }
}

#[tokio::test]
async fn a_node_without_the_state_is_named_as_the_reason() -> Result<()> {
    let world = World::start().await?;
    let options = AnvilOptions { prune_history: Some(16), ..AnvilOptions::default() };
    let pruned = Anvil::start(options).await?;
    let deployment = devchain::deploy(&pruned.url()).await?;
    let traffic = |blocks, seed| {
        let mut traffic = devchain::Traffic::new(&pruned.url(), &deployment, seed);
        async move { traffic.run(blocks).await }
    };
    traffic(5, 1).await?;
    let mut config = world.config("pruned")?;
    config.chain[0].rpc = vec![pruned.url()];
    let path = write_config(&config, world.folder.path())?;
    expect(&run(&path, &["index", "--to", "head"])?, 0, &[])?;
    expect(&run(&path, &["verify"])?, 0, &[])?;
    traffic(40, 2).await?;
    expect(&run(&path, &["verify"])?, 4, &["the node has no state of block", "archive node"])?;
    pruned.stop().await?;
    world.stop().await
}

#[tokio::test]
async fn the_audit_job_counts_and_warns() -> Result<()> {
    let world = World::start().await?;
    world.traffic(30, 4).await?;
    let mut config = world.config("audited")?;
    config.indexer.audit = "* * * * * *".into();
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    for kind in KINDS {
        wait_for(
            &services,
            &format!("sooho_audit_checked_total{{chain=\"local\",kind=\"{kind}\"}}"),
            1,
        )
        .await?;
        let drift = format!("sooho_audit_drift_total{{chain=\"local\",kind=\"{kind}\"}}");
        assert_eq!(metric(&services.indexer, &drift).await?, Some(0), "{kind}");
    }
    wait_for(&services, "sooho_audit_last_run_timestamp_seconds", 1_700_000_000).await?;

    Damage::new(&world, "audited").await?.without("rows", "").await?;
    wait_for(&services, "sooho_audit_drift_total{chain=\"local\",kind=\"events\"}", 1).await?;
    let log = log_of(world.folder.path())?;
    ensure!(log.contains("the store differs from the chain") && log.contains("on_chain="), "{log}");
    services.terminate().await?;
    world.stop().await
}

fn log_of(folder: &Path) -> Result<String> {
    Ok(std::fs::read_to_string(folder.join("up.log"))?)
}

/// Waits until a metric is at least this.
async fn wait_for(services: &Services, name: &str, least: u64) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let value = metric(&services.indexer, name).await?;
        if value.is_some_and(|value| value >= least) {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "{name} is {value:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Ticks that were lost would make the next events of their positions impossible: they are rebuilt, and indexing goes on.
#[tokio::test]
async fn lost_ticks_do_not_stop_the_indexer() -> Result<()> {
    let world = World::start().await?;
    world.traffic(60, 9).await?;
    drop(world.index("lossy", Target::Head).await?);
    let database = Client::with_uri_str(world.mongo.uri()).await?.database("lossy");
    let lost = database.collection::<Document>("ticks").delete_many(doc! {}).await?.deleted_count;
    ensure!(lost > 10, "{lost} ticks");
    world.traffic(60, 10).await?;
    let store = world.index("lossy", Target::Head).await?;
    let clean = world.index("clean", Target::Head).await?;
    ensure!(dump(&store).await? == dump(&clean).await?, "the documents differ");
    world.stop().await
}
