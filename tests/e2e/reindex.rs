//! Documents that were damaged by hand are rebuilt from the history, the chain being away.

use anyhow::{Context, Result, ensure};
use bson::{Document, doc};
use futures::TryStreamExt;
use mongodb::Client;
use store::{reindex::collections, testing::dump};
use tests::{
    process::{run, write_config},
    world::World,
};

use super::backup::expect;

#[tokio::test]
async fn what_was_damaged_by_hand_is_rebuilt() -> Result<()> {
    let world = World::start().await?;
    world.traffic(120, 21).await?;
    let mut config = world.config("damaged")?;
    let path = write_config(&config, world.folder.path())?;
    expect(&run(&path, &["index", "--to", "head"])?, 0, &[])?;
    let store = world.store("damaged").await?;
    let before = dump(&store).await?;
    // nobody is asked
    config.chain[0].rpc = vec!["http://127.0.0.1:9".to_owned()];
    let path = write_config(&config, world.folder.path())?;
    let all = ["reindex", "--collection", "all"];
    let said = expect(&run(&path, &all)?, 0, &[])?;
    for name in collections() {
        let right = "0 documents were wrong, 0 were missing, 0 were too many";
        let line = said.lines().find(|line| line.contains(&format!("local: {name}: ")));
        ensure!(line.is_some_and(|line| line.ends_with(right)), "{name}: {said}");
    }
    ensure!(dump(&store).await? == before, "it changed what was right");

    let database = Client::with_uri_str(world.mongo.uri()).await?.database("damaged");
    let (mut altered, mut removed) = (0, 0);
    for name in collections() {
        let documents = database.collection::<Document>(name);
        let found: Vec<Document> =
            documents.find(doc! {}).sort(doc! { "_id": 1 }).await?.try_collect().await?;
        for (n, document) in found.iter().enumerate() {
            let id = doc! { "_id": document.get("_id") };
            if n % 7 == 3 {
                removed += documents.delete_one(id).await?.deleted_count;
            } else if n % 7 == 5 {
                let field = document.keys().nth(1).context("no field")?.as_str();
                let set = doc! { "$set": { field: "damaged" } };
                let damaged = documents.update_one(id, set).await?;
                altered += damaged.modified_count;
            }
        }
    }
    ensure!(altered > 20 && removed > 20, "{altered} altered, {removed} removed");
    ensure!(dump(&store).await? != before);
    expect(&run(&path, &all)?, 0, &[])?;
    ensure!(dump(&store).await? == before, "something was not put right");

    let candles = database.collection::<Document>("candles");
    for seconds in [300_i64, 3_600, 86_400] {
        let removed = candles.delete_many(doc! { "_id.r": seconds }).await?.deleted_count;
        ensure!(removed > 5, "{removed} buckets of {seconds} seconds");
    }
    let mended = ["reindex", "--collection", "candles"];
    expect(&run(&path, &mended)?, 0, &["0 documents were wrong"])?;
    ensure!(dump(&store).await? == before, "candles were not put right");
    let minute = candles.find_one_and_delete(doc! { "_id.r": 60_i64 }).await?.context("none")?;
    expect(&run(&path, &mended)?, 5, &["restore a backup"])?;
    candles.insert_one(minute).await?;
    ensure!(dump(&store).await? == before, "it changed what it cannot rebuild");
    expect(&run(&path, &["reindex", "--collection", "rows"])?, 3, &["choose from: pools"])?;
    // nothing is left of any pool but its history
    database.collection::<Document>("pools").delete_many(doc! {}).await?;
    expect(&run(&path, &["reindex", "--collection", "pools"])?, 0, &["0 documents were wrong"])?;
    ensure!(dump(&store).await? == before, "a pool was not put right");
    // as an earlier version left it
    database.collection::<Document>("pools").delete_one(doc! {}).await?;
    let identities = doc! { "_id.t": 0 };
    database.collection::<Document>("history").delete_many(identities).await?;
    expect(&run(&path, &["reindex", "--collection", "pools"])?, 5, &["1 pools have no readable"])?;
    world.stop().await
}
