//! Market prices in the answers of the real service, and what they cost the database: the commands do not grow with the
//! rows.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use alloy_primitives::Address;
use anyhow::{Context, Result, ensure};
use domain::{
    decimal::Decimal,
    market::{Millis, Price, Source, Status},
};
use indexer::Target;
use serde_json::Value;
use store::{Store, SwapQuery, TokenQuery};
use tests::{
    process::{Services, get},
    tap::Tap,
    world::World,
};

const ALL: u32 = 400;
const SECOND: Millis = 1_000;
const DAY: Millis = 86_400_000;

fn price(value: Decimal, as_of: Millis) -> Price {
    Price {
        value: Some(value),
        status: Status::Fresh,
        sources: vec![Source::Chainlink, Source::Binance],
        as_of: Some(as_of),
        confidence: None,
        fresh_until: Some(as_of + DAY),
        reason: None,
    }
}

/// What a token costs at a block's time: another price for each token and each second.
fn value(index: usize, time: u64) -> Decimal {
    Decimal::from(index as u64 + 1) + Decimal::from(time % 1_000).scaled(-3)
}

/// A sheet for each block's time, known at that time, and for each a correction that is known a day later.
async fn sheets(store: &Store, chain: u64, tokens: &[Address], times: &[u64]) -> Result<()> {
    let market = store.market();
    for time in times {
        let at = time * SECOND;
        let of = |add: Decimal| {
            let prices = tokens.iter().enumerate();
            prices.map(move |(index, token)| (*token, price(value(index, *time) + add, at)))
        };
        let then: Vec<_> = of(Decimal::ZERO).collect();
        ensure!(market.put_sheet(chain, at, at, &then).await?, "{time} was there");
        let corrected: Vec<_> = of(Decimal::from(1_000)).collect();
        market.put_sheet(chain, at, at + DAY, &corrected).await?;
    }
    Ok(())
}

/// How often each collection was asked.
fn counted(tap: &Tap) -> Result<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for command in tap.take()? {
        if let Some(why) = store::testing::refused(&command)
            && !command.contains_key("isMaster")
        {
            anyhow::bail!("{why}: {command}");
        }
        let asked = ["find", "aggregate"].iter().find_map(|name| command.get_str(name).ok());
        *counts.entry(asked.unwrap_or("other").to_owned()).or_default() += 1;
    }
    Ok(counts)
}

/// The answer to a question, and how often it had each collection asked: the least of a few times, since the indexer and the
/// pools in memory read beside it in their own time.
async fn asked_by(
    tap: &Tap,
    ask: impl AsyncFn() -> Result<Value>,
) -> Result<(Value, BTreeMap<String, usize>)> {
    counted(tap)?;
    let mut data = ask().await?;
    let mut least = counted(tap)?;
    for _ in 0..4 {
        data = ask().await?;
        let again = counted(tap)?;
        least.retain(|collection, count| {
            let now = again.get(collection).copied().unwrap_or_default();
            *count = now.min(*count);
            now > 0
        });
    }
    Ok((data, least))
}

fn dec(value: &Value) -> Result<Decimal> {
    let text = value.as_str().with_context(|| format!("{value} is no text"))?;
    Ok(text.parse()?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn prices_of_the_market_stand_beside_what_the_chain_says() -> Result<()> {
    let world = World::start().await?;
    world.traffic(60, 1).await?;
    let store = world.index("prices_api", Target::Head).await?;
    let chain = world.deployment.chain_id;
    let snapshot = store.reader().snapshot(chain).await?.context("nothing is indexed")?;
    let tokens = snapshot.tokens(&TokenQuery { limit: ALL, ..TokenQuery::default() }).await?;
    let tokens: Vec<Address> = tokens.iter().map(|token| token.address).collect();
    let swaps = snapshot.swaps(&SwapQuery { limit: ALL, ..SwapQuery::default() }).await?;
    let mut times: Vec<u64> = swaps.iter().map(|swap| swap.meta.timestamp).collect();
    times.sort_unstable();
    times.dedup();
    ensure!(times.len() > 10 && tokens.len() > 3, "{} times", times.len());
    drop(snapshot);
    sheets(&store, chain, &tokens, &times).await?;

    let tap = Tap::new(&world.mongo.uri()).await?;
    let mut config = world.config("prices_api")?;
    config.store.uri = tap.uri();
    // what is read from memory costs nothing
    config.serving.rows_mb = 0;
    let services = Services::up(&config, world.folder.path()).await?;
    counted(&tap)?;

    rest(&services, &tap, &tokens, &times).await?;
    // the chain's clock is not ours
    let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let newest: Vec<_> = tokens.iter().map(|token| (*token, price(Decimal::ONE, now))).collect();
    store.market().put_sheet(chain, now, now, &newest).await?;
    of_tokens(&services, &tap, &tokens).await?;
    of_swaps(&services, &tap, &tokens).await?;
    of_rows(&services, &tap).await?;
    services.terminate().await?;
    world.stop().await
}

/// All tokens at a block's time, with the correction and as known then, each by one command.
async fn rest(services: &Services, tap: &Tap, tokens: &[Address], times: &[u64]) -> Result<()> {
    let list: Vec<String> = tokens.iter().map(Address::to_string).collect();
    let time = *times.first().context("no time")?;
    let at = time * SECOND;
    let base = format!("{}/v1/prices?tokens={}&at={at}", services.serving, list.join(","));
    let ahead = Decimal::from(1_000);
    for (query, add) in [("", ahead), (&*format!("&known_at={at}"), Decimal::ZERO)] {
        let (answer, asked) = asked_by(tap, async || get(&format!("{base}{query}")).await).await?;
        ensure!(asked.get("price_sheets") == Some(&1), "one command for all tokens: {asked:?}");
        let items = answer["items"].as_array().with_context(|| answer.to_string())?;
        ensure!(items.len() == tokens.len(), "{} prices", items.len());
        for (index, item) in items.iter().enumerate() {
            ensure!(dec(&item["value"])? == value(index, time) + add, "{item}");
            ensure!(
                (item["ageSeconds"].as_u64(), item["status"].as_str()) == (Some(0), Some("fresh"))
            );
        }
    }
    // the others ask only what is declared, too
    let token = tokens.first().context("no token")?;
    for rest in ["", "/candles?resolution=1d&from=0", "/deviation", "/observations"] {
        let answer = get(&format!("{}/v1/prices/{token}{rest}", services.serving)).await?;
        ensure!(answer["chainId"].is_u64(), "{rest}: {answer}");
    }
    let asked = counted(tap)?;
    for collection in ["price_bars", "price_deviations", "price_feeds", "price_sheets"] {
        ensure!(asked.contains_key(collection), "{collection} was not asked: {asked:?}");
    }
    Ok(())
}

async fn of_tokens(services: &Services, tap: &Tap, tokens: &[Address]) -> Result<()> {
    let query = "{ tokens(first: 400) { nodes { address marketPrice { value status } priceDeviation { deviation } } } }";
    let (data, asked) = asked_by(tap, async || services.graphql(query).await).await?;
    ensure!(
        (asked.get("price_sheets"), asked.get("price_deviations")) == (Some(&1), Some(&1)),
        "{asked:?}"
    );
    let nodes = data["tokens"]["nodes"].as_array().context("nodes")?;
    ensure!(nodes.len() == tokens.len(), "{} tokens", nodes.len());
    ensure!(nodes.iter().all(|node| node["marketPrice"]["status"] == "FRESH"), "{data}");
    Ok(())
}

/// What hangs on the rows of any list is read for all of them at once.
async fn of_rows(services: &Services, tap: &Tap) -> Result<()> {
    let of_pool = "token1PerToken0 reconciled { reconciledTVLToken0 } token0 { symbol marketPrice { value } \
                   priceDeviation { deviation } } token1 { decimals }";
    let lists = [
        ("liquidityEvents", format!("id pool {{ id {of_pool} }}")),
        ("pools", format!("id {of_pool}")),
        ("swaps", format!("id pool {{ id {of_pool} }} usd {{ value }}")),
    ];
    for (list, rows) in lists {
        let ask = async |first: u32| {
            let query = format!("{{ {list}(first: {first}) {{ edges {{ node {{ {rows} }} }} }} }}");
            let (data, asked) = asked_by(tap, async || services.graphql(&query).await).await?;
            let edges = data[list]["edges"].as_array().map_or(0, Vec::len);
            anyhow::Ok((edges, asked))
        };
        let (few, for_few) = ask(2).await?;
        let (many, for_many) = ask(ALL).await?;
        ensure!(few == 2 && many > 8, "{list}: {few}, {many}");
        let most = [
            ("pools", 1),
            ("tokens", 1),
            // which blocks it is of, and what it is
            ("reconciled", 2),
            ("price_sheets", 3),
            ("price_deviations", 1),
        ];
        for (collection, most) in most {
            for asked in [&for_few, &for_many] {
                let count = *asked.get(collection).unwrap_or(&0);
                ensure!(count <= most, "{list}: {collection} {count} times: {asked:?}");
            }
        }
    }
    Ok(())
}

async fn of_swaps(services: &Services, tap: &Tap, tokens: &[Address]) -> Result<()> {
    let ask = async |first: u32| {
        let query = format!(
            "{{ swaps(first: {first}) {{ nodes {{ timestamp amount0 amount1 pool {{ token0 {{ address decimals }} \
             token1 {{ address decimals }} }} usd {{ value amount0 amount1 status price0 {{ value }} }} \
             corrected: usd(corrected: true) {{ price0 {{ value }} }} }} }} }}"
        );
        let (data, asked) = asked_by(tap, async || services.graphql(&query).await).await?;
        anyhow::Ok((data["swaps"]["nodes"].as_array().cloned().context("nodes")?, asked))
    };
    let (few, for_few) = ask(4).await?;
    let (many, for_many) = ask(ALL).await?;
    ensure!(few.len() == 4 && many.len() > 100, "{} swaps", many.len());
    for (collection, most) in [("pools", 1), ("tokens", 1), ("price_sheets", 2)] {
        for asked in [&for_few, &for_many] {
            let count = asked.get(collection).unwrap_or(&0);
            ensure!((1..=most).contains(count), "{asked:?}");
        }
    }
    for swap in &many {
        let time = swap["timestamp"].as_u64().context("timestamp")?;
        let side = |name: &str, amount: &str| {
            let token = &swap["pool"][name];
            let address: Address = token["address"].as_str().context("address")?.parse()?;
            let place =
                tokens.iter().position(|token| *token == address).context("no such token")?;
            let decimals = token["decimals"].as_i64().unwrap_or(18);
            let amount = dec(&swap[amount])?.abs().scaled(-i32::try_from(decimals)?);
            anyhow::Ok((value(place, time), amount * value(place, time)))
        };
        let ((price0, worth0), (_, worth1)) =
            (side("token0", "amount0")?, side("token1", "amount1")?);
        let usd = &swap["usd"];
        ensure!((dec(&usd["amount0"])?, dec(&usd["amount1"])?) == (worth0, worth1), "{swap}");
        ensure!(dec(&usd["value"])? == (worth0 + worth1) * Decimal::from_parts(5, -1), "{swap}");
        ensure!(dec(&usd["price0"]["value"])? == price0, "as known then: {swap}");
        let corrected = dec(&swap["corrected"]["price0"]["value"])?;
        ensure!(corrected == price0 + Decimal::from(1_000), "{swap}");
    }
    Ok(())
}
