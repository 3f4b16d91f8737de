//! Queries made from the schema.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use devchain::Dice;
use reqwest::Client;
use serde_json::{Value, json};
use tests::{
    fuzz::{
        graphql::{INTROSPECTION, Schema},
        words::Words,
    },
    process::Services,
    world::World,
};
use tokio::task::JoinSet;

/// Asked at once.
const AT_ONCE: u64 = 8;
/// No question may take longer than requests may, and a bit.
const LONGEST: Duration = Duration::from_secs(35);
/// Codes that would be our own fault: everything is there and answers.
const FAULTS: [&str; 5] =
    ["INTERNAL_ERROR", "STORE_UNAVAILABLE", "CHAIN_UNAVAILABLE", "TIMEOUT", "NOT_READY"];

/// What came of all questions.
#[derive(Debug, Default)]
struct Tally {
    answered: u64,
    refused: BTreeMap<String, u64>,
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was asked is part of the proof")]
async fn no_query_finds_a_defect() -> Result<()> {
    let world = World::start().await?;
    world.traffic(60, 91).await?;
    let services = Services::up(&world.config("fuzz")?, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let url = format!("{}/graphql", services.serving);
    let client = Client::new();
    let schema = ask(&client, &url, INTROSPECTION).await?;
    let schema = Arc::new(Schema::of(&schema)?);
    ensure!(schema.roots().len() > 10, "{:?}", schema.roots());
    let mut words = Words::default();
    for list in ["pools", "tokens", "swaps", "liquidityEvents"] {
        let query = format!(
            "{{ {list}(first: 20) {{ pageInfo {{ endCursor }} nodes {{ id: __typename }} }} }}"
        );
        words.learn(&ask(&client, &url, &query).await?);
        let page =
            reqwest::get(format!("{}/v1/{}?first=20", services.serving, kebab(list))).await?;
        words.learn(&page.json().await?);
    }
    for resolution in ["1m", "1h", "1d", "1w"] {
        words.note("resolution", resolution);
    }
    for amount in ["1", "1000000", "1000000000000000000"] {
        words.note("amount", amount);
    }
    let words = Arc::new(Mutex::new(words));
    let each = super::questions() / AT_ONCE;
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for seed in 0..AT_ONCE {
        let (client, url) = (client.clone(), url.clone());
        let (schema, words) = (Arc::clone(&schema), Arc::clone(&words));
        tasks.spawn(async move {
            let (mut dice, mut tally) = (Dice::new(seed), Tally::default());
            for _ in 0..each {
                let query = {
                    let words = words.lock().unwrap_or_else(PoisonError::into_inner);
                    schema.query(&mut dice, &words)
                };
                let answer = ask(&client, &url, &query).await.with_context(|| query.clone())?;
                judge(&answer, &mut tally).with_context(|| format!("{query}\n{answer}"))?;
                if dice.chance(1, 20) {
                    words.lock().unwrap_or_else(PoisonError::into_inner).learn(&answer["data"]);
                }
            }
            Ok::<_, anyhow::Error>(tally)
        });
    }
    let mut all = Tally::default();
    while let Some(tally) = tasks.join_next().await {
        let tally = tally?.with_context(|| tail(world.folder.path()))?;
        all.answered += tally.answered;
        for (code, count) in tally.refused {
            *all.refused.entry(code).or_default() += count;
        }
    }
    let asked = each * AT_ONCE;
    println!(
        "{asked} queries in {:?}: {} answered whole, refused: {:?}",
        begun.elapsed(),
        all.answered,
        all.refused
    );
    ensure!(all.answered * 10 > asked, "hardly any query is answered");
    ensure!(all.refused.len() > 5, "hardly anything is refused");
    // and the service still stands
    let chains = ask(&client, &url, "{ chains { name } }").await?;
    ensure!(chains["data"]["chains"].is_array(), "{chains}");
    services.terminate().await?;
    world.stop().await
}

fn judge(answer: &Value, tally: &mut Tally) -> Result<()> {
    let Some(errors) = answer["errors"].as_array() else {
        ensure!(answer["data"].is_object(), "neither data nor errors");
        tally.answered += 1;
        return Ok(());
    };
    for error in errors {
        let code = error["extensions"]["code"].as_str().context("an error without a code")?;
        ensure!(!FAULTS.contains(&code), "a defect");
        ensure!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "no message");
        *tally.refused.entry(code.to_owned()).or_default() += 1;
    }
    Ok(())
}

async fn ask(client: &Client, url: &str, query: &str) -> Result<Value> {
    let body = json!({ "query": query });
    let response = client.post(url).json(&body).timeout(LONGEST).send().await?;
    let status = response.status();
    ensure!(status.as_u16() < 500, "{status}");
    Ok(response.json().await?)
}

/// `liquidityEvents` as a path has it.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// The end of the log of the services.
fn tail(folder: &std::path::Path) -> String {
    let log = std::fs::read_to_string(folder.join("up.log")).unwrap_or_default();
    let lines: Vec<_> = log.lines().rev().take(20).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
