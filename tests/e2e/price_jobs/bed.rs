//! A database, a server that answers as price sources do, and a configuration for both.

use std::{
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use chain::Client;
use domain::market::{Asset, Price};
use indexer::market::jobs::{Ran, Report};
use market_fixture::{Api, PriceServer, Print};
use observe::Registry;
use sooho::{config::Config, prices::Market};
use store::{Embedded, EmbeddedOptions, Store, market::Known};
use tempfile::TempDir;
use tests::{process::write_config, world::mongod};

/// The wrapped native token.
pub(super) const WETH: &str = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
/// The stable coin that pairs are counted in.
pub(super) const USDT: &str = "0xdac17f958d2ee523a2206206994597c13d831ec7";
/// A Pyth feed.
pub(super) const PYTH: &str = "ff61491a931112ddf1bd8147cd1b641375f79f5825126d665480874634fd0ace";

pub(super) struct Bed {
    pub(super) mongo: Embedded,
    pub(super) server: PriceServer,
    pub(super) folder: TempDir,
}

/// Unix seconds.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The tokens and sources of these tests, for a chain called `local`.
pub(super) fn tokens(server: &PriceServer) -> String {
    let mut text = String::new();
    for api in Api::ALL {
        text += &format!("[prices.{}]\nbase_url = '{}'\n", api.name(), server.base(api));
    }
    text += &format!(
        "[[prices.tokens]]\nchain = 'local'\naddress = '{WETH}'\nsymbol = 'WETH'\n\
         feeds = {{ binance = 'ETHUSDT', coinbase = 'ETH-USD', pyth = '{PYTH}', defillama = 'ethereum:{WETH}' }}\n\
         [[prices.tokens]]\nchain = 'local'\naddress = '{USDT}'\nsymbol = 'USDT'\nstable = true\n\
         feeds = {{ coinbase = 'USDT-USD', defillama = '' }}\n"
    );
    text
}

impl Bed {
    pub(super) async fn start() -> Result<Self> {
        drop(rustls::crypto::ring::default_provider().install_default());
        let folder = tempfile::tempdir()?;
        let data_dir = folder.path().join("mongo");
        let options = EmbeddedOptions { binary: mongod(), data_dir, cache_mb: 256 };
        let mongo = Embedded::start(options).await.context("starting mongod")?;
        Ok(Self { mongo, server: PriceServer::start().await?, folder })
    }

    /// A configuration with a database of this name. Nothing answers as its chain.
    pub(super) fn config(&self, database: &str, more: &str) -> Result<Config> {
        let chain = "[[chain]]\nname = 'local'\nid = 1\nrpc = ['http://127.0.0.1:9']\n";
        let text = format!("{more}\n{}{chain}", tokens(&self.server));
        let mut config = Config::parse(&text)?;
        config.store.uri = self.mongo.uri();
        config.store.database = database.into();
        config.store.data_dir = self.folder.path().join("mongo");
        Ok(config)
    }

    pub(super) fn file(&self, config: &Config) -> Result<PathBuf> {
        write_config(config, self.folder.path())
    }

    pub(super) async fn store(&self, database: &str) -> Result<Store> {
        let store = Store::connect(&self.mongo.uri(), database).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// Every source knows a price of about 2,450 dollars at a time, and Tether one near 1.
    pub(super) fn good_prices(&self, time: u64) {
        let say = |api, id: &str, value: &str| self.server.say(api, id, Print::new(value, time));
        say(Api::Binance, "ETHUSDT", "2450.10");
        say(Api::Coinbase, "ETH-USD", "2450.50");
        self.server.say(Api::Pyth, PYTH, Print::new("245020000000", time).sure("20000000"));
        say(Api::DefiLlama, &format!("ethereum:{WETH}"), "2450.3");
        self.server.token(Api::DefiLlama, &format!("ethereum:{WETH}"), "WETH", 18);
        say(Api::Coinbase, "USDT-USD", "1.0001");
    }

    pub(super) async fn stop(self) {
        self.mongo.stop().await;
    }
}

pub(super) fn market<'a>(
    config: &'a Config,
    store: &Store,
    registry: &Registry,
) -> Result<Market<'a>> {
    let client = |index: usize| {
        let chain: &sooho::config::ChainConfig = &config.chain[index];
        Ok(Client::new(chain.id, &chain.rpc)?)
    };
    Ok(Market::new(config, store, registry, client)?)
}

/// Runs the job of a source.
pub(super) async fn ask(market: &Market<'_>, source: &str) -> Result<Report> {
    let jobs = market.jobs();
    let job = jobs.iter().find(|job| job.name() == source).context("there is no such job")?;
    match job.run_now().await? {
        Ran::Ended(report) => Ok(report),
        Ran::Busy(holder) => anyhow::bail!("{holder} runs it"),
    }
}

/// The newest stored price of a token, as it is now.
pub(super) async fn price(store: &Store, token: &str) -> Result<Price> {
    let (asset, now) = (Asset { chain: 1, address: token.parse()? }, now() * 1_000 + 999);
    let market = store.market();
    let sheet = market.reader().prices(1, now, Known::Newest, &[asset.address]).await?;
    let sheet = sheet.context("there is no sheet")?;
    let price = sheet.price(asset.address).cloned().context("the token is not in it")?;
    Ok(price.seen_at(now, 86_400_000))
}
