//! Values that are well-formed and cannot be meant.

use std::time::Duration;

use domain::entity::Protocol;
use serving::subgraph::KnownChain;
use store::Store;

use super::{ChainConfig, Config, DexConfig};

#[cfg(test)]
mod tests;

/// Longer names are no names.
const LONGEST_NAME: usize = 64;
/// Who waits longer than that is not waiting.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// All of it.
const PIPS: u32 = 1_000_000;

/// The first of them, as a sentence that names the key.
pub(super) fn check(config: &Config) -> Result<(), String> {
    Store::check_name(&config.store.database)
        .map_err(|error| format!("store.database: {error}"))?;
    wait("indexer.lease_ms", config.indexer.lease_ms)?;
    config.prices.check(&config.chain)?;
    config.feeds.check(&config.chain)?;
    config.serving.check()?;
    config.access.check()?;
    for (index, chain) in config.chain.iter().enumerate() {
        check_chain(&format!("chain.{index}"), chain)?;
    }
    let chains = config.chain.iter().map(|chain| KnownChain {
        name: &chain.name,
        dexes: chain.dex.iter().map(|dex| dex.name.as_str()).collect(),
    });
    serving::subgraph::check(&config.subgraph, &chains.collect::<Vec<_>>())
}

fn check_chain(at: &str, chain: &ChainConfig) -> Result<(), String> {
    // part of the names of files
    if !is_name(&chain.name) {
        return Err(format!(
            "{at}.name: `{}` is no name: use 1 to {LONGEST_NAME} letters, digits, `-`, `_` or `.`, a letter or digit first",
            chain.name.escape_debug()
        ));
    }
    wait(&format!("{at}.poll_ms"), chain.poll_ms)?;
    for (index, dex) in chain.dex.iter().enumerate() {
        check_dex(&format!("{at}.dex.{index}"), dex)?;
    }
    for (index, collection) in chain.collection.iter().enumerate() {
        let at = format!("{at}.collection.{index}");
        said(&at, &collection.name)?;
        if collection.address.is_zero() {
            return Err(format!(
                "{at}.address is the zero address: name the collection's contract"
            ));
        }
    }
    super::tax::check(at, &chain.tax)
}

fn check_dex(at: &str, dex: &DexConfig) -> Result<(), String> {
    said(at, &dex.name)?;
    if dex.factory.is_zero() {
        return Err(format!("{at}.factory is the zero address: name the DEX's contract"));
    }
    if dex.fee_pips >= PIPS {
        return Err(format!("{at}.fee_pips: {} is all of a swap: 3000 is 0.3 %", dex.fee_pips));
    }
    if dex.fork.is_some() && dex.protocol != Protocol::V3 {
        return Err(format!("{at}.fork: the known forks follow the rules of v3; leave it out"));
    }
    Ok(())
}

/// A name that people read.
fn said(at: &str, name: &str) -> Result<(), String> {
    let good = (1..=LONGEST_NAME).contains(&name.chars().count());
    if good && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(format!("{at}.name: give a name of 1 to {LONGEST_NAME} characters, without line breaks"))
}

fn is_name(name: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    name.len() <= LONGEST_NAME
        && name.bytes().all(good)
        && name.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
}

fn wait(key: &str, millis: u64) -> Result<(), String> {
    if Duration::from_millis(millis) <= LONGEST_WAIT {
        return Ok(());
    }
    Err(format!("{key}: {millis} ms are too long, an hour is the most"))
}
