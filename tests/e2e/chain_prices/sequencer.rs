//! A chain whose sequencer is down, and just up again.

use std::time::Duration;

use alloy_primitives::I256;
use anyhow::{Context, Result, ensure};
use indexer::market::chainlink::GRACE_SECONDS;
use market::{MarketError, PriceSource as _};

use super::bench::{Bench, cents, ids};

const DAY: u64 = 86_400;
const UP: I256 = I256::ZERO;
const DOWN: I256 = I256::ONE;

#[tokio::test]
async fn nothing_is_said_while_the_sequencer_is_down_or_just_up() -> Result<()> {
    let bench = Bench::start().await?;
    let (proxy, aggregator) = bench.feed(8).await?;
    let (sequencer, state) = bench.feed(0).await?;
    let reader = bench.reader(&[(proxy, DAY)], Some(sequencer))?;
    let asked = ids(&[proxy]);
    bench.feeds.answer(aggregator, cents(100, 8)?).await?;
    let error = reader.now(&asked).await.unwrap_err();
    ensure!(error.to_string().contains("sequencer"), "a feed without a round: {error}");

    let began = bench.feeds.answer(state, UP).await?;
    bench.feeds.wait(GRACE_SECONDS + 1).await?;
    ensure!(reader.now(&asked).await?.len() == 1, "it is up for long");

    let down = bench.feeds.answer(state, DOWN).await?;
    let answered = bench.feeds.answer(aggregator, cents(50, 8)?).await?;
    let error = reader.now(&asked).await.unwrap_err();
    ensure!(matches!(error, MarketError::Unavailable { .. }), "{error}");
    ensure!(error.to_string().contains(&format!("down since {down}")), "{error}");

    let up = bench.feeds.answer(state, UP).await?;
    bench.feeds.wait(GRACE_SECONDS).await?;
    let error = reader.now(&asked).await.unwrap_err();
    let MarketError::Wait { wait, .. } = error else { anyhow::bail!("{error}") };
    ensure!(wait == Duration::from_secs(1), "as long as it takes: {wait:?}");
    bench.feeds.wait(1).await?;
    ensure!(reader.now(&asked).await?.len() == 1, "it is up for long enough");

    // the past is judged by what the sequencer was then
    let at = async |time: u64| -> Result<Result<usize, MarketError>> {
        let found = reader.at(&asked, time * 1_000).context("it keeps its past")?;
        Ok(found.await.map(|said| said.len()))
    };
    ensure!(matches!(at(answered).await?, Err(MarketError::Unavailable { .. })), "down");
    ensure!(matches!(at(up + 5).await?, Err(MarketError::Wait { .. })), "just up");
    ensure!(matches!(at(down - 1).await?, Ok(1)), "before it went down");
    ensure!(matches!(at(began - 1).await?, Ok(1)), "nobody knew of the sequencer yet");
    ensure!(matches!(at(up + GRACE_SECONDS + 1).await?, Ok(1)), "up again");

    bench.feeds.answer(state, I256::try_from(2)?).await?;
    let error = reader.now(&asked).await.unwrap_err();
    ensure!(error.to_string().contains("neither up"), "{error}");
    bench.feeds.set_broken(state, true).await?;
    let error = reader.now(&asked).await.unwrap_err();
    ensure!(error.to_string().contains("cannot be read"), "{error}");
    bench.chain.stop().await?;
    Ok(())
}
