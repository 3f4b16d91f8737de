//! DEXes as subgraphs: what clients of those are told is what is stored, at every block, today and later.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use serving::subgraph::SubgraphSettings;
use sooho::config::Config;
use tests::{
    process::{Services, get},
    world::World,
};

mod chance;
mod cost;
mod nested;
mod refused;

/// The DEXes, each with the field of its pools and that of its totals.
const DEXES: [(&str, &str, &str); 3] = [
    ("uniswap-v2", "pairs", "uniswapFactories"),
    ("uniswap-v3", "pools", "factories"),
    ("uniswap-v4", "pools", "poolManagers"),
];

/// All three under names, and an older one for the second.
fn configured(world: &World) -> Result<Config> {
    let mut config = world.config("subgraphs")?;
    let chain = &config.chain[0];
    let of = |dex: &sooho::config::DexConfig| {
        serde_json::from_value::<SubgraphSettings>(json!({
            "name": format!("uniswap/{}", dex.name),
            "aliases": [format!("old/{}", dex.name)],
            "chain": chain.name,
            "dex": dex.name,
        }))
    };
    config.subgraph = chain.dex.iter().map(of).collect::<Result<_, _>>()?;
    Ok(config)
}

/// What a subgraph answers; refusals too.
async fn told(services: &Services, dex: &str, query: &str) -> Result<Value> {
    let answer = reqwest::Client::new()
        .post(format!("{}/subgraphs/name/uniswap/{dex}", services.serving))
        .json(&json!({ "query": query }))
        .send()
        .await?;
    ensure!(answer.status() == 200, "{query}: {}", answer.status());
    Ok(answer.json().await?)
}

/// The data of an answer.
async fn ask(services: &Services, dex: &str, query: &str) -> Result<Value> {
    let answer = told(services, dex, query).await?;
    ensure!(answer.get("errors").is_none(), "{dex}: {query}: {answer}");
    Ok(answer["data"].clone())
}

/// All entities of a kind at a block, by their ids.
async fn all(
    services: &Services,
    dex: &str,
    (plural, fields): (&str, &str),
    block: u64,
) -> Result<Vec<Value>> {
    let (mut found, mut last) = (Vec::new(), String::new());
    loop {
        let query = format!(
            "{{ rows: {plural}(first: 1000, where: {{ id_gt: \"{last}\" }}, block: {{ number: {block} }}) {{ id {fields} }} }}"
        );
        let answer = ask(services, dex, &query).await?;
        let rows = answer["rows"].as_array().context("rows")?;
        let Some(id) = rows.last().and_then(|row| row["id"].as_str()) else { return Ok(found) };
        last = id.to_owned();
        found.extend(rows.iter().cloned());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_subgraph_tells_what_is_stored() -> Result<()> {
    let world = World::start().await?;
    world.traffic(25, 31).await?;
    let services = Services::up(&configured(&world)?, world.folder.path()).await?;
    let head = world.truth()?.head().await?;
    services.wait_for_block(head).await?;
    for (dex, pools, totals) in DEXES {
        figures(&services, dex, pools, head).await.context(dex)?;
        let total = if dex == "uniswap-v2" { "pairCount" } else { "poolCount" };
        let query = format!(
            "{{ {totals}(first: 1) {{ {total} txCount }} _meta {{ block {{ number }} }} }}"
        );
        let answer = ask(&services, dex, &query).await?;
        let count = &answer[totals][0][total];
        let count: usize = count.to_string().trim_matches('"').parse()?;
        let listed = all(&services, dex, (pools, ""), head).await?;
        ensure!(count >= listed.len() && !listed.is_empty(), "{dex}: {count} {}", listed.len());
        ensure!(answer["_meta"]["block"]["number"] == head, "{answer}");
    }
    swaps_are_those_of_the_logs(&services).await?;
    rows_name_their_transactions(&services).await?;
    refused::what_cannot_be_is_refused_as_clients_know_it(&services, head).await?;
    chance::lists_are_what_their_conditions_say(&services, head).await?;
    nested::lists_of_many_are_what_a_look_at_all_gives(&services, head).await?;
    status(&services, head).await?;
    services.terminate().await?;
    world.stop().await
}

/// The same figures as the native lists have.
async fn figures(services: &Services, dex: &str, plural: &str, head: u64) -> Result<()> {
    let v2 = dex == "uniswap-v2";
    let tvl = if v2 { "reserveUSD" } else { "totalValueLockedUSD" };
    let fields = format!("{tvl} txCount volumeUSD token0Price token0 {{ id symbol }}");
    let told = all(services, dex, (plural, &fields), head).await?;
    ensure!(!told.is_empty(), "{dex} has no pools");
    for pool in &told {
        let id = pool["id"].as_str().context("id")?;
        let native = get(&format!("{}/v1/pools/{id}", services.serving)).await?;
        let item = &native["item"];
        let names = [
            ("volumeUSD", "volumeUSD"),
            ("totalValueLockedUSD", tvl),
            ("token0Price", "token0Price"),
            ("txCount", "txCount"),
        ];
        for (own, theirs) in names {
            let (own, theirs) = (&item[own], &pool[theirs]);
            let same = own.to_string().trim_matches('"') == theirs.to_string().trim_matches('"');
            ensure!(same, "{id}: {own} and {theirs}");
        }
    }
    Ok(())
}

/// Every swap, each once, newest first as well as by pool.
async fn swaps_are_those_of_the_logs(services: &Services) -> Result<()> {
    for (dex, pools, _) in DEXES {
        let (mut skip, mut ids) = (0, Vec::new());
        loop {
            let query = format!(
                "{{ swaps(first: 1000, skip: {skip}, orderBy: timestamp, orderDirection: desc) {{ id timestamp }} }}"
            );
            let answer = ask(services, dex, &query).await?;
            let rows = answer["swaps"].as_array().context("swaps")?;
            ids.extend(rows.iter().filter_map(|row| row["id"].as_str()).map(str::to_owned));
            if rows.len() < 1000 {
                break;
            }
            skip += 1000;
        }
        let by_pool = format!("{{ {pools}(first: 100) {{ id swaps(first: 1000) {{ id }} }} }}");
        let answer = ask(services, dex, &by_pool).await?;
        let lists = answer[pools].as_array().context("pools")?;
        let mut others: Vec<String> = lists
            .iter()
            .filter_map(|pool| pool["swaps"].as_array())
            .flatten()
            .filter_map(|row| row["id"].as_str())
            .map(str::to_owned)
            .collect();
        ids.sort();
        others.sort();
        let distinct = {
            let mut ids = ids.clone();
            ids.dedup();
            ids.len()
        };
        ensure!(distinct == ids.len() && ids == others, "{dex}: {} {}", ids.len(), others.len());
        let native = services.graphql("{ pools(first: 200) { nodes { dex swapCount } } }").await?;
        let nodes = native["pools"]["nodes"].as_array().context("nodes")?;
        let mine = nodes.iter().filter(|pool| pool["dex"] == dex);
        let count: u64 = mine
            .filter_map(|pool| pool["swapCount"].to_string().trim_matches('"').parse::<u64>().ok())
            .sum();
        ensure!(count == ids.len() as u64, "{dex}: {count} swaps, told {}", ids.len());
    }
    Ok(())
}

/// Whatever an event or a snapshot was made by is there.
async fn rows_name_their_transactions(services: &Services) -> Result<()> {
    let lists = [
        ("uniswap-v2", "mints"),
        ("uniswap-v2", "burns"),
        ("uniswap-v3", "positionSnapshots"),
        ("uniswap-v3", "collects"),
        ("uniswap-v4", "transfers"),
        ("uniswap-v4", "subscribes"),
        ("uniswap-v4", "modifyLiquidities"),
    ];
    for (dex, plural) in lists {
        let query = format!("{{ {plural}(first: 500) {{ id transaction {{ id timestamp }} }} }}");
        let answer = ask(services, dex, &query).await?;
        let rows = answer[plural].as_array().context("rows")?;
        ensure!(!rows.is_empty() || plural == "subscribes", "{dex} has no {plural}");
        ensure!(rows.iter().all(|row| row["transaction"]["id"].is_string()), "{answer}");
    }
    // and nothing else makes one
    let query = "{ transactions(first: 1000, orderBy: timestamp, orderDirection: desc) { id swaps { id } mints { id } \
                 burns { id } collects { id } } positionSnapshots(first: 1000) { transaction { id } } }";
    let answer = ask(services, "uniswap-v3", query).await?;
    let of_positions: Vec<&Value> = answer["positionSnapshots"]
        .as_array()
        .context("snapshots")?
        .iter()
        .map(|row| &row["transaction"]["id"])
        .collect();
    for transaction in answer["transactions"].as_array().context("transactions")? {
        let lists = ["swaps", "mints", "burns", "collects"].map(|name| &transaction[name]);
        let is_empty = lists.iter().all(|list| list.as_array().is_none_or(Vec::is_empty));
        ensure!(!is_empty || of_positions.contains(&&transaction["id"]), "{transaction}");
    }
    Ok(())
}

/// Where it stands, as analytics pages ask.
async fn status(services: &Services, head: u64) -> Result<()> {
    let query = "query ($name: Bytes) { indexingStatusForCurrentVersion(subgraphName: $name, subgraphError: allow) \
                 { synced health chains { chainHeadBlock { number } latestBlock { number } } } }";
    let answer: Value = reqwest::Client::new()
        .post(format!("{}/subgraphs/status", services.serving))
        .json(&json!({ "query": query, "variables": { "name": "old/uniswap-v3" } }))
        .send()
        .await?
        .json()
        .await?;
    let found = &answer["data"]["indexingStatusForCurrentVersion"];
    ensure!(found["synced"] == true && found["health"] == "healthy", "{answer}");
    let chain = &found["chains"][0];
    for block in ["latestBlock", "chainHeadBlock"] {
        let number = chain[block]["number"].as_str().and_then(|number| number.parse().ok());
        ensure!(number == Some(head), "{answer}");
    }
    Ok(())
}

/// A document of a block has one answer for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_block_tells_the_same_for_ever() -> Result<()> {
    let world = World::start().await?;
    world.traffic(15, 41).await?;
    let services = Services::up(&configured(&world)?, world.folder.path()).await?;
    let then = world.truth()?.head().await?;
    services.wait_for_block(then).await?;
    let document = |plural: &str, block: String| {
        let v2 = plural == "pairs";
        let (value, rows) = if v2 {
            ("reserveUSD", "pairDayDatas")
        } else {
            ("totalValueLockedUSD", "poolDayDatas")
        };
        format!(
            "{{ {plural}(first: 50, orderBy: {value}, orderDirection: desc{block}) {{ id {value} volumeUSD txCount \
             token0 {{ id derivedETH }} swaps(first: 5, orderBy: timestamp, orderDirection: desc) {{ id amountUSD }} }} \
             {rows}(first: 100{block}) {{ id date }} bundles(first: 1{block}) {{ id }} \
             tokens(first: 100{block}) {{ id txCount }} uniswapDayDatas(first: 10{block}) {{ id txCount }} \
             transactions(first: 20, orderBy: timestamp, orderDirection: desc{block}) {{ id swaps {{ id }} }} }}"
        )
    };
    let mut before = Vec::new();
    for (dex, pools, _) in DEXES {
        // told as the newest block and by its number
        let newest = ask(&services, dex, &document(pools, String::new())).await?;
        let named =
            ask(&services, dex, &document(pools, format!(", block: {{ number: {then} }}"))).await?;
        ensure!(newest == named, "{dex}: {newest}\nis not\n{named}");
        ensure!(named[pools].as_array().is_some_and(|rows| rows.len() > 2), "{named}");
        before.push((dex, pools, named));
    }
    let same = |when: &'static str| {
        let (services, before) = (&services, &before);
        let document = &document;
        async move {
            for (dex, pools, told) in before {
                let query = document(pools, format!(", block: {{ number: {then} }}"));
                let again = ask(services, dex, &query).await?;
                ensure!(again == *told, "{when}, {dex}: {told}\nbecame\n{again}");
            }
            Ok(())
        }
    };
    world.traffic(12, 42).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    same("after more blocks").await?;
    devchain::reorg_with_traffic(&world.chain.url(), &world.deployment, 6, 8, 43).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    same("after a reorg above it").await?;
    services.terminate().await?;
    world.stop().await
}
