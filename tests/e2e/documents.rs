//! Documents by name against the real service: Apollo's protocol in its exact shapes over every way in, lists of documents,
//! and whoever means harm.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sooho::config::Config;
use tests::{
    process::{Services, get},
    world::World,
};

use crate::subscriptions::client::Subscriber;

mod harm;
mod lists;

const QUERY: &str = "query Pools($first: Int) { pools(first: $first) { nodes { id } } }";

/// A service with a small chain.
struct Bed {
    world: World,
    services: Services,
    client: reqwest::Client,
}

impl Bed {
    async fn start(name: &str, set: impl FnOnce(&mut Config)) -> Result<Self> {
        let world = World::start().await?;
        world.traffic(15, 6).await?;
        let mut config = world.config(name)?;
        set(&mut config);
        let services = Services::up(&config, world.folder.path()).await?;
        services.wait_for_block(world.truth()?.head().await?).await?;
        Ok(Self { world, services, client: reqwest::Client::new() })
    }

    /// The status and the answer to a body, whatever it is.
    async fn post(&self, body: &Value) -> Result<(u16, Value)> {
        let url = format!("{}/graphql", self.services.serving);
        let answer = self.client.post(url).json(body).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    async fn ask(&self, parameters: &[(&str, &str)]) -> Result<reqwest::Response> {
        let url = reqwest::Url::parse_with_params(
            &format!("{}/graphql", self.services.serving),
            parameters,
        )?;
        Ok(self.client.get(url).header("accept", "application/json").send().await?)
    }

    async fn stop(self) -> Result<()> {
        self.services.terminate().await?;
        self.world.stop().await
    }
}

/// What Apollo's client sends beside a query.
fn named(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

fn code(answer: &Value) -> &str {
    let error = &answer["errors"][0]["extensions"]["code"];
    error.as_str().or_else(|| answer["code"].as_str()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apollos_protocol_works_over_every_way_in() -> Result<()> {
    let bed = Bed::start("apq", |_| ()).await?;
    let hash = sha256(QUERY);
    let short = json!({ "operationName": "Pools", "variables": { "first": 2 }, "extensions": named(&hash) });
    let mut long = short.clone();
    long["query"] = QUERY.into();
    // nobody knows it yet: exactly what the client looks for
    let (status, answer) = bed.post(&short).await?;
    ensure!(status == 200 && code(&answer) == "PERSISTED_QUERY_NOT_FOUND", "{answer}");
    ensure!(answer["errors"][0]["message"] == "PersistedQueryNotFound", "{answer}");
    let (_, answer) = bed.post(&long).await?;
    let two = answer["data"]["pools"]["nodes"].as_array().context("rows")?.clone();
    ensure!(two.len() == 2, "{answer}");
    ensure!(bed.post(&short).await?.1 == answer);
    // with other variables it is another question
    let mut one = short.clone();
    one["variables"]["first"] = 1.into();
    let (_, answer) = bed.post(&one).await?;
    ensure!(answer["data"]["pools"]["nodes"].as_array().is_some_and(|rows| rows.len() == 1));

    // by GET, as caches on the way want it
    let extensions = named(&hash).to_string();
    let parameters = [
        ("operationName", "Pools"),
        ("variables", "{\"first\":2}"),
        ("extensions", extensions.as_str()),
    ];
    let answer = bed.ask(&parameters).await?;
    ensure!(answer.status() == 200 && answer.headers().contains_key("etag"), "{answer:?}");
    let kept = answer.headers()["cache-control"].to_str()?.to_owned();
    ensure!(kept.contains("max-age"), "{kept}");
    let answer: Value = answer.json().await?;
    ensure!(answer["data"]["pools"]["nodes"] == json!(two), "{answer}");
    let other = named(&sha256("{ block { number } }")).to_string();
    let unknown = bed.ask(&[("extensions", other.as_str())]).await?;
    ensure!(unknown.headers()["cache-control"] == "no-store", "{unknown:?}");
    ensure!(code(&unknown.json().await?) == "PERSISTED_QUERY_NOT_FOUND");
    let both = [("query", "{ block { number } }"), ("extensions", other.as_str())];
    let answer: Value = bed.ask(&both).await?.json().await?;
    ensure!(answer["data"]["block"]["number"].is_number(), "{answer}");
    // without any of it the page is shown, and to a browser
    for accept in ["*/*", "text/html"] {
        let url = format!("{}/graphql", bed.services.serving);
        let page = bed.client.get(url).header("accept", accept).send().await?.text().await?;
        ensure!(page.contains("GraphiQL"), "{page}");
    }

    // subscriptions by name
    let news = "subscription { chain { chain { chainId } } }";
    let mut subscriber = Subscriber::connect(&bed.services.serving).await?;
    let payload = |query: Option<&str>| {
        let mut payload = json!({ "extensions": named(&sha256(news)) });
        if let Some(query) = query {
            payload["query"] = query.into();
        }
        payload
    };
    subscriber.ask("1", payload(None)).await?;
    let answer = subscriber.answer_to("1").await?;
    ensure!(code(&answer) == "PERSISTED_QUERY_NOT_FOUND", "{answer}");
    for (id, query) in [("2", Some(news)), ("3", None)] {
        subscriber.ask(id, payload(query)).await?;
        let answer = subscriber.answer_to(id).await?;
        ensure!(answer["data"]["chain"]["chain"]["chainId"].is_number(), "{answer}");
    }
    // and as server-sent events
    let url = reqwest::Url::parse_with_params(
        &format!("{}/graphql/stream", bed.services.serving),
        [("extensions", named(&sha256(news)).to_string())],
    )?;
    let mut events = bed.client.get(url).send().await?;
    let first = events.chunk().await?.context("an event")?;
    let first = String::from_utf8_lossy(&first).into_owned();
    ensure!(first.contains("\"chain\""), "{first}");
    bed.stop().await
}

/// In hex.
fn sha256(text: &str) -> String {
    let hash = <sha2::Sha256 as sha2::Digest>::digest(text.as_bytes());
    alloy_primitives::hex::encode(hash)
}
