//! Quotes of the running service beside what the quoter contracts say at the same block: while blocks come, after a reorg,
//! in one leg and in many.

mod book;
mod care;

use anyhow::{Context, Result, ensure};
use domain::decimal::Decimal;
use serde_json::{Value, json};
use tests::{
    process::{Services, get},
    world::World,
};

/// What was compared.
#[derive(Debug, Default)]
struct Tally {
    equal: u32,
    refused: u32,
    several_legs: u32,
    several_routes: u32,
    crossing: u32,
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was compared is what this is about")]
async fn every_quote_is_what_the_contracts_say() -> Result<()> {
    let world = World::start().await?;
    world.traffic(60, 71).await?;
    let services = Services::up(&world.config("quotes")?, world.folder.path()).await?;
    let mut tally = Tally::default();
    for round in 0..4 {
        if round == 2 {
            devchain::reorg_with_traffic(&world.chain.url(), &world.deployment, 6, 8, 72).await?;
        } else {
            world.traffic(6, 80 + round).await?;
        }
        let head = world.truth()?.head().await?;
        services.wait_for_block(head).await?;
        pools_are_at(&services, head).await?;
        compare(&services, head, &mut tally).await?;
    }
    println!("{tally:?}");
    ensure!(tally.equal > 300 && tally.refused < tally.equal, "{tally:?}");
    ensure!(
        tally.several_legs > 30 && tally.several_routes > 20 && tally.crossing > 20,
        "{tally:?}"
    );
    a_batch_answers_each(&services).await?;
    only_what_is_allowed(&services).await?;
    one_query_speaks_of_one_block(&services).await?;
    drop(services);
    world.stop().await
}

/// Waits until quotes are of this block; the store is read a moment before the pools in memory are. Which pair can be
/// traded changes with the pools, so any may say it.
async fn pools_are_at(services: &Services, head: u64) -> Result<()> {
    let tokens = tokens(services).await?;
    for _ in 0..200 {
        for other in 1..tokens.len() {
            let (token_in, token_out) = pair(&tokens, 0, other)?;
            let url = quote_url(services, &token_in, &token_out, "1000000000000000000", "exactIn");
            let answer: Value = reqwest::get(url).await?.json().await?;
            if answer["block"]["number"] == head {
                return Ok(());
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    anyhow::bail!("quotes do not reach block {head}")
}

async fn tokens(services: &Services) -> Result<Vec<String>> {
    let page = get(&format!("{}/v1/tokens?first=50", services.serving)).await?;
    let items = page["items"].as_array().context("tokens")?;
    Ok(items.iter().filter_map(|token| token["address"].as_str().map(str::to_owned)).collect())
}

fn pair(tokens: &[String], one: usize, other: usize) -> Result<(String, String)> {
    let token = |place: usize| tokens.get(place).cloned().context("few tokens");
    Ok((token(one)?, token(other)?))
}

fn quote_url(services: &Services, from: &str, to: &str, amount: &str, trade_type: &str) -> String {
    format!(
        "{}/v1/quote?tokenIn={from}&tokenOut={to}&amount={amount}&tradeType={trade_type}&verify=true&maxSplits=4",
        services.serving
    )
}

async fn compare(services: &Services, head: u64, tally: &mut Tally) -> Result<()> {
    let tokens = tokens(services).await?;
    for one in 0..tokens.len() {
        for other in (0..tokens.len()).filter(|other| *other != one) {
            let (from, to) = pair(&tokens, one, other)?;
            for (trade_type, amount) in [
                ("exactIn", "1000000"),
                ("exactIn", "70000000000000000000"),
                ("exactOut", "3000000000000000000"),
            ] {
                let url = quote_url(services, &from, &to, amount, trade_type);
                let answer = reqwest::get(&url).await?;
                let status = answer.status();
                let body: Value = answer.json().await?;
                if !status.is_success() {
                    ensure!(status.is_client_error() && body["code"].is_string(), "{url}: {body}");
                    tally.refused += 1;
                    continue;
                }
                count(&body, head, tally).with_context(|| format!("{url}: {body}"))?;
            }
        }
    }
    Ok(())
}

fn count(quote: &Value, head: u64, tally: &mut Tally) -> Result<()> {
    ensure!(quote["block"]["number"] == head, "it is not of block {head}");
    let verified = &quote["verification"];
    ensure!(verified["status"] == "EQUAL", "the contracts say something else");
    for field in ["amountIn", "amountOut"] {
        ensure!(quote[field] == verified[field], "{field} differs");
    }
    let routes = quote["routes"].as_array().context("routes")?;
    let legs = || routes.iter().filter_map(|route| route["legs"].as_array()).flatten();
    tally.equal += 1;
    tally.several_routes += u32::from(routes.len() > 1);
    tally.several_legs += u32::from(legs().count() > routes.len());
    tally.crossing += u32::from(legs().any(|leg| leg["ticksCrossed"] != 0));
    prices_agree(quote)
}

/// What was traded is worse than the pools' prices, by as much as the impact says, which is rounded up.
fn prices_agree(quote: &Value) -> Result<()> {
    let number = |field: &str| {
        let text = quote[field].as_str().with_context(|| format!("no {field}"))?;
        text.parse::<Decimal>().with_context(|| format!("{field} is {text}"))
    };
    let (mid, execution) = (number("midPrice")?, number("executionPrice")?);
    ensure!(execution <= mid, "{execution} is better than {mid}");
    let bps = quote["priceImpactBps"].as_u64().context("no impact")?;
    let worse = (mid - execution).safe_div(mid) * Decimal::from(10_000);
    let (least, most) = (Decimal::from(bps.saturating_sub(1)), Decimal::from(bps));
    // the prices have 34 digits
    let rounding = Decimal::from_parts(1, -20);
    ensure!(least - rounding <= worse && worse <= most + rounding, "{worse} is not {bps}");
    Ok(())
}

/// Lists of what is allowed: nothing else is used.
async fn only_what_is_allowed(services: &Services) -> Result<()> {
    let tokens = tokens(services).await?;
    let mut narrowed = 0;
    for (one, other) in (0..4).flat_map(|one| (0..tokens.len()).map(move |other| (one, other))) {
        if one == other {
            continue;
        }
        let (from, to) = pair(&tokens, one, other)?;
        let plain = quote_url(services, &from, &to, "70000000000000000000", "exactIn");
        let quote: Value = reqwest::get(&plain).await?.json().await?;
        let Some(pool) = quote["routes"][0]["legs"][0]["pool"].as_str() else { continue };
        if quote["routes"].as_array().is_some_and(|routes| routes.len() > 1) {
            let one: Value =
                reqwest::get(format!("{plain}&onlyPools={pool}")).await?.json().await?;
            let used = || one["routes"].as_array().into_iter().flatten();
            ensure!(used().all(|route| route["legs"][0]["pool"] == pool), "{one}");
            narrowed += 1;
        }
        // through no other token: one leg each
        let direct: Value = reqwest::get(format!("{plain}&onlyTokens={to}")).await?.json().await?;
        let mut routes = direct["routes"].as_array().into_iter().flatten();
        let one_leg = |route: &Value| route["legs"].as_array().is_some_and(|legs| legs.len() == 1);
        ensure!(routes.all(one_leg), "{direct}");
    }
    ensure!(narrowed > 3, "only {narrowed} quotes had anything to leave out");
    Ok(())
}

async fn a_batch_answers_each(services: &Services) -> Result<()> {
    let (from, to) = pair(&tokens(services).await?, 0, 1)?;
    let good = json!({ "tokenIn": from, "tokenOut": to, "amount": "1000000000000000000" });
    let same = json!({ "tokenIn": from, "tokenOut": from, "amount": "1000000000000000000" });
    let nothing = json!({ "tokenIn": from, "tokenOut": to, "amount": "0" });
    let url = format!("{}/v1/quotes", services.serving);
    let client = reqwest::Client::new();
    let body = json!({ "quotes": [&good, same, nothing, &good] });
    let answer: Value = client.post(&url).json(&body).send().await?.json().await?;
    let quotes = answer["quotes"].as_array().with_context(|| answer.to_string())?;
    ensure!(quotes.len() == 4 && quotes[0]["quote"]["amountOut"].is_string(), "{answer}");
    ensure!(quotes[1]["problem"]["code"] == "TOKEN_IN_OUT_SAME", "{answer}");
    ensure!(quotes[2]["problem"]["code"] == "AMOUNT_INVALID", "{answer}");
    for field in ["amountOut", "block"] {
        ensure!(quotes[0]["quote"][field] == quotes[3]["quote"][field], "{answer}");
    }
    let many: Vec<_> = (0..101).map(|_| good.clone()).collect();
    let refused = client.post(&url).json(&json!({ "quotes": many })).send().await?;
    ensure!(refused.status() == 400, "{}", refused.status());
    Ok(())
}

/// In GraphQL a quote stands beside other fields, all of one block.
async fn one_query_speaks_of_one_block(services: &Services) -> Result<()> {
    let (from, to) = pair(&tokens(services).await?, 0, 1)?;
    let query = format!(
        "{{ block {{ hash }} quote(tokenIn: \"{from}\", tokenOut: \"{to}\", amount: \"1000000000000000000\", slippageBps: 50, gasPriceWei: \"0\") \
         {{ block {{ hash }} amountOut minimumAmountOut priceImpactBps gasEstimate routeString }} }}"
    );
    let data = services.graphql(&query).await?;
    ensure!(data["quote"]["block"]["hash"] == data["block"]["hash"], "{data}");
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<u128>().ok());
    let out = number(&data["quote"]["amountOut"]).context("amountOut")?;
    ensure!(number(&data["quote"]["minimumAmountOut"]) == Some(out * 9_950 / 10_000), "{data}");
    ensure!(data["quote"]["priceImpactBps"].as_u64() >= Some(1), "{data}");
    Ok(())
}
