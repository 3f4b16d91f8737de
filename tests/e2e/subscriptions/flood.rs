//! A client that asks and asks and never reads: it is sent away before it takes more than others do.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::{process::Services, world::World};

use super::client::Subscriber;

/// Requests that are sent at once.
const MANY: usize = 20_000;
/// Far fewer than it would be told if all were answered.
const FEW: u64 = MANY as u64 / 2;

#[tokio::test]
async fn who_asks_and_never_reads_is_sent_away() -> Result<()> {
    let world = World::start().await?;
    world.traffic(10, 6).await?;
    let services = Services::up(&world.config("flood")?, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let chain = "subscription { chain { chain { block { number } } } }";
    let mut other = Subscriber::connect(&services.serving).await?;
    other.subscribe("chain", chain, &Value::Null).await?;
    other.answer_to("chain").await?;

    for query in ["subscription {", chain, "{ chains { name } }"] {
        let mut subscriber = Subscriber::connect(&services.serving).await?;
        let payload = json!({ "query": query });
        // it ends where the service does not listen any more
        let asked = subscriber.ask_on(&payload, MANY, Duration::from_secs(5)).await;
        let (code, reason, answers) = subscriber.heard(Duration::from_secs(20)).await?;
        ensure!(code == 1008 && reason.contains("100 requests"), "{query}: {code} {reason}");
        ensure!(answers < FEW, "{query}: {answers} answers to {asked} requests");
    }

    // nobody else is the worse for it
    world.traffic(1, 7).await?;
    other.answer_to("chain").await?;
    drop(services);
    world.stop().await
}
