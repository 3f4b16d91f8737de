//! Trades of the past cost what trades of now cost: what came later is not read.

use anyhow::{Context, Result, ensure};
use indexer::Target;
use serde_json::Value;
use tests::{
    process::{Services, get},
    tap::Tap,
    world::World,
};

/// Times at which a span ends, of each pool.
const ENDS: usize = 5;
/// Spans that are looked at, about.
const MOST: usize = 12;

/// Reads of rows for an answer: the least of a few times, since others may read beside it.
async fn reads(tap: &Tap, url: &str) -> Result<(usize, Value)> {
    let (mut least, mut answer) = (usize::MAX, Value::Null);
    for _ in 0..3 {
        tap.take()?;
        answer = get(url).await?;
        ensure!(answer["code"].is_null(), "{url}: {answer}");
        let commands = tap.take()?;
        let of_rows = |name: &str| {
            let asked = commands.iter().filter_map(|command| command.get_str(name).ok());
            asked.filter(|of| *of == "rows").count()
        };
        least = least.min(of_rows("find") + of_rows("aggregate"));
    }
    Ok((least, answer))
}

/// Seconds and ids of the trades of an answer, ascending.
fn trades(said: &Value) -> Result<Vec<(u64, u64)>> {
    let mut found = Vec::new();
    for trade in said.as_array().with_context(|| said.to_string())? {
        let number = |name: &str| trade[name].as_u64().context("a number");
        found.push((number("timestamp")? / 1_000, number("trade_id")?));
    }
    Ok(found)
}

#[tokio::test]
async fn the_newest_trade_of_a_span_is_read_without_those_after_it() -> Result<()> {
    let world = World::start().await?;
    world.traffic(130, 5).await?;
    Box::pin(world.index("feeds_spans", Target::Head)).await?;
    let tap = Tap::new(&world.mongo.uri()).await?;
    let mut config = world.config("feeds_spans")?;
    config.store.uri = tap.uri();
    config.feeds.answers_mb = 0;
    let services = Services::up(&config, world.folder.path()).await?;
    let url = |path: &str| format!("{}/cmc/{path}", services.serving);
    let markets = get(&url("ticker")).await?;
    let mut compared = 0;
    for market in markets.as_object().context("markets")?.keys() {
        let all = get(&url(&format!("trades/{market}?limit=0"))).await?;
        let all = trades(&all)?;
        if all.len() < 4 * ENDS {
            continue;
        }
        if compared >= MOST {
            break;
        }
        for (end, _) in all.iter().step_by(all.len() / ENDS) {
            let path = format!("trades/{market}?end_time={end}&limit=");
            let (many, _) = reads(&tap, &url(&format!("{path}1000"))).await?;
            let (one, said) = reads(&tap, &url(&format!("{path}1"))).await?;
            let wanted: Vec<_> =
                all.iter().rev().find(|(time, _)| time <= end).copied().into_iter().collect();
            ensure!(trades(&said)? == wanted, "{path}1: {said}, wanted {wanted:?}");
            ensure!(one == many, "{path}1 reads {one} times, all before it are read in {many}");
            compared += 1;
        }
    }
    ensure!(compared >= MOST / 2, "{compared} spans");
    services.terminate().await?;
    world.stop().await
}
