//! Logs of contracts that are known by their ABI are told in its words, those of announced ones, too.

use std::collections::BTreeMap;

use alloy_primitives::{B256, U64};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sooho::config::{ContractConfig, FactoryConfig};

use super::bed::Bed;

fn event(name: &str, inputs: &[(&str, &str, bool)]) -> Value {
    let inputs: Vec<_> = inputs
        .iter()
        .map(|(name, ty, indexed)| json!({ "name": name, "type": ty, "indexed": indexed }))
        .collect();
    json!({ "type": "event", "name": name, "inputs": inputs, "anonymous": false })
}

#[tokio::test]
async fn configured_contracts_speak_by_their_abi() -> Result<()> {
    let bed = Bed::start_with("spoken", 881, |world, config| {
        let transfer = event(
            "Transfer",
            &[("giver", "address", true), ("taker", "address", true), ("sum", "uint256", false)],
        );
        let created = event(
            "PairCreated",
            &[
                ("token0", "address", true),
                ("token1", "address", true),
                ("pair", "address", false),
                ("", "uint256", false),
            ],
        );
        let sync = event("Sync", &[("left", "uint112", false), ("right", "uint112", false)]);
        let folder = world.folder.path();
        std::fs::write(folder.join("coin.json"), json!([transfer]).to_string())?;
        std::fs::write(folder.join("pair.json"), json!([created, sync]).to_string())?;
        let d = &world.deployment;
        let contract = |name: &str, abi: &str| ContractConfig {
            name: name.into(),
            abi: abi.into(),
            addresses: vec![],
            factory: None,
            events: vec![],
        };
        let factory = FactoryConfig {
            address: d.v2_factory,
            event: "PairCreated".into(),
            // no topic: it cannot be searched for
            parameter: "pair".into(),
        };
        config.chain[0].contract = vec![
            ContractConfig { addresses: vec![d.tokens[0]], ..contract("coins", "coin.json") },
            ContractConfig {
                factory: Some(factory),
                events: vec!["Sync".into()],
                ..contract("pairs", "pair.json")
            },
        ];
        Ok(())
    })
    .await?;
    let head = bed.follow().await?;
    let coin = format!("{:#x}", bed.at.tokens[0]);
    let mut seen = BTreeMap::<&str, usize>::new();
    for number in head - 12..=head {
        let block: Value =
            bed.rpc.request("eth_getBlockByNumber", json!([U64::from(number), false])).await?;
        let hashes: Vec<B256> = serde_json::from_value(block["transactions"].clone())?;
        for hash in hashes {
            let told = bed.got(&format!("/v1/tx/{hash}")).await?;
            let events = told["events"].as_array().context("events")?;
            // both who listen tell the same numbers, each by its own names
            let twin = |event: &Value, contract: &str| {
                let is_twin = |other: &&Value| {
                    other["logIndex"] == event["logIndex"] && other["contract"] == contract
                };
                events.iter().find(is_twin).map(|twin| twin["values"].clone())
            };
            for event in events {
                let values = &event["values"];
                match (event["contract"].as_str(), event["event"].as_str()) {
                    (Some("erc20"), Some("Transfer")) if event["address"] == coin => {
                        let twin = twin(event, "coins").context("no coin")?;
                        ensure!(twin["giver"] == values["from"], "{told}");
                        ensure!(twin["sum"] == values["value"], "{told}");
                        *seen.entry("coins").or_default() += 1;
                    }
                    (Some("v2-pair"), Some("Sync")) => {
                        let twin = twin(event, "pairs").context("no pair")?;
                        ensure!(twin["left"] == values["reserve0"], "{told}");
                        ensure!(twin["right"] == values["reserve1"], "{told}");
                        *seen.entry("pairs").or_default() += 1;
                    }
                    _ => {}
                }
            }
        }
    }
    ensure!(seen.len() == 2 && seen.values().all(|count| *count > 3), "{seen:?}");
    bed.stop().await
}
