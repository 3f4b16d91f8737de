//! Queries: every page of a list, caches, errors, documents by their hash.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::{process::Services, world::World};

use super::{
    logs::{self, Place, Swap},
    node::Node,
};

/// A client's program, how many rows its pages have, and what it calls an error.
const CLIENTS: [(&str, usize, &str); 3] = [
    ("apollo.mjs", 500, "CombinedGraphQLErrors"),
    ("urql.mjs", 500, "CombinedError"),
    ("request.mjs", 333, "ClientError"),
];

fn part<'a>(said: &'a [Value], member: &str) -> Result<&'a Value> {
    let found = said.iter().find(|line| !line[member].is_null());
    found.with_context(|| format!("nothing is said of {member}"))
}

/// All swaps came, each once, the newest first.
fn check_pages(line: &Value, wanted: &[(Place, Swap)], size: usize, head: u64) -> Result<()> {
    let nodes = line["swaps"].as_array().context("swaps")?;
    let told = nodes.iter().map(logs::told).collect::<Result<Vec<_>>>()?;
    ensure!(told == wanted, "{} swaps are told, the chain has {}", told.len(), wanted.len());
    ensure!(line["totalCount"] == wanted.len(), "{} of {}", line["totalCount"], wanted.len());
    ensure!(line["pages"] == wanted.len().div_ceil(size), "{} pages", line["pages"]);
    ensure!(line["block"]["number"] == head, "{} is not {head}", line["block"]);
    Ok(())
}

fn check_cache(cache: &Value) -> Result<()> {
    ensure!(cache["requests"] == 2 && cache["same"] == true, "{cache}");
    let listed = cache["list"]["nodes"].as_array().context("pools")?;
    let (first, pool) = (listed.first().context("a pool")?, &cache["pool"]);
    for field in ["id", "swapCount"] {
        ensure!(!pool[field].is_null() && pool[field] == first[field], "{field}: {pool} {first}");
    }
    if !cache["plain"].is_null() {
        ensure!(cache["plain"] == 1, "{cache}");
    }
    if !cache["found"].is_null() {
        // the cache knows pools by id and tokens by address, each once
        ensure!(cache["found"]["swapCount"] == first["swapCount"], "{cache}");
        ensure!(cache["id"] == format!("Pool:{}", pool["id"].as_str().context("an id")?));
        let tokens = listed.iter().flat_map(|pool| [&pool["token0"], &pool["token1"]]);
        let tokens: BTreeSet<String> = tokens.map(|token| token["address"].to_string()).collect();
        ensure!(cache["entities"] == listed.len() + tokens.len(), "{}", cache["entities"]);
    }
    Ok(())
}

/// Errors arrive as what the client calls them, with our codes, beside what could be answered.
fn check_errors(line: &Value, name: &str) -> Result<()> {
    let errors = &line["errors"];
    for (case, code, path) in [
        ("unknown", "QUERY_INVALID", Value::Null),
        ("variable", "PAGE_SIZE_INVALID", json!(["swaps"])),
        ("half", "POOL_ID_INVALID", json!(["bad"])),
    ] {
        let said = &errors[case];
        ensure!(said["kind"] == name, "{case}: {said}");
        let [error] = said["errors"].as_array().context("errors")?.as_slice() else {
            anyhow::bail!("{case}: {said}");
        };
        ensure!(error["code"] == code && error["path"] == path, "{case}: {said}");
        ensure!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{case}: {said}");
    }
    ensure!(errors["half"]["data"]["good"]["id"] == line["id"], "{errors}");
    Ok(())
}

/// The first time its hash is refused, and the document sent along; then the hash is enough.
fn check_persisted(persisted: &Value) -> Result<()> {
    let methods = persisted["methods"].as_array().context("methods")?;
    ensure!(methods.len() == 3, "{persisted}");
    ensure!(methods.first().is_some_and(|method| method == "GET"), "{persisted}");
    ensure!(methods.last().is_some_and(|method| method == "GET"), "{persisted}");
    ensure!(persisted["first"] == 3 && persisted["second"] == 3, "{persisted}");
    Ok(())
}

#[tokio::test]
async fn queries_of_apollo_urql_and_graphql_request() -> Result<()> {
    let world = World::start().await?;
    world.traffic(80, 5).await?;
    let services = Services::up(&world.config("clients_queries")?, world.folder.path()).await?;
    let head = world.truth()?.head().await?;
    services.wait_for_block(head).await?;
    let wanted: Vec<_> = logs::swaps(&world).await?.into_iter().rev().collect();
    ensure!(wanted.len() > 1_000, "{} swaps are no pages", wanted.len());

    for (program, size, error) in CLIENTS {
        let said = Node::start(world.folder.path(), program, &[&services.serving])?.rest().await;
        let said = said.with_context(|| program.to_owned())?;
        let check = || -> Result<()> {
            check_pages(part(&said, "swaps")?, &wanted, size, head)?;
            check_errors(part(&said, "errors")?, error)?;
            // this client has no cache, and knows no hashes
            if program != "request.mjs" {
                check_cache(&part(&said, "cache")?["cache"])?;
                check_persisted(&part(&said, "persisted")?["persisted"])?;
            }
            Ok(())
        };
        check().with_context(|| program.to_owned())?;
    }
    services.terminate().await?;
    world.stop().await
}
