//! Which router carries a trade out, and what becomes of one that none can.

use alloy_primitives::{Address, U256};
use anyhow::{Context, Result, ensure};
use devchain::Dice;
use serde_json::Value;

use super::bed::{Bed, ask, trader};

fn protocols(quote: &Value) -> Vec<&str> {
    let routes = quote["routes"].as_array().into_iter().flatten();
    let legs = routes.filter_map(|route| route["legs"].as_array()).flatten();
    legs.filter_map(|leg| leg["protocol"].as_str()).collect()
}

/// Without routers there are quotes and no transactions; where one knows only some pools, those are used.
#[tokio::test]
async fn only_pools_that_a_router_knows_are_used() -> Result<()> {
    let bed = Bed::start_with("unrouted", 361, |_, config| {
        for chain in &mut config.chain {
            for dex in &mut chain.dex {
                dex.universal_router = None;
                if dex.name == "uniswap-v2" {
                    dex.swap_router02 = None;
                }
            }
        }
    })
    .await?;
    let recipient = trader(&mut Dice::new(3))?;
    let (husd, tusd) = (bed.at.tokens[0], bed.at.tokens[1]);
    let mut question = ask(husd, tusd, U256::from(900_000_000_000_u64));
    let plain = bed.quoted(&question).await?;
    ensure!(plain["transaction"].is_null() && plain["simulation"].is_null(), "{plain}");
    ensure!(protocols(&plain).iter().any(|protocol| *protocol != "v3"), "{plain}");

    question.insert("recipient", recipient.to_string());
    question.insert("simulate", "true".into());
    let narrow = bed.quoted(&question).await?;
    ensure!(protocols(&narrow).iter().all(|protocol| *protocol == "v3"), "{narrow}");
    ensure!(narrow["simulation"]["matches"] == true, "{narrow}");
    let mined = bed.send(&narrow["transaction"]).await?;
    ensure!(mined.succeeded, "{narrow}");
    bed.follow().await?;

    question.insert("protocols", "v2,v4".into());
    ensure!(bed.quoted(&without_recipient(&question)).await?["amountOut"].is_string(), "plain");
    let (status, refused) = bed.quote(&question).await?;
    ensure!(status == 422 && refused["code"] == "TRANSACTION_UNAVAILABLE", "{refused}");
    let detail = refused["detail"].as_str().context("no detail")?;
    ensure!(detail.contains("`universal_router`"), "{detail}");
    bed.stop().await
}

fn without_recipient(
    question: &std::collections::HashMap<&'static str, String>,
) -> std::collections::HashMap<&'static str, String> {
    let mut plain = question.clone();
    for field in ["recipient", "simulate"] {
        plain.remove(field);
    }
    plain
}

/// SwapRouter02 for V2 and V3, else the Universal Router; an exact output never mixes protocols in a path.
#[tokio::test]
async fn the_rule_is_the_documented_one() -> Result<()> {
    let bed = Bed::start("ruled", 371).await?;
    let recipient = trader(&mut Dice::new(4))?;
    let coins = bed.coins();
    let (mut small, mut universal, mut restricted, mut refused) = (0, 0, 0, 0);
    for from in &coins {
        for to in &coins {
            for trade_type in ["exactIn", "exactOut"] {
                let amount = if trade_type == "exactIn" { from } else { to }.worth(900_000);
                let mut question = ask(from.address, to.address, amount);
                question.insert("tradeType", trade_type.into());
                let (status, plain) = bed.quote(&question).await?;
                if !status.is_success() {
                    continue;
                }
                question.insert("recipient", recipient.to_string());
                let (status, quote) = bed.quote(&question).await?;
                if !status.is_success() {
                    // some coins are only connected by several protocols
                    let mixed = quote["detail"]
                        .as_str()
                        .is_some_and(|why| why.contains("several protocols"));
                    ensure!(mixed && trade_type == "exactOut", "{quote}");
                    refused += 1;
                    continue;
                }
                let has_v4 = protocols(&quote).contains(&"v4");
                let router: Address = quote["transaction"]["to"].as_str().context("to")?.parse()?;
                let rule = if has_v4 { bed.at.universal_router } else { bed.at.swap_router02 };
                ensure!(router == rule, "{quote}");
                small += u32::from(!has_v4);
                universal += u32::from(has_v4);
                restricted += u32::from(plain["routeString"] != quote["routeString"]);
                if trade_type == "exactIn" {
                    ensure!(plain["amountOut"] == quote["amountOut"], "{plain} {quote}");
                }
            }
        }
    }
    ensure!(small > 20 && universal > 20, "{small} and {universal}");
    ensure!(restricted > 3 && refused < restricted * 4, "{restricted} and {refused}");
    bed.stop().await
}
