//! A random day of trading: after every block, every pool, both directions, all sizes, exact in and exact out.

use std::time::Instant;

use anyhow::{Result, ensure};
use devchain::{Dice, Traffic};
use domain::amm::tick_math::MAX_TICK;
use tests::quoting::{
    ask::{self, Ask},
    known::dynamic_key,
    scene::Scene,
    tally::Tally,
};

const BLOCKS: u64 = 40;
const PER_BLOCK: usize = 520;

#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was compared is part of the proof")]
async fn every_quote_of_a_day_is_the_contracts_own() -> Result<()> {
    let scene = Box::pin(Scene::start()).await?;
    scene.world.traffic(60, 61).await?;
    let mut tally = Tally::default();
    let tokens = &scene.world.deployment.tokens;
    let key = dynamic_key(tokens[0], tokens[7])?;
    let edge = MAX_TICK / 10 * 10;
    let ranges = [(-edge, edge, 4_000_000_000), (-300, 290, 90_000_000_000), (20, 70, 1 << 40)];
    scene.hand.dynamic_pool(&key, &ranges).await?;
    let pools = Box::pin(scene.moment(&mut tally, true)).await?.pools;
    let pools: Vec<_> = pools.into_iter().map(|known| known.pool).collect();
    scene.hand.take_fees(&pools).await?;

    let started = Instant::now();
    let mut traffic = Traffic::new(&scene.world.chain.url(), &scene.world.deployment, 62);
    let mut dice = Dice::new(63);
    for block in 0..BLOCKS {
        if block % 6 == 1 {
            let pips = u32::try_from(dice.below(if block == 19 { 2 } else { 60_000 }))?;
            scene.hand.change_fee(&key, pips).await?;
        }
        traffic.run(1).await?;
        let now = Box::pin(scene.moment(&mut tally, block % 8 == 7)).await?;
        let asks = (0..PER_BLOCK).filter_map(|_| ask::any(&mut dice, &now.pools));
        let asks: Vec<Ask> = asks.collect();
        Box::pin(scene.compare(&now, &asks, &mut tally)).await?;
        if block + 1 == BLOCKS {
            ensure!(tally.asked.len() >= 2 * now.pools.len(), "a pool was never asked");
        }
    }
    let Tally { quotes, refused, crossed, protocols, exact_out, limits, protocol_fees, .. } = tally;
    println!(
        "{quotes} quotes (V2, V3, V4: {protocols:?}; {exact_out} exact out, {limits} with a limit, {protocol_fees} with a \
         protocol's fee on top) of {} pools over {BLOCKS} blocks in {:?}: {refused} refused alike, {crossed} across ticks \
         in use, {} ticks compared",
        tally.asked.len() / 2,
        started.elapsed(),
        tally.ticks,
    );
    ensure!(quotes >= 20_000, "{quotes} quotes");
    ensure!(refused * 3 <= quotes, "{refused} of {quotes} refused");
    ensure!(crossed * 3 >= quotes, "{crossed} of {quotes} cross a tick");
    ensure!(protocols.iter().all(|count| *count > 2_000), "{protocols:?}");
    ensure!(limits > 1_000 && exact_out > 8_000 && protocol_fees > 5_000, "too little to see");
    scene.stop().await
}
