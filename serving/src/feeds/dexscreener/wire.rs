//! The shapes of DEX Screener's adapter.

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

/// `latest-block`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DexScreenerBlockAnswer)]
pub(super) struct BlockAnswer {
    pub(super) block: Block,
}

/// `asset`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DexScreenerAssetAnswer)]
pub(super) struct AssetAnswer {
    pub(super) asset: Asset,
}

/// `pair`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DexScreenerPairAnswer)]
pub(super) struct PairAnswer {
    pub(super) pair: Pair,
}

/// `events`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DexScreenerEvents)]
pub(super) struct Events {
    pub(super) events: Vec<Event>,
}

/// A block; its time in seconds.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DexScreenerBlock)]
pub(super) struct Block {
    block_number: u64,
    block_timestamp: u64,
}

impl From<(u64, u64)> for Block {
    fn from((block_number, block_timestamp): (u64, u64)) -> Self {
        Self { block_number, block_timestamp }
    }
}

/// A token.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DexScreenerAsset)]
pub(super) struct Asset {
    id: String,
    name: String,
    symbol: String,
    decimals: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_supply: Option<String>,
}

impl Asset {
    pub(super) fn new(asset: Known) -> Self {
        let decimals = asset.decimals;
        Self {
            id: address_text(asset.address),
            total_supply: asset.total_supply.map(|supply| whole(supply, decimals)),
            name: asset.name,
            symbol: asset.symbol,
            decimals,
        }
    }
}

/// A pool. Nothing of it ever changes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DexScreenerPair)]
pub(super) struct Pair {
    id: String,
    dex_key: String,
    asset0_id: String,
    asset1_id: String,
    created_at_block_number: u64,
    created_at_block_timestamp: u64,
    created_at_txn_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee_bps: Option<u32>,
}

impl Pair {
    pub(super) fn new(listed: &Listed) -> Self {
        let pool = &listed.pool;
        Self {
            id: listed.id(),
            dex_key: pool.dex.clone(),
            asset0_id: address_text(pool.token0),
            asset1_id: address_text(pool.token1),
            created_at_block_number: pool.created.block,
            created_at_block_timestamp: pool.created.timestamp,
            created_at_txn_id: view::hash(pool.created.tx_hash),
            fee_bps: listed.fee_bps(),
        }
    }
}

/// What a pool holds, in whole tokens.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DexScreenerReserves)]
struct Reserves {
    asset0: String,
    asset1: String,
}

/// An event.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DexScreenerEvent)]
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

/// What happened: exactly one way of a swap.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "eventType", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[schema(as = DexScreenerWhat)]
enum What {
    #[serde(rename = "swap")]
    #[schema(rename_all = "camelCase")]
    Zero { asset0_in: String, asset1_out: String, price_native: String },
    #[serde(rename = "swap")]
    #[schema(rename_all = "camelCase")]
    One { asset1_in: String, asset0_out: String, price_native: String },
    #[schema(rename_all = "camelCase")]
    Join { amount0: String, amount1: String },
    #[schema(rename_all = "camelCase")]
    Exit { amount0: String, amount1: String },
}

impl Event {
    /// `None` of what this feed does not tell.
    pub(super) fn new(event: &Told) -> Option<Self> {
        let pair = &event.pair;
        let what = match &event.kind {
            Kind::Creation => return None,
            Kind::Swap { zero_in, amounts, price } => {
                let ([amount0, amount1], price_native) = (pair.whole(*amounts), price.clone());
                if *zero_in {
                    What::Zero { asset0_in: amount0, asset1_out: amount1, price_native }
                } else {
                    What::One { asset1_in: amount1, asset0_out: amount0, price_native }
                }
            }
            Kind::Join(amounts) => {
                let [amount0, amount1] = pair.whole(*amounts);
                What::Join { amount0, amount1 }
            }
            Kind::Exit(amounts) => {
                let [amount0, amount1] = pair.whole(*amounts);
                What::Exit { amount0, amount1 }
            }
        };
        let reserves = event.reserves.map(|reserves| {
            let [asset0, asset1] = pair.whole(reserves);
            Reserves { asset0, asset1 }
        });
        Some(Self {
            block: (event.block, event.timestamp).into(),
            txn_id: view::hash(event.tx_hash),
            txn_index: event.tx_index,
            event_index: event.log_index,
            maker: address_text(event.maker),
            pair_id: pair.id(),
            what,
            reserves,
        })
    }
}
