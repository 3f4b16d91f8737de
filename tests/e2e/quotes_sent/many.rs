//! Many random quotes, each sent: everybody has what the quote said.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use alloy_primitives::{Address, U256};
use anyhow::{Context, Result, ensure};
use devchain::{Dice, accounts};
use serde_json::Value;

use super::bed::{Bed, ask, number, trader};

/// Transactions that have to be mined.
const SENT: u32 = 150;

/// What was sent.
#[derive(Debug, Default)]
struct Tally {
    sent: u32,
    refused: u32,
    exact_out: u32,
    several_ways: u32,
    several_legs: u32,
    mixed_paths: u32,
    native_in: u32,
    native_out: u32,
    portions: u32,
    /// By router and by protocol.
    kinds: BTreeMap<String, u32>,
    /// Refusals by code.
    codes: BTreeMap<String, u32>,
    /// The most of its limit that a transaction used, in percent.
    gas: u64,
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was compared is what this is about")]
async fn everybody_has_what_the_quote_said() -> Result<()> {
    let bed = Bed::start("sent", 301).await?;
    let mut dice = Dice::new(302);
    let mut tally = Tally::default();
    let idle = routers_hold(&bed).await?;
    for round in 0..SENT * 4 {
        if tally.sent >= SENT {
            break;
        }
        if round % 25 == 24 {
            bed.world.traffic(2, 303 + u64::from(round)).await?;
            bed.follow().await?;
        }
        let question = question(&bed, &mut dice, round)?;
        one(&bed, &question, &mut tally).await.with_context(|| format!("{question:?}"))?;
    }
    println!("{tally:?}");
    ensure!(tally.sent >= SENT && tally.gas <= 100, "{tally:?}");
    let least = [
        tally.exact_out,
        tally.several_ways,
        tally.several_legs,
        tally.mixed_paths,
        tally.native_in,
        tally.native_out,
        tally.portions,
    ];
    ensure!(least.iter().all(|count| *count >= 5), "{tally:?}");
    for kind in ["swapRouter02", "universal", "v2", "v3", "v4"] {
        ensure!(tally.kinds.get(kind).is_some_and(|count| *count >= 20), "{kind}: {tally:?}");
    }
    // nothing was left behind in a router
    ensure!(routers_hold(&bed).await? == idle, "a router has more than before");
    bed.stop().await
}

/// What both routers have of all coins.
async fn routers_hold(bed: &Bed) -> Result<Vec<U256>> {
    let mut held = Vec::new();
    for router in [bed.at.swap_router02, bed.at.universal_router] {
        for coin in bed.coins() {
            held.push(bed.balance(coin.address, router).await?);
        }
    }
    Ok(held)
}

fn question(bed: &Bed, dice: &mut Dice, round: u32) -> Result<HashMap<&'static str, String>> {
    let coins = bed.coins();
    let native = *coins.last().context("no coins")?;
    let pick = |dice: &mut Dice| coins.get(dice.index(coins.len())).copied().context("no coins");
    let (mut from, mut to) = (pick(dice)?, pick(dice)?);
    match dice.below(9) {
        0 => from = native,
        1 => to = native,
        // the dollars and ether have several pools: large amounts are split
        2..=4 => {
            let known = |address| coins.iter().copied().find(|coin| coin.address == address);
            let dollar = known(bed.at.tokens[0]).context("no dollar")?;
            let other =
                *dice.pick(&[bed.at.tokens[1], bed.at.weth, Address::ZERO]).context("no other")?;
            let other = known(other).context("no coin")?;
            (from, to) = if dice.chance(1, 2) { (dollar, other) } else { (other, dollar) };
        }
        _ => {}
    }
    let large = from.address == bed.at.tokens[0] || to.address == bed.at.tokens[0];
    let exact_out = dice.chance(1, 3);
    let digits = if large { dice.between(5, 8) } else { dice.between(0, 7) };
    let cents = 10_u64.pow(u32::try_from(digits)?) * dice.between(1, 9);
    let amount = if exact_out { to.worth(cents) } else { from.worth(cents) };
    let mut question = ask(from.address, to.address, amount);
    if from.address.is_zero() && dice.chance(1, 2) {
        question.insert("tokenIn", "native".into());
    }
    question.insert("tradeType", if exact_out { "exactOut" } else { "exactIn" }.into());
    question.insert("sender", trader(dice)?.to_string());
    question.insert("recipient", accounts::stranger(u64::from(round)).to_string());
    question.insert("slippageBps", dice.below(200).to_string());
    question.insert("simulate", "true".into());
    question.insert("maxHops", dice.between(1, 4).to_string());
    question.insert("maxSplits", dice.between(1, 5).to_string());
    match dice.below(5) {
        0 => drop(question.insert("router", "universal".into())),
        1 => drop(question.insert("router", "swapRouter02".into())),
        _ => {}
    }
    match dice.below(7) {
        0 => drop(question.insert("protocols", "v2,v3".into())),
        1 => drop(question.insert("protocols", "v4".into())),
        2 => drop(question.insert("protocols", "v3,v4".into())),
        _ => {}
    }
    if dice.chance(1, 5) && question.get("router").is_none_or(|router| router == "universal") {
        question.insert("portionBips", dice.between(1, 300).to_string());
        question.insert("portionRecipient", accounts::stranger(1_000_000).to_string());
    }
    Ok(question)
}

async fn one(bed: &Bed, question: &HashMap<&'static str, String>, tally: &mut Tally) -> Result<()> {
    let (status, quote) = bed.quote(question).await?;
    if !status.is_success() {
        ensure!(status.is_client_error(), "{status}: {quote}");
        tally.refused += 1;
        let code = quote["code"].as_str().context("no code")?;
        *tally.codes.entry(code.to_owned()).or_default() += 1;
        return Ok(());
    }
    settle(bed, question, &quote, tally).await.with_context(|| quote.to_string())
}

async fn settle(
    bed: &Bed,
    question: &HashMap<&'static str, String>,
    quote: &Value,
    tally: &mut Tally,
) -> Result<()> {
    let (transaction, simulation) = (&quote["transaction"], &quote["simulation"]);
    ensure!(simulation["status"] == "SUCCESS", "the simulation failed");
    ensure!(simulation["matches"] == true, "the simulation gives something else");
    ensure!(quote["approvals"] == serde_json::json!([]) && quote["permit"].is_null(), "approvals");
    let account = |name: &str| -> Result<Address> { Ok(question[name].parse()?) };
    let coin =
        |name: &str| -> Result<Address> { Ok(quote[name].as_str().context("no token")?.parse()?) };
    let (sender, recipient) = (account("sender")?, account("recipient")?);
    let (from, to) = (coin("tokenIn")?, coin("tokenOut")?);
    let parted =
        question.get("portionRecipient").map(|text| text.parse::<Address>()).transpose()?;
    let collector = parted.unwrap_or(Address::repeat_byte(0xcc));
    let before = [
        bed.balance(from, sender).await?,
        bed.balance(to, recipient).await?,
        bed.balance(to, collector).await?,
    ];
    let mined = bed.send(transaction).await?;
    ensure!(mined.succeeded, "the transaction reverted");
    let fee = if from.is_zero() { mined.fee } else { U256::ZERO };
    let paid = before[0] - bed.balance(from, sender).await? - fee;
    let got = bed.balance(to, recipient).await? - before[1];
    let portion = bed.balance(to, collector).await? - before[2];
    ensure!(paid == number(&quote["amountIn"])?, "the sender paid {paid}");
    let gives = number(&transaction["amountOut"])?;
    ensure!(got + portion == gives, "{got} and {portion} came out, not {gives}");
    let told = if parted.is_some() { number(&quote["portion"]["amount"])? } else { U256::ZERO };
    ensure!(portion == told, "a portion of {portion}");
    let quoted = number(&quote["amountOut"])?;
    let routes = quote["routes"].as_array().context("no routes")?;
    let protocols: BTreeSet<&str> = routes.iter().flat_map(of_route).collect();
    let exact_in = quote["tradeType"] == "exactIn";
    ensure!(gives == quoted || !exact_in && protocols.contains("v2") && gives > quoted, "{gives}");
    tally.sent += 1;
    tally.exact_out += u32::from(!exact_in);
    tally.several_ways += u32::from(routes.len() > 1);
    tally.several_legs += u32::from(routes.iter().any(|route| of_route(route).count() > 1));
    let mixed = |route: &Value| of_route(route).collect::<BTreeSet<_>>().len() > 1;
    tally.mixed_paths += u32::from(routes.iter().any(mixed));
    tally.native_in += u32::from(from.is_zero());
    tally.native_out += u32::from(to.is_zero());
    tally.portions += u32::from(portion > U256::ZERO);
    let router = transaction["router"].as_str().context("no router")?;
    for kind in protocols.into_iter().chain([router]) {
        *tally.kinds.entry(kind.to_owned()).or_default() += 1;
    }
    let limit: u64 = number(&transaction["gasLimit"])?.to();
    tally.gas = tally.gas.max(mined.gas_used * 100 / limit);
    bed.follow().await?;
    Ok(())
}

fn of_route(route: &Value) -> impl Iterator<Item = &str> {
    route["legs"].as_array().into_iter().flatten().filter_map(|leg| leg["protocol"].as_str())
}
