//! The configuration file; `sooho.example.toml` documents every key.

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use ::serving::subgraph::SubgraphSettings;
use abis::dynamic::Contracts;
use alloy_primitives::{Address, address};
use domain::{
    config::{Collection, Dex, Watch},
    ids::ChainId,
};
use indexer::{IndexerConfig, OnChange, Retention, Standby, schedule};
use observe::config::ConfigError;
use serde::{Deserialize, Serialize};

use crate::error::Error;

pub mod access;
pub mod contract;
pub mod dex;
pub mod feeds;
pub mod log;
pub mod prices;
mod sense;
pub mod serving;
pub mod storage;
mod subgraph;
pub mod tax;
#[cfg(test)]
mod tests;

pub use self::serving::{ExportConfig, GraphQlConfig, ServingConfig};
pub use access::AccessConfig;
pub use contract::{ContractConfig, FactoryConfig};
pub use dex::DexConfig;
pub use feeds::{ExcludeConfig, FeedsConfig};
pub use log::LogConfig;
pub use prices::{ChainlinkFeedConfig, PricesConfig};
pub use storage::{EMBEDDED, StoreConfig};
pub use tax::TaxConfig;

/// Where Permit2 is on nearly all chains.
const PERMIT2: Address = address!("000000000022D473030F116dDEE9F6B43aC78BA3");
/// A shorter lease would run out whenever the database is busy.
const MIN_LEASE_MS: u64 = 1_000;

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where data lies.
    pub store: StoreConfig,
    /// Log lines.
    pub log: LogConfig,
    /// Batch layer.
    pub indexer: IndexerSection,
    /// DEX API.
    pub serving: ServingConfig,
    /// Community API.
    pub nft_api: ServiceConfig,
    /// What charts, listing sites and aggregators are shown.
    pub feeds: FeedsConfig,
    /// Who may do what.
    pub access: AccessConfig,
    /// Market prices.
    pub prices: PricesConfig,
    /// DEXes that answer as subgraphs.
    pub subgraph: Vec<SubgraphSettings>,
    /// Chains.
    pub chain: Vec<ChainConfig>,
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

/// `[indexer]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IndexerSection {
    /// Address and port.
    pub listen: SocketAddr,
    /// When stored values are compared with the chain: a cron expression with seconds; empty for never.
    pub audit: String,
    /// When pools' balances are read from the chain: a cron expression with seconds; empty for never.
    pub reconcile: String,
    /// Pools per reading of balances, the largest first; 0: all.
    pub reconcile_pools: usize,
    /// Milliseconds that the right to write a chain outlives a process that does not answer any more.
    pub lease_ms: u64,
    /// What is done when the configuration asks for other data than what is stored.
    pub on_change: OnChange,
    /// How long it is kept what entities were.
    pub history: Retention,
}

impl Default for IndexerSection {
    fn default() -> Self {
        Self {
            listen: ServiceConfig::local(8082).listen,
            audit: "0 */5 * * * *".into(),
            reconcile: "30 */30 * * * *".into(),
            reconcile_pools: 2_000,
            lease_ms: 10_000,
            on_change: OnChange::Rebuild,
            history: Retention::All,
        }
    }
}

impl IndexerSection {
    /// Wait for the right to write for ever: for services.
    #[must_use]
    pub const fn stand_by(&self) -> Standby {
        Standby { ttl: Duration::from_millis(self.lease_ms), patience: None }
    }

    /// Wait for it as long as a process that crashed may still hold it: for commands.
    #[must_use]
    pub fn outwait_the_dead(&self) -> Standby {
        Standby::until_a_dead_holder_is_gone(Duration::from_millis(self.lease_ms))
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            store: StoreConfig::default(),
            log: LogConfig::default(),
            indexer: IndexerSection::default(),
            serving: ServingConfig::default(),
            nft_api: ServiceConfig::local(8081),
            feeds: FeedsConfig::default(),
            access: AccessConfig::default(),
            prices: PricesConfig::default(),
            subgraph: Vec::new(),
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
    /// First block; 0: where the DEXes say, if nothing else is watched.
    pub start_block: u64,
    /// A backup to begin with while nothing is stored: a path, or an `http(s)://` URL; empty: begin at the first block.
    pub snapshot: String,
    /// Symbol of the native currency.
    pub native_symbol: String,
    /// Blocks per log request.
    pub range: u64,
    /// Parallel requests.
    pub concurrency: usize,
    /// Whether transactions are read: who sent them, at what price.
    pub transactions: bool,
    /// Blocks that can be taken back.
    pub undo_window: u64,
    /// Milliseconds between looks at the head.
    pub poll_ms: u64,
    /// Events per transaction.
    pub events_per_commit: usize,
    /// Seconds that a block may be old for a quote; 0: any age.
    pub quote_max_age_s: u64,
    /// Permit2, which the Universal Router draws tokens by.
    pub permit2: Address,
    /// Whether it is tried out what of tokens' transfers arrives; nothing is sent for it.
    pub try_transfers: bool,
    /// DEX deployments.
    pub dex: Vec<DexConfig>,
    /// NFT collections.
    pub collection: Vec<Collection>,
    /// Tokens that take a part of what is transferred.
    pub tax: Vec<TaxConfig>,
    /// Contracts that are known by an ABI file.
    pub contract: Vec<ContractConfig>,
    /// Those contracts with their ABIs, once they were read.
    #[serde(skip)]
    pub contracts: Arc<Contracts>,
}

impl Default for ChainConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            id: 0,
            rpc: Vec::new(),
            start_block: 0,
            snapshot: String::new(),
            native_symbol: "ETH".into(),
            range: 2_000,
            concurrency: 4,
            transactions: true,
            undo_window: 256,
            poll_ms: 250,
            events_per_commit: 24_000,
            quote_max_age_s: 900,
            permit2: PERMIT2,
            try_transfers: true,
            dex: Vec::new(),
            collection: Vec::new(),
            tax: Vec::new(),
            contract: Vec::new(),
            contracts: Arc::default(),
        }
    }
}

impl Config {
    /// Loads and checks the configuration: the named file, or `sooho.toml` where there is one, then the environment.
    ///
    /// # Errors
    /// [`Error::Config`] and [`Error::Invalid`], naming the key.
    pub fn load(file: Option<&Path>) -> Result<Self, Error> {
        let default = Path::new("sooho.toml");
        let file = file.or_else(|| default.is_file().then_some(default));
        let mut config: Self = observe::config::load("SOOHO", file)?;
        config.check()?;
        config.chain.iter_mut().for_each(ChainConfig::settle_start);
        let folder = file.and_then(Path::parent).unwrap_or(Path::new(""));
        config.read_abis(folder)?;
        config.serving.graphql.read_documents(folder).map_err(Error::Invalid)?;
        subgraph::read(&mut config.subgraph, folder)?;
        Ok(config)
    }

    /// From a text.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut config: Self =
            observe::config::parse(text).map_err(|error: ConfigError| Error::Config(error))?;
        config.check()?;
        config.chain.iter_mut().for_each(ChainConfig::settle_start);
        config.read_abis(Path::new(""))?;
        config.serving.graphql.read_documents(Path::new("")).map_err(Error::Invalid)?;
        subgraph::read(&mut config.subgraph, Path::new(""))?;
        Ok(config)
    }

    /// Reads the ABI files that the configuration names, relative to `folder`.
    ///
    /// # Errors
    /// [`Error::Invalid`], naming the contract.
    pub fn read_abis(&mut self, folder: &Path) -> Result<(), Error> {
        for (index, chain) in self.chain.iter_mut().enumerate() {
            let at = format!("chain.{index}.contract");
            let contracts = contract::compile(&chain.contract, folder, &at);
            chain.contracts = Arc::new(contracts.map_err(Error::Invalid)?);
        }
        let all = self.chain.iter().map(|chain| chain.contracts.as_ref());
        Contracts::check_together(all).map_err(|error| Error::Invalid(error.to_string()))
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
        schedule::check(&self.indexer.audit)
            .map_err(|error| Error::Invalid(format!("indexer.audit: {error}")))?;
        schedule::check(&self.indexer.reconcile)
            .map_err(|error| Error::Invalid(format!("indexer.reconcile: {error}")))?;
        if self.indexer.lease_ms < MIN_LEASE_MS {
            return invalid(format!("indexer.lease_ms must be at least {MIN_LEASE_MS}"));
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
            let managers = chain.dex.iter().filter_map(|dex| dex.position_manager);
            let mut singular: HashSet<_> = chain.dex.iter().map(|dex| dex.factory).collect();
            if let Some(twice) = managers.into_iter().find(|manager| !singular.insert(*manager)) {
                return invalid(format!(
                    "{}: {twice} is the factory or position manager of another one",
                    at("dex.position_manager")
                ));
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
        sense::check(self).map_err(Error::Invalid)
    }
}

impl ChainConfig {
    /// Starts where the oldest DEX does, if nobody said otherwise and nothing may be older.
    fn settle_start(&mut self) {
        if self.start_block == 0 && self.collection.is_empty() && self.contract.is_empty() {
            let starts = self.dex.iter().map(|dex| dex.start_block);
            self.start_block = starts.min().unwrap_or_default();
        }
    }

    /// The indexer's view of the chain.
    #[must_use]
    pub fn indexer(&self) -> IndexerConfig {
        let dexes = self.dex.iter().map(|dex| Dex {
            name: dex.name.clone(),
            protocol: dex.protocol,
            factory: dex.factory,
            fee_pips: dex.fee_pips,
            fork: dex.fork,
            position_manager: dex.position_manager,
            pricing: dex.pricing.clone(),
        });
        IndexerConfig {
            chain_id: self.id,
            name: self.name.clone(),
            native_symbol: self.native_symbol.clone(),
            start_block: self.start_block,
            watch: Watch { dexes: dexes.collect(), collections: self.collection.clone() },
            contracts: Arc::clone(&self.contracts),
            range: self.range,
            concurrency: self.concurrency,
            transactions: self.transactions,
            undo_window: self.undo_window,
            poll_interval: Duration::from_millis(self.poll_ms),
            events_per_commit: self.events_per_commit,
        }
    }

    /// How old a block may be for a quote; `None`: any age.
    #[must_use]
    pub fn max_quote_age(&self) -> Option<Duration> {
        (self.quote_max_age_s > 0).then(|| Duration::from_secs(self.quote_max_age_s))
    }
}
