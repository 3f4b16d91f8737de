//! A chain and a database to test against; both end with the test.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use chain::Client;
use devchain::{Anvil, AnvilOptions, Deployment, Traffic, TrafficReport};
use domain::{
    config::Collection,
    entity::{NftStandard, Protocol},
};
use indexer::{Indexer, Metrics, Target};
use observe::{Registry, Shutdown};
use sooho::config::{ChainConfig, Config, DexConfig};
use store::{Embedded, EmbeddedOptions, Store};
use tempfile::TempDir;

use crate::{process::free_address, truth::Truth};

/// Chain, database server, and a folder.
#[derive(Debug)]
pub struct World {
    /// The chain.
    pub chain: Anvil,
    /// What lies where on it.
    pub deployment: Deployment,
    /// The database server.
    pub mongo: Embedded,
    /// A folder that is removed in the end.
    pub folder: TempDir,
    /// What the indexers of this process counted.
    pub metrics: Arc<Metrics>,
}

impl World {
    /// A chain with its contracts and nothing else, and an empty server.
    ///
    /// # Errors
    /// When a part does not start.
    pub async fn start() -> Result<Self> {
        drop(rustls::crypto::ring::default_provider().install_default());
        drop(observe::logging::init("warn", observe::logging::LogFormat::Human));
        let folder = tempfile::tempdir()?;
        let chain = Anvil::start(AnvilOptions::default()).await.context("starting the chain")?;
        let deployment = devchain::deploy(&chain.url()).await.context("deploying")?;
        let options = EmbeddedOptions {
            binary: mongod(),
            data_dir: folder.path().join("mongo"),
            cache_mb: 256,
        };
        let mongo = Embedded::start(options).await.context("starting mongod")?;
        let metrics = Arc::new(Metrics::new(&Registry::new())?);
        Ok(Self { chain, deployment, mongo, folder, metrics })
    }

    /// Mines blocks of seeded traffic.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn traffic(&self, blocks: u64, seed: u64) -> Result<TrafficReport> {
        Ok(Traffic::new(&self.chain.url(), &self.deployment, seed).run(blocks).await?)
    }

    /// The configuration of this world with a database of this name, as a user would write it.
    /// Its ports are free ones.
    ///
    /// # Errors
    /// When no port is free.
    pub fn config(&self, database: &str) -> Result<Config> {
        let mut config = Config::default();
        config.serving.listen = free_address()?;
        config.nft_api.listen = free_address()?;
        config.indexer.listen = free_address()?;
        config.store.uri = self.mongo.uri();
        config.store.database = database.into();
        config.store.data_dir = self.folder.path().join("mongo");
        config.log.filter = "info".into();
        config.chain = vec![self.chain_config()];
        Ok(config)
    }

    /// The section of the chain in that configuration.
    #[must_use]
    pub fn chain_config(&self) -> ChainConfig {
        let d = &self.deployment;
        let dex = |name: &str, protocol, factory, quoter, position_manager| DexConfig {
            swap_router02: Some(d.swap_router02),
            universal_router: Some(d.universal_router),
            name: name.into(),
            protocol,
            factory,
            start_block: d.start_block,
            fee_pips: 3_000,
            fork: None,
            quoter: Some(quoter),
            position_manager,
            pricing: d.pricing(protocol),
        };
        let v3_positions = Some(d.nonfungible_position_manager);
        let v4_positions = Some(d.v4_position_manager);
        let collection =
            |name: &str, standard, address| Collection { name: name.into(), standard, address };
        ChainConfig {
            name: "local".into(),
            id: d.chain_id,
            rpc: vec![self.chain.url()],
            start_block: d.start_block,
            poll_ms: 50,
            undo_window: 64,
            // the chain's times are made up
            quote_max_age_s: 0,
            permit2: d.permit2,
            range: 40,
            dex: vec![
                dex("uniswap-v2", Protocol::V2, d.v2_factory, d.v2_router, None),
                dex("uniswap-v3", Protocol::V3, d.v3_factory, d.quoter_v2, v3_positions),
                dex("uniswap-v4", Protocol::V4, d.v4_pool_manager, d.v4_quoter, v4_positions),
            ],
            collection: vec![
                collection("apes", NftStandard::Erc721, d.erc721),
                collection("badges", NftStandard::Erc1155, d.erc1155),
                collection("v3-positions", NftStandard::Erc721, d.nonfungible_position_manager),
            ],
            ..ChainConfig::default()
        }
    }

    /// A migrated store on a database of this name.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn store(&self, database: &str) -> Result<Store> {
        let store = Store::connect(&self.mongo.uri(), database).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// Indexes this world into a database, in this process, and returns the store.
    ///
    /// # Errors
    /// The indexer's fault.
    pub async fn index(&self, database: &str, target: Target) -> Result<Store> {
        self.index_chain(&self.chain_config(), database, target).await
    }

    /// The same for another chain, or with other settings.
    ///
    /// # Errors
    /// The indexer's fault.
    pub async fn index_chain(
        &self,
        chain: &ChainConfig,
        database: &str,
        target: Target,
    ) -> Result<Store> {
        let store = self.store(database).await?;
        let client = Client::new(chain.id, &chain.rpc)?;
        let metrics = Arc::clone(&self.metrics);
        let indexer = Indexer::new(chain.indexer(), client, store.clone(), metrics);
        indexer.run(target, Shutdown::new()).await?;
        Ok(store)
    }

    /// The chain's own answers.
    ///
    /// # Errors
    /// When the endpoint's url is none.
    pub fn truth(&self) -> Result<Truth> {
        Truth::new(&self.chain.url(), self.deployment.clone())
    }

    /// Stops everything, leaving nothing behind.
    ///
    /// # Errors
    /// When a part does not end.
    pub async fn stop(self) -> Result<()> {
        self.mongo.stop().await;
        self.chain.stop().await?;
        Ok(())
    }
}

/// The server's binary, where the set-up names one.
#[must_use]
pub fn mongod() -> Option<PathBuf> {
    observe::config::variable("SOOHO_MONGOD").map(Into::into)
}
