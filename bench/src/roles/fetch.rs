//! Limit (a): the requests that the indexer makes, their answers parsed, and nothing done with them.

use std::path::Path;
use std::pin::pin;
use std::time::Instant;

use abis::decode::{fixed_topics, pool_topics};
use anyhow::{Context, Result};
use chain::source::{LogFilter, Source};
use futures::StreamExt;
use sooho::chains;
use sooho::config::Config;

use crate::process::Usage;
use crate::roles::Done;

pub(super) async fn run(config: &Path) -> Result<Done> {
    let config = Config::load(Some(config))?;
    let chain = config.chain.first().context("a configuration without chain")?;
    let settings = chain.indexer();
    let started = Instant::now();
    let client = chains::client(chain)?;
    let head = client.latest_block().await?.number;
    let (addresses, topics) = fixed_topics(&settings.watch);
    let any_address_topics = pool_topics(&settings.watch);
    let filter = LogFilter { any_address_topics, addresses, topics, ..LogFilter::default() };
    let source = Source::new(client, filter, settings.range, settings.concurrency)
        .with_transactions(settings.transactions);
    let mut ranges = pin!(source.backfill(settings.start_block, head));
    let (mut items, mut blocks) = (0, 0);
    while let Some(range) = ranges.next().await {
        let range = range?;
        blocks += range.to + 1 - range.from;
        items += range.blocks.iter().map(|block| block.logs.len() as u64).sum::<u64>();
    }
    Ok(Done { time: started.elapsed(), usage: Usage::own()?, items, blocks })
}
