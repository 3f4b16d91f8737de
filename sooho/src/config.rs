//! The configuration file; `sooho.example.toml` documents every key.

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use alloy_primitives::Address;
use domain::{
    config::{Collection, Dex, Watch},
    entity::Protocol,
    ids::ChainId,
};
use indexer::IndexerConfig;
use observe::{config::ConfigError, logging::LogFormat};
use serde::{Deserialize, Serialize};

use crate::error::Error;

#[cfg(test)]
mod tests;

/// The value of `store.uri` that asks for a managed local server.
pub const EMBEDDED: &str = "embedded";

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where data lies.
    pub store: StoreConfig,
    /// Log lines.
    pub log: LogConfig,
    /// Batch layer.
    pub indexer: ServiceConfig,
    /// DEX API.
    pub serving: ServiceConfig,
    /// Community API.
    pub nft_api: ServiceConfig,
    /// Chains.
    pub chain: Vec<ChainConfig>,
}

/// `[store]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// `embedded` or a `mongodb://` URI.
    pub uri: String,
    /// Database.
    pub database: String,
    /// Data folder of the embedded server.
    pub data_dir: PathBuf,
    /// Binary of the embedded server; empty: found by itself.
    pub mongod: PathBuf,
    /// Cache of the embedded server in MB.
    pub cache_mb: u32,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            uri: EMBEDDED.into(),
            database: "sooho".into(),
            data_dir: ".sooho/mongo".into(),
            mongod: PathBuf::new(),
            cache_mb: 256,
        }
    }
}

/// `[log]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// Filter.
    pub filter: String,
    /// Shape.
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { filter: "info".into(), format: LogFormat::Human }
    }
}

/// A service that listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceConfig {
    /// Address and port.
    pub listen: SocketAddr,
}

impl ServiceConfig {
    /// On a port of the loopback interface.
    const fn local(port: u16) -> Self {
        Self { listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port) }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            store: StoreConfig::default(),
            log: LogConfig::default(),
            indexer: ServiceConfig::local(8082),
            serving: ServiceConfig::local(8080),
            nft_api: ServiceConfig::local(8081),
            chain: Vec::new(),
        }
    }
}

/// `[[chain]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChainConfig {
    /// Short name.
    pub name: String,
    /// EIP-155 id.
    pub id: ChainId,
    /// Endpoints.
    pub rpc: Vec<String>,
    /// First block.
    pub start_block: u64,
    /// Symbol of the native currency.
    pub native_symbol: String,
    /// Blocks per log request.
    pub range: u64,
    /// Parallel requests.
    pub concurrency: usize,
    /// Blocks that can be taken back.
    pub undo_window: u64,
    /// Milliseconds between looks at the head.
    pub poll_ms: u64,
    /// Events per transaction.
    pub events_per_commit: usize,
    /// DEX deployments.
    pub dex: Vec<DexConfig>,
    /// NFT collections.
    pub collection: Vec<Collection>,
}

impl Default for ChainConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            id: 0,
            rpc: Vec::new(),
            start_block: 0,
            native_symbol: "ETH".into(),
            range: 2_000,
            concurrency: 4,
            undo_window: 256,
            poll_ms: 250,
            events_per_commit: 2_000,
            dex: Vec::new(),
            collection: Vec::new(),
        }
    }
}

/// `[[chain.dex]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DexConfig {
    /// Short name.
    pub name: String,
    /// Rules.
    pub protocol: Protocol,
    /// Factory or `PoolManager`.
    pub factory: Address,
    /// Fee of V2 pools in pips.
    #[serde(default = "default_fee")]
    pub fee_pips: u32,
    /// V2 router, V3 `QuoterV2` or V4 `V4Quoter`.
    #[serde(default)]
    pub quoter: Option<Address>,
}

const fn default_fee() -> u32 {
    3_000
}

impl Config {
    /// Loads and checks the configuration: the named file, or `sooho.toml` where there is one, then the environment.
    ///
    /// # Errors
    /// [`Error::Config`] and [`Error::Invalid`], naming the key.
    pub fn load(file: Option<&Path>) -> Result<Self, Error> {
        let default = Path::new("sooho.toml");
        let file = file.or_else(|| default.is_file().then_some(default));
        let config: Self = observe::config::load("SOOHO", file)?;
        config.check()?;
        Ok(config)
    }

    /// From a text.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let config: Self =
            observe::config::parse(text).map_err(|error: ConfigError| Error::Config(error))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), Error> {
        let invalid = |text: String| Err(Error::Invalid(text));
        if self.chain.is_empty() {
            return invalid("there is no [[chain]]: name a configuration file with --config (sooho.example.toml shows every key)".into());
        }
        let listens = [self.indexer.listen, self.serving.listen, self.nft_api.listen];
        if listens.iter().collect::<HashSet<_>>().len() < listens.len() {
            return invalid(
                "indexer.listen, serving.listen and nft_api.listen must be three different addresses".into(),
            );
        }
        let (mut names, mut ids) = (HashSet::new(), HashSet::new());
        for (index, chain) in self.chain.iter().enumerate() {
            let at = |key: &str| format!("chain.{index}.{key}");
            if chain.name.is_empty() || !names.insert(&chain.name) {
                return invalid(format!(
                    "{} must be set, and different for each chain",
                    at("name")
                ));
            }
            if chain.id == 0 || i64::try_from(chain.id).is_err() || !ids.insert(chain.id) {
                return invalid(format!(
                    "{} must be an EIP-155 chain id, different for each chain",
                    at("id")
                ));
            }
            if chain.rpc.is_empty() {
                return invalid(format!("{} needs at least one endpoint url", at("rpc")));
            }
            if chain.range == 0
                || chain.concurrency == 0
                || chain.events_per_commit == 0
                || chain.poll_ms == 0
            {
                return invalid(format!(
                    "{}, concurrency, events_per_commit and poll_ms must be above 0",
                    at("range")
                ));
            }
            let mut dexes = HashSet::new();
            if let Some(twice) = chain.dex.iter().find(|dex| !dexes.insert(&dex.name)) {
                return invalid(format!("{}: two are called `{}`", at("dex"), twice.name));
            }
            let mut addresses = HashSet::new();
            let watched = chain
                .dex
                .iter()
                .map(|dex| dex.factory)
                .chain(chain.collection.iter().map(|c| c.address));
            for address in watched {
                if !addresses.insert(address) {
                    return invalid(format!("{}: {address} is named twice", at("dex/collection")));
                }
            }
        }
        Ok(())
    }
}

impl ChainConfig {
    /// The indexer's view of the chain.
    #[must_use]
    pub fn indexer(&self) -> IndexerConfig {
        let dexes = self.dex.iter().map(|dex| Dex {
            name: dex.name.clone(),
            protocol: dex.protocol,
            factory: dex.factory,
            fee_pips: dex.fee_pips,
        });
        IndexerConfig {
            chain_id: self.id,
            name: self.name.clone(),
            native_symbol: self.native_symbol.clone(),
            start_block: self.start_block,
            watch: Watch { dexes: dexes.collect(), collections: self.collection.clone() },
            range: self.range,
            concurrency: self.concurrency,
            undo_window: self.undo_window,
            poll_interval: Duration::from_millis(self.poll_ms),
            events_per_commit: self.events_per_commit,
        }
    }
}
