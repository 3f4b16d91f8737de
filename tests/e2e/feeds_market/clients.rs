//! UDF as charts speak it: a pair that hardly trades costs one question per screen, and not one per gap.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use store::PoolQuery;
use tests::world::World;

use super::{
    bed::{Bed, sleep_days},
    truth::minutes,
};

/// Bars that fit on a screen.
const SCREEN: u64 = 300;

/// A chart that wants a screen of bars before a time, and goes on until it has them or is told that there are no more; how
/// many bars it got and how often it asked.
async fn screen(
    bed: &Bed,
    ticker: &str,
    (name, seconds): (&str, u64),
    mut to: u64,
    counts: bool,
) -> Result<(usize, usize)> {
    let (mut bars, mut asked) = (0_usize, 0);
    loop {
        ensure!(asked < 1_000, "{ticker} {name}: still asking after {bars} bars");
        let from = to.saturating_sub(SCREEN * seconds);
        let wanted = usize::try_from(SCREEN)? - bars;
        let count = if counts { format!("&countback={wanted}") } else { String::new() };
        let path =
            format!("/udf/history?symbol={ticker}&resolution={name}&from={from}&to={to}{count}");
        let said = bed.get(&path).await?;
        asked += 1;
        match said["s"].as_str() {
            Some("ok") => {
                let times = said["t"].as_array().context("times")?;
                bars += times.len();
                to = times.first().and_then(Value::as_u64).context("a time")?;
                // all that there was: fewer than were asked for
                if bars >= usize::try_from(SCREEN)? || (counts && times.len() < wanted) {
                    return Ok((bars, asked));
                }
            }
            Some("no_data") => match said["nextTime"].as_u64() {
                // up to and with the bar that it was told of
                Some(next) => to = next + 1,
                None => return Ok((bars, asked)),
            },
            _ => anyhow::bail!("{path}: {said}"),
        }
    }
}

#[tokio::test]
async fn a_pair_with_three_trades_in_a_year_costs_one_question_per_screen() -> Result<()> {
    let world = World::start().await?;
    world.traffic(60, 5).await?;
    for seed in [6, 7] {
        sleep_days(&world, 150).await?;
        world.traffic(12, seed).await?;
    }
    sleep_days(&world, 60).await?;
    let bed = Box::pin(Bed::serve(world, "feeds_clients", |_| ())).await?;
    let snapshot = bed.snapshot().await?;
    let now = snapshot.block().timestamp;
    let mut checked = 0;
    for pool in snapshot.pools(&PoolQuery { limit: 500, ..PoolQuery::default() }).await? {
        let minutes = minutes(&snapshot, &pool).await?;
        let Some((first, last)) = minutes.first().zip(minutes.last()) else { continue };
        if last.start - first.start < 120 * 86_400 || minutes.len() > 20 {
            continue;
        }
        checked += 1;
        let ticker = pool.id.to_string();
        for (name, seconds) in [("1", 60), ("60", 3_600), ("1D", 86_400)] {
            let (bars, asked) = screen(&bed, &ticker, (name, seconds), now, true).await?;
            ensure!(asked == 1, "{ticker} {name}: {asked} questions for {bars} bars");
            ensure!(bars > 1 && bars <= minutes.len(), "{ticker} {name}: {bars} bars");
            // an old client, which counts nothing and goes from gap to gap
            let (same, asked) = screen(&bed, &ticker, (name, seconds), now, false).await?;
            ensure!(same == bars, "{ticker} {name}: {same} bars and {bars}");
            ensure!(asked <= 2 * bars + 2, "{ticker} {name}: {asked} questions for {bars} bars");
        }
    }
    ensure!(checked >= 2, "{checked} pools that hardly trade");
    bed.stop().await
}
