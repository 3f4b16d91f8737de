//! An account, and its shares of V2 pairs.

use alloy_primitives::{Address, U256};
use async_graphql::SimpleObject;
use domain::{
    amm::shares::amounts,
    block::BlockRef,
    entity::{Pool, PoolState},
    figures::{Account as Figures, LiquidityPosition as Stored},
    ids::PoolId,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::address;
use crate::price::whole;

/// What the sender of transactions did on the DEXes of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[graphql(complex)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The account.
    pub address: String,
    /// Swaps.
    pub swap_count: u64,
    /// Mints, burns, collects and other liquidity events.
    pub liquidity_event_count: u64,
    /// Tracked volume of the swaps in USD.
    #[serde(rename = "volumeUSD")]
    #[graphql(name = "volumeUSD")]
    pub volume_usd: String,
    /// Block of the first event.
    pub first_block: u64,
    /// Its time in Unix seconds.
    pub first_seen: u64,
    /// Block of the last event.
    pub last_block: u64,
    /// Its time in Unix seconds.
    pub last_seen: u64,
    /// Chain and account, for what hangs on them.
    #[graphql(skip)]
    #[serde(skip)]
    pub key: (u64, Address),
    /// The block it is as of, if that is not the newest.
    #[graphql(skip)]
    #[serde(skip)]
    pub older: Option<BlockRef>,
}

impl Account {
    /// The wire form of what is stored of an account.
    #[must_use]
    pub fn new(key: (u64, Address), figures: &Figures, older: Option<BlockRef>) -> Self {
        Self {
            address: address(key.1),
            swap_count: figures.swap_count,
            liquidity_event_count: figures.liquidity_event_count,
            volume_usd: figures.volume_usd.to_string(),
            first_block: figures.first_block,
            first_seen: figures.first_seen,
            last_block: figures.last_block,
            last_seen: figures.last_seen,
            key,
            older,
        }
    }
}

/// The shares of a V2 pair's liquidity that an account holds. It stays when the account holds none any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[graphql(complex)]
#[serde(rename_all = "camelCase")]
pub struct LiquidityPosition {
    /// `pair-account`, unique on the chain.
    pub id: String,
    /// Id of the pair.
    pub pool_id: String,
    /// The account.
    pub account: String,
    /// Shares held, in the pair's smallest unit (10^-18).
    pub balance: String,
    /// The same in whole shares.
    pub balance_decimal: String,
    /// Block of the first transfer.
    pub created_block: u64,
    /// Its time in Unix seconds.
    pub created_timestamp: u64,
    /// Block of the last transfer.
    pub updated_block: u64,
    /// Chain and pair, for what hangs on them.
    #[graphql(skip)]
    #[serde(skip)]
    pub pool_key: (u64, PoolId),
    /// Shares held.
    #[graphql(skip)]
    #[serde(skip)]
    pub shares: U256,
}

/// Decimals of the token that each V2 pair is.
const PAIR_DECIMALS: u8 = 18;

impl LiquidityPosition {
    /// The wire form of stored shares.
    #[must_use]
    pub fn new(chain: u64, (pool, account): (PoolId, Address), stored: &Stored) -> Self {
        Self {
            id: format!("{pool}-{account:#x}"),
            pool_id: pool.to_string(),
            account: address(account),
            balance: stored.balance.to_string(),
            balance_decimal: whole(stored.balance, PAIR_DECIMALS),
            created_block: stored.created_block,
            created_timestamp: stored.created_timestamp,
            updated_block: stored.updated_block,
            pool_key: (chain, pool),
            shares: stored.balance,
        }
    }

    /// What of the pair's reserves is theirs, in smallest units.
    #[must_use]
    pub fn amounts(&self, pool: &Pool) -> Option<[U256; 2]> {
        let PoolState::Reserves { reserve0, reserve1 } = pool.state else { return None };
        amounts(self.shares, pool.figures.chain_total_supply, [reserve0, reserve1])
    }
}
