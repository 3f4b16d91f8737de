//! Subscriptions of the running service, by WebSocket and by server-sent events, on a chain that goes on and turns back.

pub mod believed;
pub mod client;
mod flood;
mod news;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::{
    process::{Services, get},
    world::World,
};

use self::client::Subscriber;

const QUOTE: &str = "subscription($request: QuoteRequest!) { quote(request: $request) { \
     block { number hash } amountIn amountOut routeString } }";

/// A pair of a pool that has liquidity for this.
async fn request(services: &Services) -> Result<Value> {
    let pools = get(&format!("{}/v1/pools?first=50", services.serving)).await?;
    for pool in pools["items"].as_array().context("no pools")? {
        let (token_in, token_out) = (&pool["token0"]["address"], &pool["token1"]["address"]);
        let request =
            json!({ "tokenIn": token_in, "tokenOut": token_out, "amount": "1000000000000000" });
        if reqwest::get(url(services, &request)?).await?.status().is_success() {
            return Ok(request);
        }
    }
    anyhow::bail!("no pool can be traded in: {pools}")
}

fn url(services: &Services, request: &Value) -> Result<String> {
    let field = |name: &str| request[name].as_str().context("a field of the request");
    Ok(format!(
        "{}/v1/quote?tokenIn={}&tokenOut={}&amount={}",
        services.serving,
        field("tokenIn")?,
        field("tokenOut")?,
        field("amount")?
    ))
}

/// The subscription's quote of this block is that of a plain question.
async fn check(services: &Services, request: &Value, quote: &Value) -> Result<()> {
    let plain = get(&url(services, request)?).await?;
    ensure!(plain["block"]["hash"] == quote["block"]["hash"], "{plain} is of another block");
    for field in ["amountIn", "amountOut", "routeString"] {
        ensure!(plain[field] == quote[field], "{plain} is not {quote}");
    }
    Ok(())
}

#[tokio::test]
async fn quotes_follow_the_chain() -> Result<()> {
    let world = World::start().await?;
    world.traffic(40, 5).await?;
    let services = Services::up(&world.config("subscriptions")?, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let request = request(&services).await?;
    let variables = json!({ "request": request });
    let client = chain::Client::new(world.deployment.chain_id, &[world.chain.url()])?;

    let mut subscriber = Subscriber::connect(&services.serving).await?;
    subscriber.subscribe("1", QUOTE, &variables).await?;
    let mut events = reqwest::Client::new()
        .post(format!("{}/graphql/stream", services.serving))
        .json(&json!({ "query": QUOTE, "variables": variables }))
        .send()
        .await?
        .error_for_status()?;

    for round in 0..5 {
        if round == 3 {
            let (url, deployment) = (world.chain.url(), &world.deployment);
            devchain::reorg_with_traffic(&url, deployment, 3, 3, 9).await?;
        } else {
            world.traffic(1, 30 + round).await?;
        }
        let head = client.latest_block().await?;
        let quote = subscriber.quote_of(head.hash).await?;
        ensure!(quote["block"]["number"] == head.number, "{quote} is not of {head:?}");
        check(&services, &request, &quote).await?;
    }

    // the events told of the same blocks, in the form that browsers read
    let head = client.latest_block().await?;
    let mut text = String::new();
    while !text.contains(&format!("{:#x}", head.hash)) {
        let chunk = tokio::time::timeout(Duration::from_secs(20), events.chunk()).await??;
        text.push_str(std::str::from_utf8(&chunk.context("the events ended")?)?);
    }
    ensure!(text.starts_with("event: next\ndata: {\"data\":{\"quote\":{"), "{text}");

    // the service ends: subscribers are told, and nobody waits
    let stopped = tokio::spawn(services.terminate());
    let end = subscriber.end().await?;
    ensure!(end.contains("1001") || end.contains("Away"), "{end}");
    stopped.await??;
    world.stop().await
}

#[tokio::test]
async fn what_subscribers_may_not_do() -> Result<()> {
    let world = World::start().await?;
    world.traffic(20, 6).await?;
    let services = Services::up(&world.config("limits")?, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let variables = json!({ "request": request(&services).await? });

    // no WebSocket at all; one that names no protocol, or none that is spoken here
    let plain = reqwest::get(format!("{}/graphql/ws", services.serving)).await?;
    ensure!(plain.status() == 400, "{}", plain.status());
    for protocol in [None, Some("mqtt")] {
        let refused = Subscriber::refused(&services.serving, protocol).await?;
        ensure!(refused["code"] == "PROTOCOL_INVALID", "{protocol:?}: {refused}");
    }

    let mut subscriber = Subscriber::connect(&services.serving).await?;
    for number in 0..50 {
        subscriber.subscribe(&number.to_string(), QUOTE, &variables).await?;
    }
    subscriber.subscribe("one too many", QUOTE, &variables).await?;
    let refused = subscriber.answer_to("one too many").await?;
    ensure!(refused["errors"][0]["extensions"]["code"] == "QUERY_TOO_LARGE", "{refused}");
    // one that ends makes room
    subscriber.complete("7").await?;
    subscriber.subscribe("in its place", QUOTE, &variables).await?;
    let quote = subscriber.answer_to("in its place").await?;
    ensure!(quote["data"]["quote"]["amountOut"].is_string(), "{quote}");

    let mut other = Subscriber::connect(&services.serving).await?;
    for (id, query, code) in [
        ("large", format!("subscription {{ {} }}", "a ".repeat(20_000)), "QUERY_TOO_LARGE"),
        ("unknown", "subscription { nothing }".to_owned(), "QUERY_INVALID"),
        ("broken", "subscription {".to_owned(), "QUERY_INVALID"),
        (
            "two",
            "subscription { a: chain { added { number } } b: chain { added { number } } }"
                .to_owned(),
            "QUERY_INVALID",
        ),
    ] {
        other.subscribe(id, &query, &Value::Null).await?;
        let refused = other.answer_to(id).await?;
        ensure!(refused["errors"][0]["extensions"]["code"] == code, "{id}: {refused}");
    }
    let wrong = json!({ "request": { "tokenIn": "0x12", "amount": "1" } });
    other.subscribe("wrong", QUOTE, &wrong).await?;
    let refused = other.answer_to("wrong").await?;
    ensure!(refused["errors"][0]["extensions"]["code"] == "TOKEN_IN_INVALID", "{refused}");
    // a query is answered on the same connection
    other.subscribe("query", "{ chains { name } }", &Value::Null).await?;
    let answer = other.answer_to("query").await?;
    ensure!(answer["data"]["chains"].is_array(), "{answer}");

    drop(services);
    world.stop().await
}
