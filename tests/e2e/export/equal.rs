//! The rows of a file are those of the pages at the same block.

use std::io::Read as _;

use anyhow::{Context, Result, ensure};
use bson::{Document, doc};
use mongodb::Client;
use reqwest::Method;
use serde_json::Value;
use tests::{
    process::{Services, get, metric},
    world::World,
};

use super::text::{File, leaves};

/// What tokens may call themselves.
const HOSTILE: [&str; 5] =
    ["=HYPERLINK(\"http://x\")", "+1\"2", "@SUM(A1)\r\n", "-2+3,4", "\t=1;\u{1f600}"];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn files_have_the_rows_of_the_pages() -> Result<()> {
    let world = World::start().await?;
    world.traffic(70, 8).await?;
    let config = world.config("export")?;
    let services = Services::up(&config, world.folder.path()).await?;
    let head = services.wait_for_block(world.truth()?.head().await?).await?;
    rename(&world).await?;

    let first = |path: &str| {
        let url = format!("{}{path}", services.serving);
        async move { Ok::<Value, anyhow::Error>(get(&url).await?["items"][0].clone()) }
    };
    let pool = first("/v1/pools?orderBy=swaps&protocol=v3").await?;
    let (id, token) = (&pool["id"], &pool["token0"]["address"]);
    let (id, token) = (id.as_str().context("an id")?, token.as_str().context("a token")?);
    let account = first("/v1/swaps").await?["origin"].clone();
    let account = account.as_str().context("an account")?;
    let owner = first("/v1/positions").await?["owner"].clone();
    let owner = owner.as_str().context("an owner")?;
    let shares = first("/v1/pools?protocol=v2").await?["id"].clone();
    let shares = shares.as_str().context("a pair")?;
    let middle = head / 2;
    let lists = [
        "/v1/pools".to_owned(),
        "/v1/pools?orderBy=tvl".to_owned(),
        "/v1/pools?orderBy=swaps&protocol=v2".to_owned(),
        format!("/v1/pools?token={token}"),
        format!("/v1/pools?asOfBlock={middle}"),
        format!("/v1/pools/{id}/hours"),
        format!("/v1/pools/{id}/days?asOfBlock={middle}"),
        format!("/v1/pools/{id}/ticks"),
        format!("/v1/pools/{id}/tick-days"),
        "/v1/tokens".to_owned(),
        format!("/v1/tokens/{token}/hours?dex=uniswap-v3"),
        format!("/v1/tokens/{token}/days?dex=uniswap-v3"),
        "/v1/dexes/uniswap-v3/days".to_owned(),
        "/v1/swaps".to_owned(),
        format!("/v1/swaps?pool={id}"),
        format!("/v1/swaps?asOfBlock={middle}"),
        "/v1/liquidity-events".to_owned(),
        format!("/v1/accounts/{account}/swaps"),
        format!("/v1/accounts/{account}/liquidity-events"),
        format!("/v1/accounts/{owner}/positions"),
        format!("/v1/accounts/{account}/liquidity-positions"),
        "/v1/positions".to_owned(),
        "/v1/positions?manager=uniswap-v3".to_owned(),
        format!("/v1/liquidity-positions?pool={shares}"),
    ];
    for list in &lists {
        same(&services, list).await.with_context(|| list.clone())?;
    }
    let factory = format!("&factory={}", pool["factory"].as_str().context("a factory")?);
    for (subject, more) in [("pools", ""), ("pools", "&base=token1"), ("tokens", &factory)] {
        let of = if subject == "pools" { id } else { token };
        for resolution in ["1m", "1h", "1w"] {
            for fill in ["", "&fill=true"] {
                let path =
                    format!("/v1/{subject}/{of}/candles?resolution={resolution}{fill}{more}");
                candles(&services, &path).await.with_context(|| path.clone())?;
            }
        }
    }
    one_by_one(&services, id).await?;
    manners(&services, head).await?;
    let done = metric(&services.serving, "sooho_exports_total{end=\"complete\"").await?;
    ensure!(done.is_some_and(|done| done > 0), "{done:?}");
    services.terminate().await?;
    world.stop().await
}

/// Gives some tokens symbols that spreadsheets would run.
async fn rename(world: &World) -> Result<()> {
    let database = Client::with_uri_str(world.mongo.uri()).await?.database("export");
    let tokens = database.collection::<Document>("tokens");
    let mut found = tokens.find(doc! {}).await?;
    let mut changed = 0;
    while found.advance().await? && changed < HOSTILE.len() {
        let id = found.deserialize_current()?.get("_id").context("an id")?.clone();
        let symbol = HOSTILE[changed];
        let renamed = tokens.update_one(doc! { "_id": id }, doc! { "$set": { "symbol": symbol } });
        ensure!(renamed.await?.modified_count == 1, "{symbol}");
        changed += 1;
    }
    ensure!(changed == HOSTILE.len(), "{changed} tokens");
    Ok(())
}

/// All rows of the pages, and where they stand.
async fn pages(services: &Services, path: &str, size: u32) -> Result<(Vec<Value>, Value)> {
    let (mut rows, mut after) = (Vec::new(), String::new());
    let sign = if path.contains('?') { '&' } else { '?' };
    loop {
        let url = format!("{}{path}{sign}first={size}{after}", services.serving);
        let page = get(&url).await?;
        rows.extend(page["items"].as_array().with_context(|| format!("{url}: {page}"))?.clone());
        let Some(next) = page["next"].as_str() else { return Ok((rows, page["block"].clone())) };
        after = format!("&after={next}");
    }
}

async fn same(services: &Services, path: &str) -> Result<()> {
    let (rows, block) = pages(services, path, 13).await?;
    ensure!(!rows.is_empty(), "no rows");
    compare(services, path, &rows, &block).await
}

async fn candles(services: &Services, path: &str) -> Result<()> {
    let page = get(&format!("{}{path}&limit=1000", services.serving)).await?;
    let mut rows = page["items"].as_array().with_context(|| page.to_string())?.clone();
    ensure!(!rows.is_empty(), "no candles");
    // what a page says once stands in each row of a file
    ensure!(page["factory"].is_string() == path.contains("/tokens/"), "{path}: {page}");
    for row in &mut rows {
        for name in ["resolution", "factory"] {
            if page[name].is_string() {
                row[name] = page[name].clone();
            }
        }
    }
    let rows = &rows[..];
    // a page has the newest thousand, a file has them all
    let from = &rows[0]["start"];
    compare(services, &format!("{path}&from={from}"), rows, &page["block"]).await?;
    compare(
        services,
        &format!("{path}&limit=3"),
        &rows[rows.len().saturating_sub(3)..],
        &page["block"],
    )
    .await
}

async fn compare(services: &Services, path: &str, rows: &[Value], block: &Value) -> Result<()> {
    let url = format!("{}{path}", services.serving);
    let lines = File::get(&url, &[("accept", "application/x-ndjson")]).await?;
    ensure!(lines.status == 200 && lines.whole, "{lines:?}");
    let (found, last) = lines.lines()?;
    ensure!(found == rows, "{} lines for {} rows", found.len(), rows.len());
    let end = &last["end"];
    ensure!(
        end["complete"] == true && end["rows"] == rows.len() && end["next"].is_null(),
        "{last}"
    );
    ensure!(end["block"] == *block, "{last}: {block}");

    let sign = if path.contains('?') { '&' } else { '?' };
    let csv = File::get(&format!("{url}{sign}format=csv"), &[]).await?;
    ensure!(csv.status == 200 && csv.whole, "{csv:?}");
    ensure!(csv.header("content-type").starts_with("text/csv"), "{csv:?}");
    for name in ["number", "timestamp"] {
        ensure!(
            block[name]
                .as_u64()
                .is_some_and(
                    |number| csv.header(&format!("sooho-block-{name}")).parse() == Ok(number)
                ),
            "{name}"
        );
    }
    ensure!(block["hash"] == csv.header("sooho-block-hash"), "{block}");
    let (header, table) = csv.table()?;
    ensure!(table.len() == rows.len(), "{} records", table.len());
    ensure!(header.last().is_some_and(|name| name == "cursor"), "{header:?}");
    for (record, row) in table.iter().zip(rows) {
        let leaves = leaves(row);
        let filled = record.iter().filter(|cell| !cell.is_empty()).count();
        let texts = leaves.iter().filter(|(_, text)| !text.is_empty()).count();
        ensure!(filled == texts + 1, "{filled} cells for {texts} values: {record:?}, {row}");
        for (name, text) in leaves {
            let place = header.iter().position(|column| *column == name);
            let cell = &record[place.with_context(|| format!("no column {name}"))?];
            let harmless = if HOSTILE.contains(&text.as_str()) { format!("'{text}") } else { text };
            ensure!(*cell == harmless, "{name}: {cell:?}, not {harmless:?}");
        }
    }
    Ok(())
}

/// A file in parts of its own is the whole one, and stays of its block.
async fn one_by_one(services: &Services, pool: &str) -> Result<()> {
    let status = get(&format!("{}/status", services.serving)).await?;
    let head = &status["chains"][0]["block"]["number"];
    for list in [
        format!("/v1/swaps?asOfBlock={head}"),
        format!("/v1/pools/{pool}/hours?asOfBlock={head}"),
        "/v1/tokens?format=ndjson".to_owned(),
    ] {
        let url = format!("{}{}", services.serving, list.replace("?format=ndjson", "?"));
        let whole = File::get(&format!("{url}&format=ndjson"), &[]).await?.lines()?.0;
        let (mut rows, mut after) = (Vec::new(), String::new());
        loop {
            let url = format!("{url}&first=7{after}");
            let csv = File::get(&format!("{url}&format=csv"), &[]).await?;
            let (_, table) = csv.table()?;
            let part = File::get(&format!("{url}&format=ndjson"), &[]).await?;
            ensure!(part.whole && csv.whole, "{part:?}");
            let (found, last) = part.lines()?;
            rows.extend(found);
            let end = &last["end"];
            ensure!(end["complete"] == end["next"].is_null(), "{last}");
            let Some(next) = end["next"].as_str() else { break };
            ensure!(end["rows"] == 7, "{last}");
            ensure!(table.last().and_then(|record| record.last()).is_some_and(|c| c == next));
            after = format!("&after={next}");
        }
        ensure!(rows == whole, "{list}: {} of {}", rows.len(), whole.len());
    }
    Ok(())
}

async fn manners(services: &Services, head: u64) -> Result<()> {
    let url = format!("{}/v1/swaps?format=csv", services.serving);
    let file = File::get(&url, &[("if-none-match", "*")]).await?;
    ensure!(file.header("etag").is_empty() && file.header("cache-control") == "no-store");
    ensure!(
        file.headers.get_all("vary").iter().any(|value| value == "accept"),
        "{:?}",
        file.headers
    );
    let name = format!("swaps-31337-{head}.csv");
    ensure!(file.header("content-disposition") == format!("attachment; filename=\"{name}\""));
    // compressed it is the same
    let packed = reqwest::Client::new().get(&url).header("accept-encoding", "gzip").send().await?;
    ensure!(packed.headers().get("content-encoding").is_some_and(|kind| kind == "gzip"));
    let mut text = String::new();
    let packed = packed.bytes().await?;
    flate2::read::MultiGzDecoder::new(packed.as_ref()).read_to_string(&mut text)?;
    ensure!(text == file.text && packed.len() < text.len() / 2, "{} bytes", packed.len());
    // only asked how it would be
    let head = reqwest::Client::new().request(Method::HEAD, &url).send().await?;
    ensure!(head.status() == 200, "{head:?}");
    ensure!(head.headers()["content-disposition"] == file.headers["content-disposition"]);
    ensure!(head.bytes().await?.is_empty());
    // JSON is what it was, with its tag, beside
    for path in ["/v1/swaps", "/v1/swaps?format=json"] {
        let page = File::get(&format!("{}{path}", services.serving), &[]).await?;
        ensure!(page.header("content-type") == "application/json", "{page:?}");
        ensure!(page.headers.get_all("vary").iter().any(|value| value == "accept"));
        let page: Value = serde_json::from_str(&page.text)?;
        ensure!(page["items"].as_array().is_some_and(|rows| rows.len() == 50), "{page}");
    }
    Ok(())
}
