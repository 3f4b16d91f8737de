//! The configurations that the measured indexers are given, as a user would write them.

use std::path::{Path, PathBuf};

use alloy_primitives::Address;
use anyhow::{Context, Result};
use domain::{config::Pricing, entity::Protocol};
use toml::{Table, Value};

use crate::synth::CHAIN_ID;
use crate::synth::market::{Contracts, pricing};

/// Name of the database.
pub const DATABASE: &str = "bench";

/// Writes the configuration for the made chain into `folder`.
///
/// # Errors
/// When the file system refuses.
pub fn of_made_chain(
    folder: &Path,
    store: &str,
    node: &str,
    events_per_commit: Option<u32>,
) -> Result<PathBuf> {
    write(folder, store, chain_of_made(node, events_per_commit)?)
}

/// The `[[chain]]` of the made chain.
///
/// # Errors
/// When a part has no TOML.
pub fn chain_of_made(node: &str, events_per_commit: Option<u32>) -> Result<Table> {
    let contracts = Contracts::new();
    let dexes = [
        dex(Protocol::V2, contracts.v2_factory, &pricing(Protocol::V2))?,
        dex(Protocol::V3, contracts.v3_factory, &pricing(Protocol::V3))?,
        dex(Protocol::V4, contracts.v4_manager, &pricing(Protocol::V4))?,
    ];
    let mut chain = table([
        ("name", "made".into()),
        ("id", Value::Integer(i64::try_from(CHAIN_ID)?)),
        ("rpc", vec![node].into()),
        ("start_block", Value::Integer(0)),
    ]);
    if let Some(events) = events_per_commit {
        chain.insert("events_per_commit".to_owned(), i64::from(events).into());
    }
    chain.insert("dex".to_owned(), dexes.to_vec().into());
    Ok(chain)
}

/// A `[[chain]]` of which only what is stored is known.
///
/// # Errors
/// When the id is none.
pub fn without_node(id: u64) -> Result<Table> {
    Ok(table([
        ("name", "made".into()),
        ("id", Value::Integer(i64::try_from(id)?)),
        ("rpc", vec!["http://127.0.0.1:9"].into()),
        ("quote_max_age_s", 0.into()),
    ]))
}

/// A DEX section.
///
/// # Errors
/// When the pricing has no TOML.
pub fn dex(protocol: Protocol, factory: Address, pricing: &Pricing) -> Result<Value> {
    let section = table([
        ("name", format!("uniswap-{protocol:?}").to_lowercase().into()),
        ("protocol", Value::try_from(protocol)?),
        ("factory", factory.to_string().into()),
        ("pricing", Value::try_from(pricing)?),
    ]);
    Ok(section.into())
}

/// Writes a configuration with this `[[chain]]`.
///
/// # Errors
/// When the file system refuses.
pub fn write(folder: &Path, store: &str, chain: Table) -> Result<PathBuf> {
    let store = table([("uri", store.into()), ("database", DATABASE.into())]);
    // any free port: one that is taken by others is no fault of what is measured
    let indexer = table([("listen", "127.0.0.1:0".into())]);
    let whole = table([
        ("store", store.into()),
        ("indexer", indexer.into()),
        ("log", table([("filter", "warn".into())]).into()),
        ("chain", vec![chain].into()),
    ]);
    let file = folder.join("sooho.toml");
    std::fs::write(&file, toml::to_string(&whole)?)
        .with_context(|| format!("writing {}", file.display()))?;
    Ok(file)
}

/// A table of these keys.
pub fn table<const N: usize>(entries: [(&str, Value); N]) -> Table {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
