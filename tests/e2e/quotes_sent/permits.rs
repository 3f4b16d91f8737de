//! From nothing allowed to a trade: approvals that are wanted, a permit that is signed, and signatures of others.

use std::collections::HashMap;

use abis::{
    periphery::{Erc20, PermitDetails, PermitSingle},
    routers::permit2::signing_hash,
};
use alloy::signers::{SignerSync, local::PrivateKeySigner};
use alloy_primitives::{Address, B256, U256, keccak256};
use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::bed::{Bed, ask, number};

type Question = HashMap<&'static str, String>;

/// The permit of an answer, signed; and the question with it.
fn signed(bed: &Bed, question: &Question, quote: &Value, key: B256) -> Result<Question> {
    let permit = &quote["permit"];
    let message = &permit["message"];
    let details = &message["details"];
    let text = |value: &Value| value.as_str().map(str::to_owned).context("no text");
    let address = |value: &Value| -> Result<Address> { Ok(text(value)?.parse()?) };
    let of = PermitSingle {
        details: PermitDetails {
            token: address(&details["token"])?,
            amount: text(&details["amount"])?.parse()?,
            expiration: text(&details["expiration"])?.parse()?,
            nonce: text(&details["nonce"])?.parse()?,
        },
        spender: address(&message["spender"])?,
        sigDeadline: number(&message["sigDeadline"])?,
    };
    let chain = permit["domain"]["chainId"].as_u64().context("no chain")?;
    ensure!(of.spender == bed.at.universal_router, "{permit}");
    ensure!(address(&permit["domain"]["verifyingContract"])? == bed.at.permit2, "{permit}");
    let hash = signing_hash(chain, bed.at.permit2, &of);
    let signature = PrivateKeySigner::from_bytes(&key)?.sign_hash_sync(&hash)?;
    let mut question = question.clone();
    question
        .insert("permitSignature", alloy_primitives::hex::encode_prefixed(signature.as_bytes()));
    question.insert("permitAmount", text(&details["amount"])?);
    question.insert("permitExpiration", text(&details["expiration"])?);
    question.insert("permitNonce", text(&details["nonce"])?);
    question.insert("permitSigDeadline", text(&message["sigDeadline"])?);
    Ok(question)
}

fn kinds(quote: &Value) -> Vec<&str> {
    let approvals = quote["approvals"].as_array().into_iter().flatten();
    approvals.filter_map(|approval| approval["kind"].as_str()).collect()
}

#[tokio::test]
async fn a_signature_is_enough() -> Result<()> {
    let bed = Bed::start("permits", 331).await?;
    let (token, weth) = (bed.at.tokens[0], bed.at.weth);
    let amount = U256::from(70_000_000_u64);
    let (key, owner) = bed.fresh("a wallet with a key", token, amount * U256::from(3)).await?;
    bed.follow().await?;
    let mut question = ask(token, weth, amount);
    question.insert("recipient", owner.to_string());
    question.insert("router", "universal".into());
    question.insert("simulate", "true".into());

    let quote = bed.quoted(&question).await?;
    ensure!(kinds(&quote) == ["erc20", "permit2"], "{quote}");
    ensure!(quote["simulation"]["status"] == "NOT_APPROVED", "{quote}");
    let mut pretended = question.clone();
    pretended.insert("simulateWith", "overrides".into());
    let quote = bed.quoted(&pretended).await?;
    ensure!(quote["simulation"]["matches"] == true, "{quote}");

    let (spender, value) = (bed.at.permit2, U256::MAX);
    bed.act(owner, token, &Erc20::approveCall { spender, value }).await?;
    bed.follow().await?;
    let quote = bed.quoted(&question).await?;
    ensure!(kinds(&quote) == ["permit2"], "{quote}");
    let with_permit = signed(&bed, &question, &quote, key)?;
    let by_somebody_else = signed(&bed, &question, &quote, keccak256("somebody else"))?;

    let quote = bed.quoted(&by_somebody_else).await?;
    let simulation = &quote["simulation"];
    let reason = simulation["revertReason"].as_str().context("no reason")?;
    ensure!(simulation["status"] == "FAILED" && reason.starts_with("InvalidSigner"), "{quote}");
    ensure!(!bed.send(&quote["transaction"]).await?.succeeded, "a stranger's signature was taken");
    ensure!(bed.balance(weth, owner).await?.is_zero(), "it paid out");
    bed.follow().await?;

    let quote = bed.quoted(&with_permit).await?;
    ensure!(kinds(&quote).is_empty() && quote["permit"].is_null(), "{quote}");
    ensure!(quote["simulation"]["matches"] == true, "{quote}");
    let mined = bed.send(&quote["transaction"]).await?;
    ensure!(mined.succeeded, "{quote}");
    ensure!(bed.balance(weth, owner).await? == number(&quote["amountOut"])?, "{quote}");
    bed.follow().await?;

    // a second time it is worth nothing, and a new one has the next nonce
    let again = bed.quoted(&with_permit).await?;
    let reason = again["simulation"]["revertReason"].as_str().context("no reason")?;
    ensure!(reason.starts_with("InvalidNonce"), "{again}");
    let quote = bed.quoted(&question).await?;
    ensure!(quote["permit"]["message"]["details"]["nonce"] == "1", "{quote}");
    let with_permit = signed(&bed, &question, &quote, key)?;
    let mut larger = with_permit.clone();
    larger.insert("amount", (amount * U256::from(2)).to_string());
    let quote = bed.quoted(&larger).await?;
    ensure!(kinds(&quote) == ["permit2"], "{quote}");
    ensure!(quote["simulation"]["status"] == "NOT_APPROVED", "{quote}");
    let quote = bed.quoted(&with_permit).await?;
    ensure!(bed.send(&quote["transaction"]).await?.succeeded, "{quote}");
    bed.stop().await
}

#[tokio::test]
async fn what_is_wanted_is_told_of_each_router() -> Result<()> {
    let bed = Bed::start("wanted", 341).await?;
    let (token, weth) = (bed.at.tokens[0], bed.at.weth);
    let amount = U256::from(20_000_000_u64);
    let (_, owner) = bed.fresh("a wallet with little", token, amount / U256::from(2)).await?;
    bed.follow().await?;
    let mut question = ask(token, weth, amount);
    question.insert("recipient", owner.to_string());
    question.insert("router", "swapRouter02".into());
    let quote = bed.quoted(&question).await?;
    let approval = &quote["approvals"][0];
    ensure!(kinds(&quote) == ["erc20"] && quote["permit"].is_null(), "{quote}");
    let spender: Address = approval["spender"].as_str().context("spender")?.parse()?;
    ensure!(spender == bed.at.swap_router02 && number(&approval["amount"])? == amount, "{quote}");
    ensure!(quote["simulation"]["status"] == "UNATTEMPTED", "{quote}");

    question.insert("simulate", "true".into());
    let quote = bed.quoted(&question).await?;
    ensure!(quote["simulation"]["status"] == "INSUFFICIENT_BALANCE", "{quote}");
    // nobody has it, and it is known all the same what the transaction would do
    for (router, token_in) in [
        ("swapRouter02", token.to_string()),
        ("universal", token.to_string()),
        ("universal", weth.to_string()),
        ("universal", "native".into()),
    ] {
        let to = if token_in == token.to_string() { weth } else { token };
        let mut question = ask(token, to, U256::from(10).pow(U256::from(26)) / U256::from(7));
        if token_in == token.to_string() {
            question.insert("amount", amount.to_string());
        } else {
            question.insert("amount", U256::from(10).pow(U256::from(18)).to_string());
        }
        question.insert("tokenIn", token_in);
        question.insert("recipient", Address::repeat_byte(0x5e).to_string());
        question.insert("router", router.into());
        question.insert("simulate", "true".into());
        question.insert("simulateWith", "overrides".into());
        let quote = bed.quoted(&question).await?;
        ensure!(quote["simulation"]["matches"] == true, "{quote}");
    }
    bed.stop().await
}
