//! A reorg leaves no trace: the documents equal those of a clean index of the final chain.

use anyhow::{Result, ensure};
use indexer::Target;
use store::testing::dump;
use tests::world::World;

#[tokio::test]
async fn replaced_blocks_leave_no_trace() -> Result<()> {
    let world = World::start().await?;
    world.traffic(50, 1).await?;
    world.index("followed", Target::Head).await?;
    // growing, shrinking and equal branches, shallow and deep, with other events than before
    for (depth, blocks, seed) in
        [(1, 2, 11), (7, 9, 12), (20, 21, 13), (3, 3, 14), (30, 10, 15), (1, 25, 16)]
    {
        devchain::reorg_with_traffic(&world.chain.url(), &world.deployment, depth, blocks, seed)
            .await?;
        if blocks >= depth {
            world.index("followed", Target::Head).await?;
        }
    }
    let followed = world.index("followed", Target::Head).await?;
    let clean = world.index("clean", Target::Head).await?;
    let (followed, clean) = (dump(&followed).await?, dump(&clean).await?);
    ensure!(clean.get("rows").is_some_and(|rows| rows.len() > 100), "too little happened");
    for (collection, documents) in &clean {
        // one followed along and kept undo records the other never needed: they speak of the past, not of state
        if collection != "undo" {
            ensure!(followed.get(collection) == Some(documents), "{collection} differs");
        }
    }
    assert_eq!(followed.keys().collect::<Vec<_>>(), clean.keys().collect::<Vec<_>>());
    world.stop().await
}
