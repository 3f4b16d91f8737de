//! What a subscriber believes of a chain by nothing but what it was told.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use chain::Client;
use serde_json::Value;
use tests::process::get;

/// Height and hash.
pub type Named = (u64, String);

fn named(block: &Value) -> Result<Named> {
    let number = block["number"].as_u64().context("a number")?;
    Ok((number, block["hash"].as_str().context("a hash")?.to_owned()))
}

fn list<'a>(news: &'a Value, name: &'static str) -> Result<&'a Vec<Value>> {
    news[name].as_array().with_context(|| format!("{name}: {news}"))
}

/// The blocks of a chain.
pub struct Blocks {
    all: Vec<Named>,
    /// Those that left, in that order.
    pub left: Vec<Named>,
}

impl Blocks {
    /// Those that were there before.
    pub async fn known(client: &Client, to: u64) -> Result<Self> {
        let mut all = Vec::new();
        for number in to.saturating_sub(60)..=to {
            all.push(node(client, number).await?);
        }
        Ok(Self { all, left: Vec::new() })
    }

    pub fn take(&mut self, news: &Value) -> Result<()> {
        for block in list(news, "retracted")? {
            let block = named(block)?;
            ensure!(
                self.all.pop().as_ref() == Some(&block),
                "{block:?} was not the newest: {news}"
            );
            self.left.push(block);
        }
        for block in list(news, "added")? {
            let block = named(block)?;
            let below = self.all.last().map(|(number, _)| *number);
            ensure!(
                below.map(|below| below + 1) == Some(block.0),
                "{block:?} on {below:?}: {news}"
            );
            self.all.push(block);
        }
        ensure!(self.all.last() == Some(&named(&news["chain"]["block"])?), "{news}");
        Ok(())
    }

    /// They are the node's.
    pub async fn check(&self, client: &Client) -> Result<()> {
        for block in &self.all {
            let of_node = node(client, block.0).await?;
            ensure!(*block == of_node, "{block:?} is believed, the node has {of_node:?}");
        }
        Ok(())
    }
}

async fn node(client: &Client, number: u64) -> Result<Named> {
    let block = client.block(number).await?.with_context(|| format!("no block {number}"))?;
    Ok((number, format!("{:#x}", block.hash)))
}

/// Swaps, by block.
#[derive(Default)]
pub struct Swaps {
    swaps: BTreeMap<u64, BTreeSet<String>>,
    /// Blocks that left, in that order.
    pub left: Vec<Named>,
}

impl Swaps {
    pub fn take(&mut self, news: &Value) -> Result<()> {
        for block in list(news, "retracted")? {
            let block = named(block)?;
            self.swaps.remove(&block.0);
            self.left.push(block);
        }
        for swap in list(news, "swaps")? {
            let block = swap["blockNumber"].as_u64().context("a block")?;
            let id = format!("{} {}", swap["id"], swap["txHash"]);
            ensure!(self.swaps.entry(block).or_default().insert(id), "told twice: {swap}");
            ensure!(swap["pool"]["token0"]["symbol"].is_string(), "{swap}");
        }
        Ok(())
    }

    pub fn all(&self) -> BTreeSet<String> {
        self.swaps.values().flatten().cloned().collect()
    }
}

/// Candles, by when they begin.
#[derive(Default)]
pub struct Candles {
    candles: BTreeMap<u64, Value>,
    /// From here on all are told.
    begin: Option<u64>,
    pub told: usize,
}

impl Candles {
    pub fn take(&mut self, news: &Value) -> Result<()> {
        let from = news["from"].as_u64().context("from")?;
        self.begin = Some(self.begin.map_or(from, |begin| begin.min(from)));
        self.candles.retain(|start, _| *start < from);
        for candle in list(news, "candles")? {
            let start = candle["start"].as_u64().context("start")?;
            ensure!(start >= from, "{news}");
            self.candles.insert(start, candle.clone());
            self.told += 1;
        }
        Ok(())
    }

    /// What differs from the list at a URL.
    pub async fn difference(&self, url: &str) -> Result<Vec<String>> {
        let begin = self.begin.context("nothing was told")?;
        let answer = get(&format!("{url}&limit=1000&from={begin}")).await?;
        let mut untold = self.candles.clone();
        let mut found = Vec::new();
        for listed in list(&answer, "items")? {
            let told = untold.remove(&listed["start"].as_u64().context("start")?);
            let told = told.unwrap_or_default();
            let fields = ["open", "high", "low", "close", "volume0", "swapCount"];
            if fields.iter().any(|field| told[field] != listed[field]) {
                found.push(format!("{told} is {listed}"));
            }
        }
        found.extend(untold.values().map(|candle| format!("{candle} is none")));
        Ok(found)
    }
}
