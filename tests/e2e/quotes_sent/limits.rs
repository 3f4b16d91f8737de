//! While the market moves between quote and transaction: what was agreed to holds, or nothing happens.

use alloy_primitives::{Address, U256};
use anyhow::{Context, Result, ensure};
use devchain::{Dice, accounts};
use serde_json::Value;

use super::bed::{Bed, ask, number, trader};

/// What came of transactions that were sent late.
#[derive(Debug, Default)]
struct Tally {
    within: u32,
    reverted: u32,
    moved: u32,
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "how often each happened is what this is about")]
async fn what_was_agreed_to_holds_or_nothing_happens() -> Result<()> {
    let bed = Bed::start("late", 311).await?;
    let mut dice = Dice::new(312);
    let mut tally = Tally::default();
    let coins = bed.coins();
    for round in 0..16_u64 {
        let mut quotes = Vec::new();
        for number in 0..6 {
            let (from, to) =
                (*dice.pick(&coins).context("coins")?, *dice.pick(&coins).context("coins")?);
            let exact_out = number % 2 == 1;
            let amount = if exact_out { to } else { from }.worth(dice.between(1_000, 9_000_000));
            let mut question = ask(from.address, to.address, amount);
            question.insert("tradeType", if exact_out { "exactOut" } else { "exactIn" }.into());
            question.insert("sender", trader(&mut dice)?.to_string());
            question.insert("recipient", accounts::stranger(round * 100 + number).to_string());
            question
                .insert("slippageBps", dice.pick(&[0, 1, 10, 50, 500]).context("bps")?.to_string());
            let (status, quote) = bed.quote(&question).await?;
            if status.is_success() {
                let recipient: Address = question["recipient"].parse()?;
                quotes.push((quote, recipient));
            }
        }
        // somebody else was faster
        bed.world.traffic(1, 313 + round).await?;
        for (quote, recipient) in quotes {
            late(&bed, &quote, recipient, &mut tally).await.with_context(|| quote.to_string())?;
        }
        bed.follow().await?;
    }
    println!("{tally:?}");
    ensure!(tally.within >= 20 && tally.reverted >= 5 && tally.moved >= 5, "{tally:?}");
    bed.stop().await
}

async fn late(bed: &Bed, quote: &Value, recipient: Address, tally: &mut Tally) -> Result<()> {
    let coin =
        |name: &str| -> Result<Address> { Ok(quote[name].as_str().context("no token")?.parse()?) };
    let (from, to) = (coin("tokenIn")?, coin("tokenOut")?);
    let sender: Address = quote["transaction"]["from"].as_str().context("from")?.parse()?;
    let before = (bed.balance(from, sender).await?, bed.balance(to, recipient).await?);
    let mined = bed.send(&quote["transaction"]).await?;
    let fee = if from.is_zero() { mined.fee } else { U256::ZERO };
    let paid = before.0 - bed.balance(from, sender).await? - fee;
    let got = bed.balance(to, recipient).await? - before.1;
    if !mined.succeeded {
        ensure!(paid.is_zero() && got.is_zero(), "it reverted, but {paid} and {got} moved");
        let limit: u64 = number(&quote["transaction"]["gasLimit"])?.to();
        ensure!(mined.gas_used < limit, "it had too little gas: {limit}");
        tally.reverted += 1;
        return Ok(());
    }
    let (amount_in, amount_out) = (number(&quote["amountIn"])?, number(&quote["amountOut"])?);
    if quote["tradeType"] == "exactIn" {
        let least = number(&quote["minimumAmountOut"])?;
        ensure!(paid == amount_in && got >= least, "{paid} for {got}, at least {least}");
    } else {
        let most = number(&quote["maximumAmountIn"])?;
        ensure!(paid <= most && got >= amount_out, "{paid} for {got}, at most {most}");
    }
    tally.within += 1;
    tally.moved += u32::from((paid, got) != (amount_in, amount_out));
    Ok(())
}

#[tokio::test]
async fn nothing_happens_after_the_deadline() -> Result<()> {
    let bed = Bed::start("deadline", 321).await?;
    let sender = trader(&mut Dice::new(1))?;
    for router in ["swapRouter02", "universal"] {
        let mut question = ask(bed.at.tokens[0], bed.at.weth, U256::from(50_000_000));
        question.insert("recipient", sender.to_string());
        question.insert("router", router.into());
        let quote = bed.quoted(&question).await?;
        let (now, end) = (&quote["block"]["timestamp"], &quote["transaction"]["deadline"]);
        let second = |value: &Value| {
            value.as_u64().or_else(|| value.as_str()?.parse().ok()).context("no time")
        };
        let (now, end) = (second(now)?, second(end)?);
        ensure!(end == now + 30 * 60, "{quote}");
        for (given, code) in
            [(now, Some("DEADLINE_PASSED")), (now - 1, Some("DEADLINE_PASSED")), (now + 90, None)]
        {
            question.insert("deadline", given.to_string());
            match code {
                Some(code) => ensure!(bed.code(&question).await? == code, "{given} of {now}"),
                None => {
                    let quote = bed.quoted(&question).await?;
                    ensure!(second(&quote["transaction"]["deadline"])? == given, "{quote}");
                    let before = bed.balance(bed.at.weth, sender).await?;
                    ensure!(!bed.send_after(&quote["transaction"], 91).await?.succeeded, "{quote}");
                    ensure!(bed.balance(bed.at.weth, sender).await? == before, "it paid out");
                }
            }
        }
        bed.follow().await?;
    }
    bed.stop().await
}
