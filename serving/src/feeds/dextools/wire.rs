//! The shapes of DEXTools' adapter. Decimal texts always have a fraction: `1.0`, never `1`.

use alloy_primitives::{Address, U256};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    feeds::blocks::{
        Event as Told, Kind,
        assets::Asset as Known,
        pools::{Listed, address_text},
        whole,
    },
    view,
};

#[cfg(test)]
mod tests;

/// `latest-block` and `block`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DexToolsBlockAnswer)]
pub(super) struct BlockAnswer {
    pub(super) block: Block,
}

/// `asset`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DexToolsAssetAnswer)]
pub(super) struct AssetAnswer {
    pub(super) asset: Asset,
}

/// `exchange`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DexToolsExchangeAnswer)]
pub(super) struct ExchangeAnswer {
    pub(super) exchange: Exchange,
}

/// `pair`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DexToolsPairAnswer)]
pub(super) struct PairAnswer {
    pub(super) pair: Pair,
}

/// `events`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DexToolsEvents)]
pub(super) struct Events {
    pub(super) events: Vec<Event>,
}

/// A block; its time in seconds.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DexToolsBlock)]
pub(super) struct Block {
    block_number: u64,
    block_timestamp: u64,
}

impl From<(u64, u64)> for Block {
    fn from((block_number, block_timestamp): (u64, u64)) -> Self {
        Self { block_number, block_timestamp }
    }
}

/// A token. How many hold it is not known here, so it is not said; nor is a supply that its contract does not tell.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DexToolsAsset)]
pub(super) struct Asset {
    id: String,
    name: String,
    symbol: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_supply: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    circulating_supply: Option<String>,
}

impl Asset {
    pub(super) fn new(asset: Known) -> Self {
        let supply = asset.total_supply.map(|supply| decimal(whole(supply, asset.decimals)));
        Self {
            id: address_text(asset.address),
            name: asset.name,
            symbol: asset.symbol,
            total_supply: supply.clone(),
            circulating_supply: supply,
        }
    }
}

/// A DEX.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DexToolsExchange)]
pub(super) struct Exchange {
    factory_address: String,
    name: String,
}

impl Exchange {
    pub(super) fn new(factory: Address, name: &str) -> Self {
        Self { factory_address: address_text(factory), name: name.to_owned() }
    }
}

/// A pool.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DexToolsPair)]
pub(super) struct Pair {
    id: String,
    asset0_id: String,
    asset1_id: String,
    created_at_block_number: u64,
    created_at_block_timestamp: u64,
    created_at_txn_id: String,
    factory_address: String,
}

impl Pair {
    pub(super) fn new(listed: &Listed) -> Self {
        let pool = &listed.pool;
        Self {
            id: listed.id(),
            asset0_id: address_text(pool.token0),
            asset1_id: address_text(pool.token1),
            created_at_block_number: pool.created.block,
            created_at_block_timestamp: pool.created.timestamp,
            created_at_txn_id: view::hash(pool.created.tx_hash),
            factory_address: address_text(pool.factory),
        }
    }
}

/// What a pool holds, in whole tokens.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DexToolsReserves)]
struct Reserves {
    asset0: String,
    asset1: String,
}

/// An event.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DexToolsEvent)]
pub(super) struct Event {
    block: Block,
    txn_id: String,
    txn_index: u32,
    event_index: u32,
    maker: String,
    pair_id: String,
    #[serde(flatten)]
    what: What,
    #[serde(skip_serializing_if = "Option::is_none")]
    reserves: Option<Reserves>,
}

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "eventType", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[schema(as = DexToolsWhat)]
enum What {
    Creation,
    #[serde(rename = "swap")]
    #[schema(rename_all = "camelCase")]
    Zero {
        asset0_in: String,
        asset1_out: String,
    },
    #[serde(rename = "swap")]
    #[schema(rename_all = "camelCase")]
    One {
        asset1_in: String,
        asset0_out: String,
    },
    #[schema(rename_all = "camelCase")]
    Join {
        amount0: String,
        amount1: String,
    },
    #[schema(rename_all = "camelCase")]
    Exit {
        amount0: String,
        amount1: String,
    },
}

impl Event {
    pub(super) fn new(event: &Told) -> Self {
        let pair = &event.pair;
        let texts = |amounts: [U256; 2]| pair.whole(amounts).map(decimal);
        let what = match &event.kind {
            Kind::Creation => What::Creation,
            Kind::Swap { zero_in, amounts, .. } => {
                let [amount0, amount1] = texts(*amounts);
                if *zero_in {
                    What::Zero { asset0_in: amount0, asset1_out: amount1 }
                } else {
                    What::One { asset1_in: amount1, asset0_out: amount0 }
                }
            }
            Kind::Join(amounts) => {
                let [amount0, amount1] = texts(*amounts);
                What::Join { amount0, amount1 }
            }
            Kind::Exit(amounts) => {
                let [amount0, amount1] = texts(*amounts);
                What::Exit { amount0, amount1 }
            }
        };
        let reserves = event.reserves.map(|reserves| {
            let [asset0, asset1] = texts(reserves);
            Reserves { asset0, asset1 }
        });
        Self {
            block: (event.block, event.timestamp).into(),
            txn_id: view::hash(event.tx_hash),
            txn_index: event.tx_index,
            event_index: event.log_index,
            maker: address_text(event.maker),
            pair_id: pair.id(),
            what,
            reserves,
        }
    }
}

/// A decimal text with a fraction.
fn decimal(text: String) -> String {
    if text.contains('.') { text } else { text + ".0" }
}
