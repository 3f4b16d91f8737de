//! Questions that cannot become a transaction are refused with a stable code, by every surface alike.

use alloy_primitives::{Address, U256};
use anyhow::{Context, Result, ensure};
use devchain::Dice;
use serde_json::{Value, json};

use super::bed::{Bed, ask, number, trader};

#[tokio::test]
async fn malice_is_refused() -> Result<()> {
    let bed = Bed::start("malice", 351).await?;
    let recipient = trader(&mut Dice::new(2))?;
    let amount = U256::from(30_000_000);
    let zero = Address::ZERO.to_string();
    let router = bed.at.universal_router.to_string();
    let somebody = Address::repeat_byte(0x5e).to_string();
    let text = |text: &str| text.to_owned();
    let cases: Vec<(&str, Vec<(&'static str, String)>)> = vec![
        ("RECIPIENT_INVALID", vec![("recipient", zero.clone())]),
        (
            "RECIPIENT_INVALID",
            vec![("recipient", text("0x0000000000000000000000000000000000000002"))],
        ),
        ("RECIPIENT_INVALID", vec![("recipient", text("me"))]),
        ("RECIPIENT_INVALID", vec![("recipient", router.clone()), ("router", text("universal"))]),
        ("RECIPIENT_INVALID", vec![("recipient", bed.at.permit2.to_string())]),
        ("SENDER_INVALID", vec![("sender", zero.clone())]),
        (
            "PORTION_INVALID",
            vec![("portionBips", text("10001")), ("portionRecipient", somebody.clone())],
        ),
        ("PORTION_INVALID", vec![("portionBips", text("10"))]),
        ("PORTION_INVALID", vec![("portionRecipient", somebody.clone())]),
        ("PORTION_INVALID", vec![("portionBips", text("10")), ("portionRecipient", zero)]),
        ("PORTION_INVALID", vec![("portionBips", text("10")), ("portionRecipient", router)]),
        ("PERMIT_INVALID", vec![("permitSignature", text("0x12"))]),
        ("PERMIT_INVALID", vec![("permitSignature", text("signed"))]),
        ("SLIPPAGE_INVALID", vec![("slippageBps", text("5001"))]),
        ("DEADLINE_PASSED", vec![("deadline", text("1"))]),
        ("QUERY_INVALID", vec![("router", text("v1"))]),
        ("QUERY_INVALID", vec![("simulateWith", text("luck")), ("simulate", text("true"))]),
        (
            "TRANSACTION_UNAVAILABLE",
            vec![
                ("router", text("swapRouter02")),
                ("portionBips", text("10")),
                ("portionRecipient", somebody),
            ],
        ),
        (
            "TRANSACTION_UNAVAILABLE",
            vec![("router", text("swapRouter02")), ("protocols", text("v4"))],
        ),
    ];
    for (code, changes) in cases {
        let mut question = ask(bed.at.tokens[0], bed.at.tokens[1], amount);
        question.insert("recipient", recipient.to_string());
        question.extend(changes);
        ensure!(bed.code(&question).await? == code, "{code}: {question:?}");
    }
    for field in ["sender", "portionRecipient"] {
        let mut question = ask(bed.at.tokens[0], bed.at.tokens[1], amount);
        question.insert(field, recipient.to_string());
        ensure!(bed.code(&question).await? == "RECIPIENT_INVALID", "{question:?}");
    }
    surfaces_agree(&bed, recipient, amount).await?;
    bed.stop().await
}

/// GET, POST and GraphQL write the same transaction.
async fn surfaces_agree(bed: &Bed, recipient: Address, amount: U256) -> Result<()> {
    let [from, to] = [bed.at.tokens[0], bed.at.weth];
    let mut question = ask(from, to, amount);
    question.insert("recipient", recipient.to_string());
    question.insert("portionBips", "25".into());
    question.insert("portionRecipient", Address::repeat_byte(7).to_string());
    question.insert("simulate", "true".into());
    let one = bed.quoted(&question).await?;
    ensure!(one["simulation"]["matches"] == true, "{one}");
    let out = number(&one["amountOut"])?;
    ensure!(
        number(&one["portion"]["amount"])? == out * U256::from(25) / U256::from(10_000),
        "{one}"
    );
    // half a percent unless said
    ensure!(
        number(&one["minimumAmountOut"])? == out * U256::from(9_950) / U256::from(10_000),
        "{one}"
    );

    let body = json!({ "quotes": [{
        "tokenIn": from, "tokenOut": to, "amount": amount.to_string(), "gasPriceWei": "0", "recipient": recipient,
        "portionBips": 25, "portionRecipient": Address::repeat_byte(7), "simulate": true,
    }]});
    let url = format!("{}/v1/quotes", bed.services.serving);
    let batch: Value = reqwest::Client::new().post(url).json(&body).send().await?.json().await?;
    let two = &batch["quotes"][0]["quote"];
    let query = format!(
        "{{ quote(tokenIn: \"{from}\", tokenOut: \"{to}\", amount: \"{amount}\", gasPriceWei: \"0\", transaction: {{ \
           recipient: \"{recipient}\", portionBips: 25, portionRecipient: \"{}\", simulate: true }}) \
         {{ transaction {{ to data value deadline router }} approvals {{ token }} permit portion {{ amount }} \
            simulation {{ status matches gasUsed }} }} }}",
        Address::repeat_byte(7)
    );
    let data = bed.services.graphql(&query).await?;
    let three = &data["quote"];
    for field in ["to", "data", "value"] {
        let wanted = &one["transaction"][field];
        ensure!(wanted.is_string() && *wanted == two["transaction"][field], "{field}: {batch}");
        ensure!(*wanted == three["transaction"][field], "{field}: {data}");
    }
    let status = three["simulation"]["status"].as_str().context("no status")?;
    ensure!(status == "SUCCESS" && three["transaction"]["router"] == "UNIVERSAL", "{data}");
    Ok(())
}
