//! The configurations that the measured indexers are given, as a user would write them.

use std::path::{Path, PathBuf};

use alloy_primitives::Address;
use anyhow::{Context, Result};
use toml::{Table, Value};

use crate::synth::CHAIN_ID;
use crate::synth::market::{Anchors, Contracts};

/// Name of the database.
pub const DATABASE: &str = "bench";

/// Writes the configuration for the made chain into `folder`.
///
/// # Errors
/// When the file system refuses.
pub fn of_made_chain(folder: &Path, store: &str, node: &str) -> Result<PathBuf> {
    let contracts = Contracts::new();
    let dexes = [(2, contracts.v2_factory), (3, contracts.v3_factory), (4, contracts.v4_manager)]
        .map(|(version, factory)| {
            let mut section = dex(&format!("v{version}"), &factory.to_string());
            section.insert("pricing".to_owned(), pricing(&Anchors::of(version)).into());
            Value::from(section)
        });
    let mut chain = table([
        ("name", "made".into()),
        ("id", Value::Integer(i64::try_from(CHAIN_ID)?)),
        ("rpc", vec![node].into()),
        ("start_block", Value::Integer(0)),
    ]);
    chain.insert("dex".to_owned(), dexes.to_vec().into());
    write(folder, store, chain)
}

/// A DEX section.
pub fn dex(protocol: &str, factory: &str) -> Table {
    table([
        ("name", format!("uniswap-{protocol}").into()),
        ("protocol", protocol.into()),
        ("factory", factory.into()),
    ])
}

/// Prices as on the main networks.
fn pricing(anchors: &Anchors) -> Table {
    let texts = |all: &[Address]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    table([
        ("reference_token", anchors.reference.to_string().into()),
        ("whitelist", texts(&anchors.whitelist).into()),
        ("stablecoins", texts(&anchors.stablecoins).into()),
        ("stable_pools", anchors.pools.clone().into()),
        ("minimum_locked", "2".into()),
        ("minimum_liquidity_usd", "1000".into()),
    ])
}

/// Writes a configuration with this `[[chain]]`.
///
/// # Errors
/// When the file system refuses.
pub fn write(folder: &Path, store: &str, chain: Table) -> Result<PathBuf> {
    let store = table([("uri", store.into()), ("database", DATABASE.into())]);
    let whole = table([
        ("store", store.into()),
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
