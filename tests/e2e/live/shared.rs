//! Who asks the chain the same at the same time asks it once; who asks later, of the same block, not at all.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use serde_json::Value;

use super::bed::Bed;

/// How often each question about the state after a block was asked since the last look.
fn asked(bed: &Bed, of: impl Fn(&str, &Value) -> bool) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (method, params) in bed.tap.take() {
        let pinned = ["eth_call", "eth_getBalance"].contains(&method.as_str());
        if pinned && of(&method, &params) {
            *counts.entry(format!("{method} {params}")).or_default() += 1;
        }
    }
    counts
}

#[tokio::test]
async fn many_requests_ask_once() -> Result<()> {
    let bed = Bed::start("shared", 871).await?;
    let account = bed.at.deployer;
    let tokens: Vec<String> = bed.at.tokens.iter().take(3).map(ToString::to_string).collect();
    let path = format!("/v1/accounts/{account}/balances?tokens={}", tokens.join(","));
    let digits = format!("{account:x}");
    let mine = |_: &str, params: &Value| params.to_string().to_lowercase().contains(&digits);
    drop(bed.tap.take());
    let told = try_join_all((0..40).map(|_| bed.got(&path))).await?;
    ensure!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
    let counts = asked(&bed, mine);
    ensure!(counts.len() == 4 && counts.values().all(|count| *count == 1), "{counts:?}");

    // of the same block nothing is asked twice
    for _ in 0..20 {
        bed.got(&path).await?;
    }
    let counts = asked(&bed, mine);
    ensure!(counts.is_empty(), "{counts:?}");

    // of the next one everything, once
    bed.mine().await?;
    tokio::time::sleep(Duration::from_millis(150)).await;
    let later = try_join_all((0..10).map(|_| bed.got(&path))).await?;
    ensure!(later[0]["block"] != told[0]["block"], "{later:?}");
    let counts = asked(&bed, mine);
    ensure!(counts.len() == 4 && counts.values().all(|count| *count == 1), "{counts:?}");

    // pools of several queries: each slot of each pool once, and in few round trips
    bed.follow().await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    drop(bed.tap.take());
    let query =
        "{ pools(first: 20) { nodes { id live { sqrtPriceX96 reserve0 differsFromStored } } } }";
    let pools = try_join_all((0..10).map(|_| bed.services.graphql(query))).await?;
    let nodes = pools[0]["pools"]["nodes"].as_array().map_or(0, Vec::len);
    for answer in &pools {
        ensure!(answer == &pools[0], "{answer}");
        for node in answer["pools"]["nodes"].as_array().into_iter().flatten() {
            ensure!(node["live"]["differsFromStored"] == false, "{node}");
        }
    }
    let counts = asked(&bed, |method, _| method == "eth_call");
    ensure!(nodes == 20 && counts.len() >= nodes, "{nodes} pools, {counts:?}");
    ensure!(counts.values().all(|count| *count == 1), "{counts:?}");
    bed.stop().await
}
