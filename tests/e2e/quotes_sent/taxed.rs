//! A token that takes a hundredth of every transfer: what was reckoned with is what arrives.

use alloy_primitives::{Address, U256};
use anyhow::{Context, Result, ensure};
use devchain::{
    Dice, accounts,
    traffic::{TOKENS, TokenKind},
};
use sooho::config::TaxConfig;

use super::bed::{Bed, ask, number, trader};

#[tokio::test]
async fn what_arrives_is_what_was_reckoned() -> Result<()> {
    let place = TOKENS.iter().position(|spec| spec.kind == TokenKind::Fee).context("no tax")?;
    let mut taxed = Address::ZERO;
    let bed = Bed::start_with("taxed", 381, |world, config| {
        taxed = world.deployment.tokens[place];
        for chain in &mut config.chain {
            chain.tax = vec![TaxConfig { token: taxed, buy_bps: 100, sell_bps: 100 }];
        }
    })
    .await?;
    let mut dice = Dice::new(382);
    let (dollar, weth, native) = (bed.at.tokens[0], bed.at.weth, Address::ZERO);
    let tens = |digits: u64| U256::from(10).pow(U256::from(digits));
    let mut sent = 0;
    for (number_of, (from, to)) in [
        (taxed, weth),
        (weth, taxed),
        (taxed, native),
        (native, taxed),
        (taxed, dollar),
        (dollar, taxed),
    ]
    .into_iter()
    .enumerate()
    {
        for router in ["swapRouter02", "universal"] {
            let digits = if from == taxed {
                20
            } else if from == dollar {
                8
            } else {
                17
            };
            let mut question = ask(from, to, tens(digits));
            let recipient = accounts::stranger(9_000 + u64::try_from(number_of)?);
            let sender = trader(&mut dice)?;
            question.insert("recipient", recipient.to_string());
            question.insert("sender", sender.to_string());
            question.insert("router", router.into());
            question.insert("simulate", "true".into());
            let quote = bed.quoted(&question).await?;
            ensure!(quote["simulation"]["matches"] == true, "{quote}");
            let had = (bed.balance(from, sender).await?, bed.balance(to, recipient).await?);
            let mined = bed.send(&quote["transaction"]).await?;
            ensure!(mined.succeeded, "{quote}");
            let got = bed.balance(to, recipient).await? - had.1;
            ensure!(got == number(&quote["amountOut"])?, "{got}: {quote}");
            if !from.is_zero() {
                let paid = had.0 - bed.balance(from, sender).await?;
                ensure!(paid == number(&quote["amountIn"])?, "{paid}: {quote}");
            }
            bed.follow().await?;
            sent += 1;
        }
    }
    ensure!(sent == 12, "{sent}");
    // a portion would need another transfer of what comes out
    let mut question = ask(weth, taxed, tens(17));
    question.insert("recipient", trader(&mut dice)?.to_string());
    question.insert("portionBips", "10".into());
    question.insert("portionRecipient", accounts::stranger(1).to_string());
    ensure!(bed.code(&question).await? == "TRANSACTION_UNAVAILABLE", "{question:?}");
    bed.stop().await
}
