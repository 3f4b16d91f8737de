//! What a transaction is said to do is what it does.

use std::collections::BTreeMap;

use abis::{
    periphery::{Erc20, TestToken},
    receipt::native_transfers,
};
use alloy_primitives::{Address, B256, Bytes, I256, U256};
use alloy_sol_types::SolCall;
use anyhow::{Context, Result, ensure};
use devchain::{accounts, traffic::TOKENS};
use serde_json::{Value, json};

use super::bed::Bed;

fn trader(index: usize) -> Result<Address> {
    Ok(accounts::address_of(accounts::trader_key(index))?)
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().with_context(|| format!("{value} is no text"))?.to_owned())
}

/// A transaction of a quote, as the service takes it, and as the node does.
fn both(transaction: &Value) -> Result<(Value, Value)> {
    let tried = json!({
        "from": transaction["from"], "to": transaction["to"], "data": transaction["data"],
        "value": transaction["value"], "gas": transaction["gasLimit"],
    });
    let number = |name: &str| -> Result<U256> { Ok(text(&transaction[name])?.parse()?) };
    let sent = json!({
        "from": transaction["from"], "to": transaction["to"], "data": transaction["data"],
        "value": number("value")?, "gas": number("gasLimit")?,
    });
    Ok((tried, sent))
}

/// Worth of a token's thousand dollars.
fn thousand(token: usize) -> U256 {
    let spec = &TOKENS[token];
    U256::from(1_000_000) * U256::from(10).pow(U256::from(spec.decimals)) / U256::from(spec.worth)
}

#[tokio::test]
async fn trades_do_what_was_said() -> Result<()> {
    let bed = Bed::start("tried", 831).await?;
    let ether = U256::from(10).pow(U256::from(17));
    let token = |index: usize| bed.at.tokens[index];
    let trades = [
        (token(0), bed.at.weth, thousand(0)),
        (token(0), token(1), thousand(0)),
        (token(3), Address::ZERO, thousand(3)),
        (Address::ZERO, token(0), ether),
        (Address::ZERO, token(2), ether),
        (bed.at.weth, token(4), ether),
        (token(4), token(0), thousand(4)),
        (token(1), Address::ZERO, thousand(1)),
    ];
    let (mut native, mut routers) = (0, BTreeMap::<String, usize>::new());
    for (index, (from, to, amount)) in trades.into_iter().enumerate() {
        let who = trader(index % accounts::TRADERS)?;
        let quote = bed.quote((from, to), amount, who).await?;
        let (tried, sent) = both(&quote["transaction"])?;
        let (before, _) = bed.head().await?;
        let (status, said) = bed.simulate(&tried).await?;
        ensure!(status == 200 && said["success"] == true, "{said}");
        ensure!(said["method"] == "eth_simulateV1" && said["revert"].is_null(), "{said}");
        ensure!(said["block"]["number"] == before, "{said}");
        let hash = bed.send(sent).await?;
        bed.mine().await?;
        native += u32::from(from.is_zero() || to.is_zero());
        *routers.entry(text(&tried["to"])?).or_default() += 1;
        did(&bed, (hash, before), &said).await?;
    }
    ensure!(native == 4 && routers.len() == 2, "{native} with native coins, {routers:?}");
    bed.stop().await
}

/// Compares what was said with what a transaction did in the block above.
async fn did(bed: &Bed, (hash, before): (B256, u64), said: &Value) -> Result<()> {
    let receipt = bed.receipt(hash).await?;
    ensure!(receipt["status"] == "0x1", "{receipt}");
    let number =
        |name: &str| -> Result<U256> { Ok(serde_json::from_value(receipt[name].clone())?) };
    let (gas, sender) = (number("gasUsed")?, text(&receipt["from"])?);
    // the block that a node makes up has another time, and pools write by the time
    let tried: U256 = text(&said["gasUsed"])?.parse()?;
    ensure!(tried.abs_diff(gas) * U256::from(10) < gas, "{gas} {said}");
    let fee = I256::try_from(gas * number("effectiveGasPrice")?)?;
    let mut told = BTreeMap::new();
    for change in said["balanceChanges"].as_array().context("changes")? {
        let account: Address = text(&change["account"])?.parse()?;
        let token: Address = text(&change["token"])?.parse()?;
        told.insert((account, token), I256::from_dec_str(&text(&change["change"])?)?);
    }
    let mut all = told.clone();
    all.insert((sender.parse()?, Address::ZERO), I256::ZERO);
    // whoever stands in a transfer and is not told has as much as before
    for log in receipt["logs"].as_array().context("logs")? {
        let topics: Vec<B256> = serde_json::from_value(log["topics"].clone())?;
        let token: Address = serde_json::from_value(log["address"].clone())?;
        let is_transfer =
            topics.first() == Some(&<Erc20::Transfer as alloy_sol_types::SolEvent>::SIGNATURE_HASH);
        if let [_, from, to] = topics.as_slice()
            && is_transfer
        {
            for account in [from, to].map(|topic| Address::from_word(*topic)) {
                all.entry((account, token)).or_insert(I256::ZERO);
            }
        }
    }
    for (account, token) in all.into_keys().filter(|(account, _)| !account.is_zero()) {
        let had = I256::try_from(bed.balance(token, account, before).await?)?;
        let has = I256::try_from(bed.balance(token, account, before + 1).await?)?;
        let is_sender = format!("{account:#x}") == sender && token.is_zero();
        let change = has - had + if is_sender { fee } else { I256::ZERO };
        let said = told.get(&(account, token)).copied().unwrap_or_default();
        ensure!(change == said, "{account} and {token}: {said} was said, {change} it is");
    }
    let sent = bed.got(&format!("/v1/tx/{hash}")).await?;
    let words = |answer: &Value| -> Vec<Value> {
        let events = answer["events"].as_array().into_iter().flatten();
        events.map(|e| json!([e["address"], e["event"], e["values"], e["poolId"]])).collect()
    };
    ensure!(words(&sent) == words(said) && !words(said).is_empty(), "{sent} {said}");
    ensure!(!said.to_string().contains(&format!("{:#x}", native_transfers())), "{said}");
    Ok(())
}

#[tokio::test]
async fn what_fails_says_why() -> Result<()> {
    let bed = Bed::start("failed", 841).await?;
    let (husd, weth) = (bed.at.tokens[0], bed.at.weth);
    let call = |from: Address, to: Address, data: Vec<u8>| json!({ "from": from, "to": to, "data": Bytes::from(data) });
    // a token of which there is nothing
    let poor = Address::repeat_byte(0x77);
    let transfer = Erc20::transferCall { to: husd, value: U256::from(5) }.abi_encode();
    let (_, said) = bed.simulate(&call(poor, husd, transfer.clone())).await?;
    ensure!(said["success"] == false && said["balanceChanges"] == json!([]), "{said}");
    let reason = text(&said["revert"]["reason"])?;
    ensure!(!reason.is_empty() && said["gasUsed"].is_string(), "{said}");

    // a trade of somebody who has nothing
    for to in [weth, bed.at.tokens[1], Address::ZERO] {
        let quote = bed.quote((husd, to), thousand(0), poor).await?;
        let (tried, _) = both(&quote["transaction"])?;
        let (status, said) = bed.simulate(&tried).await?;
        ensure!(status == 200 && said["success"] == false, "{said}");
        ensure!(said["revert"]["cause"] == "transfer", "{said}");
    }

    // more native coins than there are
    let rich = json!({ "from": poor, "to": husd, "value": "1000000000000000000000000" });
    let (status, said) = bed.simulate(&rich).await?;
    ensure!(status == 200 && said["success"] == false, "{said}");
    ensure!(
        text(&said["revert"]["reason"])?.to_lowercase().contains("insufficient funds"),
        "{said}"
    );

    // a deadline that has passed
    let quote = bed.quote((husd, weth), thousand(0), trader(1)?).await?;
    let (tried, _) = both(&quote["transaction"])?;
    let deadline = quote["transaction"]["deadline"].as_u64().context("deadline")?;
    let _: Value = bed.rpc.request("evm_mine", json!([deadline + 60])).await?;
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    let (_, said) = bed.simulate(&tried).await?;
    ensure!(said["success"] == false && said["revert"]["cause"] == "deadline", "{said}");

    // a node that cannot try out says less, and why all the same
    bed.tap.without(&["eth_simulateV1"]);
    let (_, said) = bed.simulate(&call(poor, husd, transfer)).await?;
    ensure!(said["method"] == "eth_call" && said["success"] == false, "{said}");
    ensure!(said["revert"]["reason"] == reason && said["balanceChanges"].is_null(), "{said}");
    let mint = TestToken::mintCall { to: poor, value: U256::from(7) }.abi_encode();
    let (_, said) = bed.simulate(&call(bed.at.deployer, husd, mint.clone())).await?;
    ensure!(said["success"] == true && said["events"].is_null(), "{said}");
    bed.tap.without(&[]);
    let (_, said) = bed.simulate(&call(bed.at.deployer, husd, mint)).await?;
    ensure!(said["method"] == "eth_simulateV1" && said["success"] == true, "{said}");
    let change = &said["balanceChanges"][0];
    ensure!(change["change"] == "7" && change["symbol"] == "HUSD", "{said}");
    ensure!(change["account"] == format!("{poor:#x}") && change["decimals"] == 6, "{said}");
    refusals(&bed).await?;
    bed.stop().await
}

async fn refusals(bed: &Bed) -> Result<()> {
    let (from, to) = (trader(0)?, bed.at.weth);
    let long = format!("0x{}", "00".repeat(130 * 1024));
    for (body, code) in [
        (json!({ "to": to }), "BODY_INVALID"),
        (json!({ "from": from, "to": to, "block": "latest" }), "BODY_INVALID"),
        (json!([]), "BODY_INVALID"),
        (json!({ "from": "me", "to": to }), "ADDRESS_INVALID"),
        (json!({ "from": from, "to": to, "data": "0x1" }), "DATA_INVALID"),
        (json!({ "from": from, "to": to, "data": "12" }), "DATA_INVALID"),
        (json!({ "from": from, "to": to, "data": long }), "DATA_INVALID"),
        (json!({ "from": from, "to": to, "value": "-1" }), "VALUE_INVALID"),
        (json!({ "from": from, "to": to, "value": "9".repeat(78) }), "VALUE_INVALID"),
        (json!({ "from": from, "to": to, "gas": 100_000_001 }), "GAS_INVALID"),
        (json!({ "from": from, "to": to, "chain": 5 }), "CHAIN_UNSUPPORTED"),
    ] {
        let (status, answer) = bed.simulate(&body).await?;
        ensure!(
            (400..500).contains(&status) && answer["code"] == code,
            "{code}: {status} {answer}"
        );
    }
    Ok(())
}
