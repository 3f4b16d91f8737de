//! Prices exactly at the ends of positions, and beyond all of them.

use alloy_primitives::U256;
use anyhow::{Context, Result, ensure};
use domain::amm::{
    AmmError,
    consistency::Gap,
    swap,
    tick_math::{
        MAX_SQRT_RATIO, MAX_TICK, MIN_SQRT_RATIO, MIN_TICK, sqrt_ratio_at_tick, tick_at_sqrt_ratio,
    },
};
use tests::quoting::{
    scene::{Moment, Scene},
    tally::Tally,
};

use super::{both, place};

fn only(now: &Moment) -> Result<swap::Pool<'_>> {
    ensure!(now.pools.len() == 1, "{} pools", now.pools.len());
    now.pools[0].ranges().context("a pool without ranges")
}

/// A position is in range from its lower tick on, and no more at its upper one.
#[tokio::test]
async fn amms_rs_228_lower_tick() -> Result<()> {
    let scene = Box::pin(Scene::start()).await?;
    let (place, mut tally) = (place(&scene, 3000), Tally::default());
    scene.hand.create(place, sqrt_ratio_at_tick(600)?).await?;
    scene.hand.mint(place, (-60_000, 60_000), both(1_000)).await?;
    let now = Box::pin(scene.agree(60, 1, &mut tally)).await?;
    let mut before = only(&now)?.liquidity;
    let ranges = [(600, 720, true), (480, 600, false), (540, 660, true), (660, 780, false)];
    for (seed, (lower, upper, counts)) in (2..).zip(ranges) {
        scene.hand.mint(place, (lower, upper), both(50)).await?;
        let now = Box::pin(scene.agree(90, seed, &mut tally)).await?;
        let pool = only(&now)?;
        ensure!(pool.tick == 600, "tick {}", pool.tick);
        ensure!((pool.liquidity > before) == counts, "minted {lower}..{upper}: {pool:?}");
        before = pool.liquidity;
    }
    let now = Box::pin(scene.agree(0, 0, &mut tally)).await?;
    let gross = |tick: i32| only(&now).ok()?.ticks.get(tick).map(|tick| tick.gross);
    let sizes = [(2, 720, true), (3, 480, false), (4, 540, true), (5, 780, false)];
    for (token, tick, counts) in sizes {
        let size = gross(tick).context("no such tick")?;
        scene.hand.burn(token, size).await?;
        let now = Box::pin(scene.agree(90, token, &mut tally)).await?;
        let pool = only(&now)?;
        ensure!((pool.liquidity < before) == counts, "burnt at {tick}: {pool:?}");
        ensure!(pool.ticks.get(tick).is_none(), "{tick} stays in use");
        before = pool.liquidity;
    }
    ensure!(tally.quotes >= 700 && tally.crossed > 150, "{tally:?}");
    scene.stop().await
}

/// To the left a swap that ends exactly at a tick in use leaves the tick below it, at a price that is the tick's own.
#[tokio::test]
async fn v3_core_650_tick_vs_price() -> Result<()> {
    let scene = Box::pin(Scene::start()).await?;
    let (place, mut tally) = (place(&scene, 100), Tally::default());
    scene.hand.create(place, sqrt_ratio_at_tick(0)?).await?;
    scene.hand.mint(place, (-5_000, 5_000), both(10_000)).await?;
    scene.hand.mint(place, (-768, 300), both(4_000)).await?;
    let border = sqrt_ratio_at_tick(-768)?;
    scene.hand.swap(place, true, both(50_000)[0], border).await?;
    let now = Box::pin(scene.agree(250, 11, &mut tally)).await?;
    let pool = only(&now)?;
    ensure!((pool.tick, pool.sqrt_price_x96) == (-769, border), "{pool:?}");
    ensure!(tick_at_sqrt_ratio(border)? == -768, "the price's own tick");
    let recomputed = swap::Pool { tick: -768, ..pool };
    let refused = recomputed.check();
    let noticed = matches!(refused, Err(AmmError::Incomplete(Gap::InRange { .. })));
    ensure!(noticed, "a tick computed from the price passes: {refused:?}");
    // back over the same tick, and to it from below
    scene.hand.swap(place, false, both(1)[0], MAX_SQRT_RATIO - U256::ONE).await?;
    let now = Box::pin(scene.agree(150, 12, &mut tally)).await?;
    ensure!(only(&now)?.tick >= -768 && only(&now)?.liquidity > pool.liquidity, "not crossed");
    scene.hand.swap(place, true, both(500)[0], sqrt_ratio_at_tick(-900)?).await?;
    scene.hand.swap(place, false, both(50_000)[0], border).await?;
    let now = Box::pin(scene.agree(150, 13, &mut tally)).await?;
    let pool = only(&now)?;
    ensure!((pool.tick, pool.sqrt_price_x96) == (-768, border), "from below: {pool:?}");
    ensure!(tally.quotes >= 550 && tally.crossed > 120, "{tally:?}");
    scene.stop().await
}

/// Through every position to the end of all prices and back.
#[tokio::test]
async fn simulator_51_drained() -> Result<()> {
    let scene = Box::pin(Scene::start()).await?;
    let (place, mut tally) = (place(&scene, 500), Tally::default());
    scene.hand.create(place, sqrt_ratio_at_tick(0)?).await?;
    for range in [(-100, 100), (-300, -50), (40, 400), (600, 800), (-90_000, -89_000)] {
        scene.hand.mint(place, range, both(700)).await?;
    }
    let stages = [
        (true, MIN_SQRT_RATIO + U256::ONE, MIN_TICK, true),
        (false, MAX_SQRT_RATIO - U256::ONE, MAX_TICK - 1, true),
        (true, sqrt_ratio_at_tick(500)?, 500, true),
        (true, sqrt_ratio_at_tick(7)?, 7, false),
    ];
    for (seed, (sell, limit, tick, empty)) in (21..).zip(stages) {
        scene.hand.swap(place, sell, both(100_000_000)[0], limit).await?;
        let now = Box::pin(scene.agree(220, seed, &mut tally)).await?;
        let pool = only(&now)?;
        ensure!((pool.sqrt_price_x96, pool.tick) == (limit, tick), "{pool:?}, not {tick}");
        ensure!((pool.liquidity == 0) == empty, "{pool:?}");
    }
    ensure!(tally.quotes >= 880 && tally.crossed > 200, "{tally:?}");
    scene.stop().await
}
