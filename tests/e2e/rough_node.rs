//! A node that fails, throttles, limits and changes its mind: the documents are those of a calm one.

use std::time::Duration;

use anyhow::{Result, ensure};
use devchain::{
    record::record,
    replay::{Replay, ReplayOptions},
};
use indexer::Target;
use store::testing::dump;
use tests::world::World;

#[tokio::test]
async fn a_rough_node_gives_the_same_documents() -> Result<()> {
    let world = World::start().await?;
    world.traffic(100, 5).await?;
    let calm = dump(&world.index("calm", Target::Head).await?).await?;
    let file = world.folder.path().join("chain.jsonl");
    record(&world.chain.url(), &file).await?;
    let head = world.truth()?.head().await?;

    let rough = ReplayOptions {
        latency: Duration::from_millis(2),
        errors_per_thousand: 150,
        requests_per_second: Some(200),
        max_range: Some(9),
        max_results: Some(400),
        ..ReplayOptions::default()
    };
    // grows while it is followed, and takes back blocks again and again
    let restless = ReplayOptions {
        head: Some(head / 2),
        // slow enough to be seen by an indexer that has to share its machine
        blocks_per_kilosecond: 3_000,
        reorg_every: 7,
        reorg_depth: 5,
        reorg_shows: Duration::from_millis(1_600),
        errors_per_thousand: 30,
        ..ReplayOptions::default()
    };
    for (name, options) in [("rough", rough), ("restless", restless)] {
        let replay = Replay::start(&file, options).await?;
        let mut settings = world.config(name)?.chain.remove(0);
        settings.rpc = vec![replay.url()];
        world.index_chain(&settings, name, Target::Block(head)).await?;
        // a replacement may have been showing at the end; the recorded branch is back after it
        tokio::time::sleep(Duration::from_millis(2_000)).await;
        let found = dump(&world.index_chain(&settings, name, Target::Head).await?).await?;
        for (collection, documents) in &calm {
            // undo records depend on where the head stood when a block came in
            if collection != "undo" {
                ensure!(found.get(collection) == Some(documents), "{name}: {collection} differs");
            }
        }
        replay.stop().await;
    }
    let reverted = world.metrics.reverted.with_label_values(&["local"]).get();
    ensure!(reverted > 10, "only {reverted} blocks were taken back: the node was not restless");
    world.stop().await
}
