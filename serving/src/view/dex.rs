//! A DEX, and tokens within it.

use alloy_primitives::Address;
use async_graphql::SimpleObject;
use domain::{
    block::BlockRef,
    config,
    decimal::Decimal,
    figures::{Factory, TokenFigures},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{address, protocol::Protocol};

/// A DEX as a whole: what its events add up to, by the rules of the reference subgraphs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[graphql(complex)]
#[serde(rename_all = "camelCase")]
pub struct Dex {
    /// Configured name; null where the indexed data has a DEX that is configured no more.
    pub name: Option<String>,
    /// Rules of its pools; null likewise.
    pub protocol: Option<Protocol>,
    /// Factory (V2, V3) or pool manager (V4).
    pub factory: String,
    /// Contract whose tokens are its positions (V3, V4), where those are followed.
    pub position_manager: Option<String>,
    /// Pools made.
    pub pool_count: u64,
    /// Mints, burns, collects and swaps.
    pub tx_count: u64,
    /// Tracked volume in USD.
    #[serde(rename = "totalVolumeUSD")]
    #[graphql(name = "totalVolumeUSD")]
    pub total_volume_usd: String,
    /// Tracked volume in the reference token.
    #[serde(rename = "totalVolumeETH")]
    #[graphql(name = "totalVolumeETH")]
    pub total_volume_eth: String,
    /// Fees in USD.
    #[serde(rename = "totalFeesUSD")]
    #[graphql(name = "totalFeesUSD")]
    pub total_fees_usd: String,
    /// Fees in the reference token.
    #[serde(rename = "totalFeesETH")]
    #[graphql(name = "totalFeesETH")]
    pub total_fees_eth: String,
    /// Volume in USD by derived prices alone, whitelisted tokens or not.
    #[serde(rename = "untrackedVolumeUSD")]
    #[graphql(name = "untrackedVolumeUSD")]
    pub untracked_volume_usd: String,
    /// Locked value in USD.
    #[serde(rename = "totalValueLockedUSD")]
    #[graphql(name = "totalValueLockedUSD")]
    pub total_value_locked_usd: String,
    /// Locked value in the reference token.
    #[serde(rename = "totalValueLockedETH")]
    #[graphql(name = "totalValueLockedETH")]
    pub total_value_locked_eth: String,
    /// Price of the reference token in USD by the DEX's own pools.
    #[serde(rename = "ethPriceUSD")]
    #[graphql(name = "ethPriceUSD")]
    pub eth_price_usd: String,
    /// Chain and factory, for what hangs on them.
    #[graphql(skip)]
    #[serde(skip)]
    pub key: (u64, Address),
    /// The block it is as of, if that is not the newest.
    #[graphql(skip)]
    #[serde(skip)]
    pub older: Option<BlockRef>,
}

impl Dex {
    /// The wire form of a factory's figures and what is configured of it.
    #[must_use]
    pub fn new(
        key: (u64, Address),
        configured: Option<&config::Dex>,
        figures: &Factory,
        older: Option<BlockRef>,
    ) -> Self {
        Self {
            name: configured.map(|dex| dex.name.clone()),
            protocol: configured.map(|dex| dex.protocol.into()),
            factory: address(key.1),
            position_manager: configured.and_then(|dex| dex.position_manager).map(address),
            pool_count: figures.pool_count,
            tx_count: figures.tx_count,
            total_volume_usd: figures.total_volume_usd.to_string(),
            total_volume_eth: figures.total_volume_eth.to_string(),
            total_fees_usd: figures.total_fees_usd.to_string(),
            total_fees_eth: figures.total_fees_eth.to_string(),
            untracked_volume_usd: figures.untracked_volume_usd.to_string(),
            total_value_locked_usd: figures.total_value_locked_usd.to_string(),
            total_value_locked_eth: figures.total_value_locked_eth.to_string(),
            eth_price_usd: figures.eth_price_usd.to_string(),
            key,
            older,
        }
    }
}

/// What the events of one DEX add up to for a token. Amounts are decimals of whole tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenOnDex {
    /// Configured name of the DEX; null where it is configured no more.
    pub dex: Option<String>,
    /// Its factory (V2, V3) or pool manager (V4).
    pub factory: String,
    /// Volume.
    pub volume: String,
    /// Tracked volume in USD.
    #[serde(rename = "volumeUSD")]
    #[graphql(name = "volumeUSD")]
    pub volume_usd: String,
    /// Volume in USD by derived prices alone, whitelisted tokens or not.
    #[serde(rename = "untrackedVolumeUSD")]
    #[graphql(name = "untrackedVolumeUSD")]
    pub untracked_volume_usd: String,
    /// Fees in USD; the full fee counts for both tokens of a pool.
    #[serde(rename = "feesUSD")]
    #[graphql(name = "feesUSD")]
    pub fees_usd: String,
    /// Transactions.
    pub tx_count: u64,
    /// Locked amount.
    pub total_value_locked: String,
    /// The same in USD (V3, V4).
    #[serde(rename = "totalValueLockedUSD")]
    #[graphql(name = "totalValueLockedUSD")]
    pub total_value_locked_usd: String,
    /// Price in the DEX's reference token by its own pools; "0" where none is known.
    #[serde(rename = "derivedETH")]
    #[graphql(name = "derivedETH")]
    pub derived_eth: String,
    /// Price in USD by its own pools: `derivedETH` times the reference token's price.
    #[serde(rename = "priceUSD")]
    #[graphql(name = "priceUSD")]
    pub price_usd: String,
    /// Pools with a whitelisted token on the other side, where the price is looked for.
    pub whitelist_pool_count: u64,
}

impl TokenOnDex {
    /// The wire form; `eth_price` is the reference token's in USD.
    #[must_use]
    pub fn new(
        (factory, configured): (Address, Option<&config::Dex>),
        figures: &TokenFigures,
        eth_price: Decimal,
    ) -> Self {
        Self {
            dex: configured.map(|dex| dex.name.clone()),
            factory: address(factory),
            volume: figures.volume.to_string(),
            volume_usd: figures.volume_usd.to_string(),
            untracked_volume_usd: figures.untracked_volume_usd.to_string(),
            fees_usd: figures.fees_usd.to_string(),
            tx_count: figures.tx_count,
            total_value_locked: figures.total_value_locked.to_string(),
            total_value_locked_usd: figures.total_value_locked_usd.to_string(),
            derived_eth: figures.derived_eth.to_string(),
            price_usd: (figures.derived_eth * eth_price).to_string(),
            whitelist_pool_count: figures.whitelist_pools.len() as u64,
        }
    }
}
