//! Contracts of the client's choice that halt in every way: they tell nothing, and nobody else is the worse for it.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::bed::Bed;

/// Code that goes in circles until all gas is burnt, of which this chain gives more than anybody waits for.
const CIRCLES: &str = "0x5b600056";
/// Code that halts, with what it does.
const HALTS: [(&str, &str); 4] = [
    ("jumps to where nothing is", "0x600056"),
    ("copies what nobody returned", "0x6020600060003e"),
    ("is no instruction", "0xfe"),
    ("takes what is not on the stack", "0x01"),
];

#[tokio::test]
async fn a_contract_that_halts_tells_nothing_and_holds_nobody_up() -> Result<()> {
    let bed = Bed::start("halts", 881).await?;
    let mut tokens = vec![bed.at.weth];
    for (byte, (_, code)) in (0xe0..).zip(HALTS) {
        let token = Address::repeat_byte(byte);
        let _: Value = bed.rpc.request("anvil_setCode", json!([token, code])).await?;
        tokens.push(token);
    }
    tokens.push(bed.at.tokens[0]);
    bed.mine().await?;
    bed.follow().await?;
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    let account = bed.at.v2_factory;
    let list: Vec<String> = tokens.iter().map(ToString::to_string).collect();
    let path = format!("/v1/accounts/{account}/balances?tokens={}", list.join(","));
    drop(bed.tap.take());
    let told = bed.got(&path).await?;
    let head = told["block"]["number"].as_u64().unwrap_or_default();
    for (index, token) in tokens.iter().enumerate() {
        let item = &told["items"][index + 1];
        if index == 0 || index == tokens.len() - 1 {
            let has = bed.balance(*token, account, head).await?;
            ensure!(item["balance"] == has.to_string(), "{told}");
        } else {
            ensure!(item["balance"].is_null(), "{}: {told}", HALTS[index - 1].0);
        }
    }
    // an answer as any other: asked once, and known from then on
    bed.got(&path).await?;
    let mut counts = BTreeMap::<String, usize>::new();
    for (method, params) in bed.tap.take() {
        let of_tokens = tokens.iter().any(|token| params[0]["to"] == json!(token));
        if method == "eth_call" && of_tokens {
            *counts.entry(params.to_string()).or_default() += 1;
        }
    }
    ensure!(counts.len() == tokens.len(), "{counts:?}");
    ensure!(counts.values().all(|count| *count == 1), "{counts:?}");
    // nor is the question of a single one a failure
    for token in &tokens[1..=HALTS.len()] {
        let told = bed.got(&format!("/v1/accounts/{account}/balances?tokens={token}")).await?;
        ensure!(told["items"][1]["balance"].is_null(), "{told}");
    }
    // one that takes as long as the node lets it holds up nobody who is asked with it
    let slow = Address::repeat_byte(0xef);
    let _: Value = bed.rpc.request("anvil_setCode", json!([slow, CIRCLES])).await?;
    bed.mine().await?;
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    let told = bed.got(&format!("{path},{slow}")).await?;
    let head = told["block"]["number"].as_u64().unwrap_or_default();
    let has = bed.balance(bed.at.weth, account, head).await?;
    ensure!(told["items"][1]["balance"] == has.to_string(), "{told}");
    ensure!(told["items"][tokens.len() + 1]["balance"].is_null(), "{told}");
    // nor is it the node's failure where it is asked for alone
    let told = bed.got(&format!("/v1/accounts/{account}/balances?tokens={slow}")).await?;
    ensure!(told["items"][1]["balance"].is_null(), "{told}");
    bed.stop().await
}
