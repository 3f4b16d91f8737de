//! A chain with feeds, and who reads them.

use std::sync::Arc;

use alloy_primitives::{Address, I256};
use anyhow::Result;
use chain::Client;
use devchain::{Anvil, AnvilOptions, Feeds};
use domain::{decimal::Decimal, market::Asset};
use indexer::market::chainlink::{
    Chainlink, ChainlinkConfig, ChainlinkFeed, FeedFault, GRACE_SECONDS, Sequencer,
};
use market::Said;

/// Chain id of anvil.
pub(super) const CHAIN: u64 = 31_337;
/// What an answer may be late.
pub(super) const MARGIN: u64 = 60;

/// The chain. Blocks are mined by what is done to the feeds, and at times that are named.
pub(super) struct Bench {
    pub(super) chain: Anvil,
    pub(super) feeds: Feeds,
}

impl Bench {
    pub(super) async fn start() -> Result<Self> {
        let chain = Anvil::start(AnvilOptions::default()).await?;
        let feeds = Feeds::new(&chain.url()).await?;
        Ok(Self { chain, feeds })
    }

    pub(super) fn client(&self) -> Result<Client> {
        Ok(Client::new(CHAIN, &[self.chain.url()])?)
    }

    /// A feed of one phase: its proxy and its aggregator.
    pub(super) async fn feed(&self, decimals: u8) -> Result<(Address, Address)> {
        let aggregator = self.feeds.aggregator(decimals).await?;
        Ok((self.feeds.proxy(aggregator).await?, aggregator))
    }

    /// Reads these proxies with these heartbeats in seconds.
    pub(super) fn reader(
        &self,
        feeds: &[(Address, u64)],
        sequencer: Option<Address>,
    ) -> Result<Chainlink> {
        let feeds = feeds.iter().map(|(proxy, heartbeat_seconds)| ChainlinkFeed {
            asset: Asset { chain: CHAIN, address: *proxy },
            proxy: *proxy,
            heartbeat_seconds: *heartbeat_seconds,
        });
        let sequencer = sequencer.map(|feed| Sequencer { feed, grace_seconds: GRACE_SECONDS });
        let config = ChainlinkConfig { feeds: feeds.collect(), margin_seconds: MARGIN, sequencer };
        Ok(Chainlink::new(self.client()?, config))
    }
}

/// The names of these proxies' feeds.
pub(super) fn ids(proxies: &[Address]) -> Vec<Arc<str>> {
    proxies.iter().map(|proxy| Chainlink::id(CHAIN, *proxy)).collect()
}

/// An answer in hundredths of a dollar, for a feed with these decimals.
pub(super) fn cents(cents: u64, decimals: u8) -> Result<I256> {
    let scale = alloy_primitives::U256::from(10).pow(alloy_primitives::U256::from(decimals - 2));
    Ok(I256::try_from(alloy_primitives::U256::from(cents) * scale)?)
}

/// The same as a price.
pub(super) fn price(cents: u64) -> Decimal {
    Decimal::from_parts(cents.into(), -2)
}

/// The value and the time in seconds of an answer, or the name of its fault.
pub(super) fn short(answer: &Result<Said, FeedFault>) -> Result<(Decimal, u64), &'static str> {
    match answer {
        Ok(said) => Ok((said.value, said.time / 1_000)),
        Err(fault) => Err(fault.name()),
    }
}
