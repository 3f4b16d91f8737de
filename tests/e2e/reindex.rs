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
        let is_pools = name == "pools";
        for (n, document) in found.iter().enumerate() {
            let id = doc! { "_id": document.get("_id") };
            if n % 7 == 3 && !is_pools {
                removed += documents.delete_one(id).await?.deleted_count;
            } else if n % 7 == 5 {
                let field = if is_pools {
                    "figures.volumeUSD"
                } else {
                    document.keys().nth(1).context("no field")?.as_str()
                };
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

    expect(&run(&path, &["reindex", "--collection", "candles"])?, 3, &["restore a backup"])?;
    expect(&run(&path, &["reindex", "--collection", "rows"])?, 3, &["choose from: pools"])?;
    database.collection::<Document>("pools").delete_one(doc! {}).await?;
    expect(&run(&path, &["reindex", "--collection", "pools"])?, 5, &["1 pools have no readable"])?;
    world.stop().await
}
