//! `sooho prices now`: what is stored, as it is now.

use domain::{
    iso,
    market::{Price, Source},
};
use indexer::market::book::Token;
use serde_json::{Value, json};
use store::market::Known;

use super::NowArgs;
use crate::{error::Error, prices::Market};

#[expect(clippy::print_stdout, reason = "the answer of a command")]
pub(super) async fn run(market: &Market<'_>, args: &NowArgs) -> Result<(), Error> {
    let token = market.token(&args.token, args.chain.as_deref())?;
    let collector = &market.collector;
    let at = args.at.unwrap_or_else(|| collector.now());
    let reader = collector.market().reader();
    let (chain, address) = (token.asset.chain, token.asset.address);
    let sheet = reader.prices(chain, at, Known::Newest, &[address]).await?;
    let stored = sheet.as_ref().and_then(|sheet| sheet.price(address)).cloned();
    let price = stored.map_or_else(
        || {
            Price::none(
                "nothing was collected of it until then; `sooho prices run` asks now".into(),
            )
        },
        |price| price.seen_at(at, collector.policy().max_age),
    );
    if args.json {
        println!("{:#}", json_of(token, &price, at));
    } else {
        print!("{}", text(token, &price, at));
    }
    Ok(())
}

fn names(price: &Price) -> Vec<&'static str> {
    price.sources.iter().copied().map(Source::name).collect()
}

fn text(token: &Token, price: &Price, at: u64) -> String {
    let value = price.value.map_or_else(|| "no price".to_owned(), |value| format!("{value} USD"));
    let mut lines =
        vec![format!("{} on {}: {value}, {}", token.symbol, token.chain, price.status.name())];
    if let (Some(as_of), Some(age)) = (price.as_of, price.age_seconds(at)) {
        lines.push(format!("as of      {} ({age} s before)", iso::format(as_of)));
        lines.push(format!("sources    {}", names(price).join(", ")));
    }
    lines.extend(price.confidence.map(|confidence| format!("confidence {confidence}")));
    lines.extend(price.reason.as_ref().map(|reason| format!("because    {reason}")));
    lines.join("\n") + "\n"
}

fn json_of(token: &Token, price: &Price, at: u64) -> Value {
    json!({
        "chain": token.chain,
        "token": format!("{:#x}", token.asset.address),
        "symbol": token.symbol,
        "value": price.value.map(|value| value.to_string()),
        "currency": "USD",
        "status": price.status.name(),
        "sourceCount": price.sources.len(),
        "sources": names(price),
        "asOf": price.as_of.map(iso::format),
        "ageSeconds": price.age_seconds(at),
        "confidence": price.confidence.map(|value| value.to_string()),
        "reason": price.reason,
    })
}
