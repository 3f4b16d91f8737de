//! Figures on a real chain: at the head and at older blocks they agree with the chain's own answers, with the rows they
//! were added up from, and with each other; history reads as if indexing had stopped there; a reorg leaves no trace.

use anyhow::{Context, Result, ensure};
use indexer::Target;
use store::testing::dump;
use tests::world::World;

mod ask;
mod check;
mod index;
mod periods;
mod prices;
mod view;

use ask::Ask;
use index::Index;
use view::View;

#[tokio::test]
async fn figures_agree_with_the_chain_and_with_each_other() -> Result<()> {
    let world = World::start().await?;
    world.traffic(320, 5).await?;
    let store = world.index("figures", Target::Head).await?;
    let index = Index::open(&store, world.chain_config()).await?;
    let ask = Ask::new(&world.chain.url(), world.deployment.state_view)?;
    let start = world.deployment.end_block;
    for block in [start + 15, start + 130, start + 251, index.head] {
        let view = View::read(&index, block).await?;
        check::pools(&view, &ask).await.with_context(|| format!("pools at {block}"))?;
        check::totals(&view).with_context(|| format!("totals at {block}"))?;
        prices::check(&view).with_context(|| format!("prices at {block}"))?;
        check::accounts(&view, &index, &ask)
            .await
            .with_context(|| format!("accounts at {block}"))?;
        if block == start + 130 || block == index.head {
            let times = ask.times(block).await?;
            periods::check(&view, &index, &times)
                .await
                .with_context(|| format!("periods at {block}"))?;
        }
    }
    let newest = View::read(&index, index.head).await?;
    for dex in &newest.dexes {
        ensure!(dex.pools.len() >= 8, "{}: {} pools", dex.config.name, dex.pools.len());
        ensure!(dex.totals.total_volume_usd > 1_000_000u64.into(), "{:?}", dex.totals);
        ensure!(dex.totals.total_value_locked_usd > 1_000_000u64.into(), "{:?}", dex.totals);
    }
    world.stop().await
}

#[tokio::test]
async fn an_older_block_reads_as_if_indexing_had_stopped_there() -> Result<()> {
    let world = World::start().await?;
    world.traffic(130, 6).await?;
    let store = world.index("whole", Target::Head).await?;
    let start = world.deployment.end_block;
    let stops = [start + 4, start + 47, start + 121];
    for stop in stops {
        let stopped = world.index(&format!("to_{stop}"), Target::Block(stop)).await?;
        same(&world, &store, &stopped, &[stop]).await.with_context(|| format!("at {stop}"))?;
    }
    // the last of the blocks above is replaced
    devchain::reorg_with_traffic(&world.chain.url(), &world.deployment, 25, 28, 77).await?;
    let store = world.index("whole", Target::Head).await?;
    let clean = world.index("clean", Target::Head).await?;
    let head = Index::open(&clean, world.chain_config()).await?.head;
    same(&world, &store, &clean, &[stops[0], stops[1], stops[2], head]).await?;
    let (followed, clean) = (dump(&store).await?, dump(&clean).await?);
    for (collection, documents) in &clean {
        // undo records speak of the past, which differs
        if collection != "undo" {
            ensure!(followed.get(collection) == Some(documents), "{collection} differs");
        }
    }
    world.stop().await
}

/// Whether every entity that the second index knows is the same in both at these blocks, and nothing else is in the first.
async fn same(
    world: &World,
    store: &store::Store,
    other: &store::Store,
    blocks: &[u64],
) -> Result<()> {
    let index = Index::open(store, world.chain_config()).await?;
    let other = Index::open(other, world.chain_config()).await?;
    let keys = other.keys().await?;
    ensure!(keys.len() > 50, "only {} entities", keys.len());
    for block in blocks {
        for key in &keys {
            let (found, wanted) =
                (index.entity(key, *block).await?, other.entity(key, *block).await?);
            ensure!(found == wanted, "{key:?} at {block}: {found:?}, not {wanted:?}");
        }
        for key in index.keys().await? {
            if !keys.contains(&key) {
                let found = index.entity(&key, *block).await?;
                ensure!(found.is_none(), "{key:?} at {block}: {found:?}");
            }
        }
    }
    Ok(())
}
