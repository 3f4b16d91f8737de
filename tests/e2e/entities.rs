//! Everything that is stored of a real chain, as the real service tells it: equal to the contracts' own answers now and at
//! older blocks, the same in GraphQL and REST, and at a cost that does not grow with the rows.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256};
use anyhow::{Context, Result, ensure};
use domain::decimal::Decimal;
use serde_json::{Value, json};
use sooho::config::Config;
use tests::{
    process::{Services, get},
    tap::Tap,
    world::World,
};

mod boundary;
mod candles;
mod cost;
mod holdings;
mod past;
mod ticks;
mod worth;

const BLOCKS: u64 = 60;

/// A seeded chain, indexed and served by the executable itself.
struct Served {
    world: World,
    tap: Tap,
    config: Config,
    services: Services,
}

impl Served {
    async fn up() -> Result<Self> {
        Self::with_rows(1).await
    }

    /// With so much memory for rows, in MB.
    async fn with_rows(rows_mb: usize) -> Result<Self> {
        let world = World::start().await?;
        world.traffic(BLOCKS, 5).await?;
        let tap = Tap::new(&world.mongo.uri()).await?;
        let mut config = world.config("entities")?;
        config.store.uri = tap.uri();
        // most blocks are below what can be taken back: only the node knows their hashes
        config.chain[0].undo_window = boundary::WINDOW;
        // a query that is answered from memory costs nothing
        config.feeds.answers_mb = 0;
        config.serving.rows_mb = rows_mb;
        let services = Services::up(&config, world.folder.path()).await?;
        services.wait_for_block(world.truth()?.head().await?).await?;
        Ok(Self { world, tap, config, services })
    }

    async fn down(self) -> Result<()> {
        self.services.terminate().await?;
        self.world.stop().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everything_is_served_as_the_chain_has_it_now() -> Result<()> {
    let served = Served::up().await?;
    let Served { world, services, .. } = &served;
    pools(services).await.context("pools")?;
    tokens_and_dexes(services).await.context("tokens and DEXes")?;
    accounts(services).await.context("accounts")?;
    holdings::check(services).await.context("what accounts have")?;
    ticks::check(world, services).await.context("ticks")?;
    worth::check(world, services).await.context("what positions are worth")?;
    served.down().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everything_is_served_as_the_chain_had_it_then() -> Result<()> {
    let served = Served::up().await?;
    candles::check(&served.world, &served.services).await.context("candles")?;
    past::check(&served.world, &served.services).await.context("the past")?;
    served.down().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_it_costs_and_what_can_be_taken_back() -> Result<()> {
    let served = Served::with_rows(0).await?;
    cost::check(&served.services, &served.tap).await.context("what it costs")?;
    boundary::earlier_start(&served.world, served.config.clone()).await?;
    boundary::check(&served.world, &served.services).await.context("what can be taken back")?;
    served.down().await
}

/// All rows of a REST list, page by page.
async fn all(services: &Services, path: &str) -> Result<Vec<Value>> {
    pages(services, path, 50).await
}

/// The same in pages of so many rows.
async fn pages(services: &Services, path: &str, size: u32) -> Result<Vec<Value>> {
    let (mut rows, mut after) = (Vec::new(), String::new());
    let sign = if path.contains('?') { '&' } else { '?' };
    loop {
        let url = format!("{}{path}{sign}first={size}{after}", services.serving);
        let page = get(&url).await?;
        rows.extend(page["items"].as_array().with_context(|| format!("{url}: {page}"))?.clone());
        let Some(next) = page["next"].as_str() else { return Ok(rows) };
        after = format!("&after={next}");
    }
}

fn text<'a>(row: &'a Value, name: &str) -> Result<&'a str> {
    row[name].as_str().with_context(|| format!("{name} of {row}"))
}

fn decimal(row: &Value, name: &str) -> Result<Decimal> {
    Ok(text(row, name)?.parse()?)
}

async fn pools(services: &Services) -> Result<()> {
    let by_creation = all(services, "/v1/pools").await?;
    let ids = |rows: &[Value]| -> BTreeSet<String> {
        rows.iter().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect()
    };
    let locked: BTreeSet<&str> =
        by_creation.iter().map(|pool| text(pool, "totalValueLockedUSD")).collect::<Result<_>>()?;
    ensure!(by_creation.len() > 6 && locked.len() > 4, "{} pools, {locked:?}", by_creation.len());

    // every pool once, by locked value, among all and of each kind
    let kinds = ["", "&protocol=v3", "&dex=uniswap-v4", "&dex=uniswap-v2&protocol=v2"];
    for kind in kinds {
        let created = all(services, &format!("/v1/pools?orderBy=created{kind}")).await?;
        let by_tvl = pages(services, &format!("/v1/pools?orderBy=tvl{kind}"), 3).await?;
        let by_swaps = pages(services, &format!("/v1/pools?orderBy=swaps{kind}"), 7).await?;
        ensure!(!created.is_empty(), "{kind}");
        for list in [&by_tvl, &by_swaps] {
            ensure!(list.len() == created.len() && ids(list) == ids(&created), "{kind}");
        }
        let values = by_tvl.iter().map(|pool| decimal(pool, "totalValueLockedUSD"));
        let values = values.collect::<Result<Vec<_>>>()?;
        ensure!(values.is_sorted_by(|more, less| more >= less), "{kind}: {values:?}");
    }
    // of a token, and of two
    let pool = by_creation.first().context("a pool")?;
    let (token0, token1) = (text(&pool["token0"], "address")?, text(&pool["token1"], "address")?);
    for (tokens, both) in [(token0.to_owned(), false), (format!("{token1},{token0}"), true)] {
        let found = all(services, &format!("/v1/pools?orderBy=tvl&token={tokens}")).await?;
        let has = |pool: &Value, token: &str| {
            [&pool["token0"], &pool["token1"]].iter().any(|side| side["address"] == token)
        };
        let wanted =
            by_creation.iter().filter(|pool| has(pool, token0) && (!both || has(pool, token1)));
        ensure!(ids(&found) == ids(&wanted.cloned().collect::<Vec<_>>()), "{tokens}");
        let values = found.iter().map(|pool| decimal(pool, "totalValueLockedUSD"));
        let values = values.collect::<Result<Vec<_>>>()?;
        ensure!(values.is_sorted_by(|more, less| more >= less), "{tokens}: {values:?}");
    }

    // GraphQL says the same, field by field
    let fields = "id volumeToken0 volumeUSD feesUSD txCount totalValueLockedToken0 totalValueLockedUSD token0Price \
                  token1Price reserve0 sqrtPriceX96 tick liquidity swapCount";
    let data =
        services.graphql(&format!("{{ pools(first: 500) {{ nodes {{ {fields} }} }} }}")).await?;
    let nodes = data["pools"]["nodes"].as_array().context("nodes")?;
    ensure!(nodes.len() == by_creation.len(), "{} pools", nodes.len());
    for (node, row) in nodes.iter().zip(&by_creation) {
        for field in fields.split_whitespace() {
            ensure!(node[field] == row[field], "{field} of {node} and {row}");
        }
        // the days are the hours, and these all there was
        let id = text(row, "id")?;
        for periods in ["days", "hours"] {
            let rows = all(services, &format!("/v1/pools/{id}/{periods}")).await?;
            let sum = sum(&rows, "volumeToken0")?;
            ensure!(sum == decimal(row, "volumeToken0")?, "{periods} of {id}: {sum}");
        }
    }
    Ok(())
}

async fn tokens_and_dexes(services: &Services) -> Result<()> {
    let dexes = get(&format!("{}/v1/dexes", services.serving)).await?;
    let dexes = dexes["items"].as_array().context("DEXes")?.clone();
    ensure!(dexes.len() == 3, "{dexes:?}");
    let tokens = all(services, "/v1/tokens").await?;
    let mut locked: BTreeMap<String, Decimal> = BTreeMap::new();
    for token in &tokens {
        let address = text(token, "address")?;
        let one = get(&format!("{}/v1/tokens/{address}", services.serving)).await?;
        for figures in one["item"]["figures"].as_array().context("figures")? {
            let dex = text(figures, "dex")?.to_owned();
            *locked.entry(dex.clone()).or_default() += decimal(figures, "volume")?;
            let eth = dexes.iter().find(|one| one["name"] == dex).context("its DEX")?;
            let price = decimal(figures, "derivedETH")? * decimal(eth, "ethPriceUSD")?;
            ensure!(price == decimal(figures, "priceUSD")?, "{figures}");
        }
        // the search finds it by the beginning of its symbol and of its address
        let symbol = token["symbol"].as_str().unwrap_or_default();
        for search in [symbol.chars().take(2).collect::<String>(), address[..12].to_owned()] {
            if search.is_ascii() && !search.is_empty() {
                let found = all(services, &format!("/v1/tokens?search={search}")).await?;
                ensure!(found.iter().any(|one| one["address"] == address), "{search}: {found:?}");
            }
        }
    }
    for dex in &dexes {
        let name = text(dex, "name")?;
        ensure!(locked.get(name).is_some_and(|volume| !volume.is_zero()), "{name}: {locked:?}");
        let days = all(services, &format!("/v1/dexes/{name}/days")).await?;
        let volume = sum(&days, "volumeUSD")?;
        let total = decimal(dex, "totalVolumeUSD")?;
        // each of them is cut to 34 digits on its own
        let apart = (volume - total).abs();
        ensure!(apart <= total.abs() * Decimal::from_parts(1, -25), "{name}: {volume}, {total}");
    }
    Ok(())
}

async fn accounts(services: &Services) -> Result<()> {
    let swaps = all(services, "/v1/swaps").await?;
    let mut by_sender: BTreeMap<&str, u64> = BTreeMap::new();
    for swap in &swaps {
        *by_sender.entry(text(swap, "origin")?).or_default() += 1;
    }
    ensure!(by_sender.len() > 2, "{by_sender:?}");
    for (account, count) in by_sender {
        let path = format!("/v1/accounts/{account}");
        let one = get(&format!("{}{path}", services.serving)).await?;
        ensure!(one["item"]["swapCount"] == count, "{account}: {one}, not {count}");
        let its = all(services, &format!("{path}/swaps")).await?;
        let sent = its.iter().filter(|swap| swap["origin"] == account).count() as u64;
        ensure!(sent == count, "{account}: {sent} of {count}");
        let query = format!(
            "{{ account(address: \"{account}\") {{ swapCount swaps(first: 3) {{ nodes {{ id pool {{ id }} }} }} \
             liquidityEvents(first: 3) {{ nodes {{ id }} }} }} }}"
        );
        let found = &services.graphql(&query).await?["account"];
        ensure!(
            found["swapCount"] == count && found["swaps"]["nodes"][0]["id"] == its[0]["id"],
            "{found}"
        );
    }
    Ok(())
}

fn address(text: &str) -> Result<Address> {
    Ok(text.parse()?)
}

fn hash(text: &str) -> Result<B256> {
    Ok(text.parse()?)
}

/// What the rows have in this field together.
fn sum(rows: &[Value], name: &str) -> Result<Decimal> {
    rows.iter().try_fold(Decimal::ZERO, |sum, row| Ok(sum + decimal(row, name)?))
}

/// A refusal's code.
async fn refused(services: &Services, path: &str) -> Result<Value> {
    let body = get(&format!("{}{path}", services.serving)).await?;
    ensure!(body["items"] == json!(null) && body["item"] == json!(null), "{path}: {body}");
    Ok(body["code"].clone())
}
