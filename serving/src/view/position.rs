//! Positions that are tokens of a position manager (V3, V4).

use alloy_primitives::{Address, U256};
use async_graphql::SimpleObject;
use domain::{
    amm::liquidity::amounts,
    block::BlockRef,
    entity::{Pool, PoolState},
    figures::NftPosition,
    ids::PoolId,
};
use serde::Serialize;
use store::PositionId;
use utoipa::ToSchema;

use super::{address, hash};

/// A position of V3's `NonfungiblePositionManager` or V4's `PositionManager`. It stays when its token is burnt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[graphql(complex)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// `manager-tokenId`, unique on the chain.
    pub id: String,
    /// Contract whose token it is.
    pub manager: String,
    /// Id of the token.
    pub token_id: String,
    /// Holder of the token; null once it is burnt.
    pub owner: Option<String>,
    /// Sender of the transaction that made it; null where transactions are not indexed.
    pub origin: Option<String>,
    /// Id of the pool; null for one that was made unseen, and for V4's before their first liquidity.
    pub pool_id: Option<String>,
    /// Lower tick of the range; there with the pool.
    pub tick_lower: Option<i32>,
    /// Upper tick of the range.
    pub tick_upper: Option<i32>,
    /// Liquidity, as the chain knows it.
    pub liquidity: String,
    /// Token0 ever put in, in whole tokens (V3).
    pub deposited_token0: String,
    /// Token1 ever put in (V3).
    pub deposited_token1: String,
    /// Token0 freed by taking out liquidity, in whole tokens (V3).
    pub withdrawn_token0: String,
    /// Token1 freed by taking out liquidity (V3).
    pub withdrawn_token1: String,
    /// Fees of token0 paid out, in smallest units (V3).
    pub fees_collected0: String,
    /// Fees of token1 paid out (V3).
    pub fees_collected1: String,
    /// Token0 that liquidity freed and that is not paid out yet, in smallest units (V3).
    pub freed0: String,
    /// Token1 that liquidity freed and that is not paid out yet (V3).
    pub freed1: String,
    /// Contract that is told of what happens to it (V4).
    pub subscriber: Option<String>,
    /// Block of its first event.
    pub created_block: u64,
    /// Its time in Unix seconds.
    pub created_timestamp: u64,
    /// Its transaction.
    pub created_tx: String,
    /// Block of its last event.
    pub updated_block: u64,
    /// Chain, for what hangs on it.
    #[graphql(skip)]
    #[serde(skip)]
    pub chain: u64,
    /// Which it is.
    #[graphql(skip)]
    #[serde(skip)]
    pub key: PositionId,
    /// The pool.
    #[graphql(skip)]
    #[serde(skip)]
    pub pool: Option<PoolId>,
    /// Its liquidity.
    #[graphql(skip)]
    #[serde(skip)]
    pub amount: u128,
    /// Fees paid out of token0 and token1, in smallest units.
    #[graphql(skip)]
    #[serde(skip)]
    pub collected: [U256; 2],
    /// What liquidity freed of them and is not paid out yet.
    #[graphql(skip)]
    #[serde(skip)]
    pub freed: [U256; 2],
    /// The block it is as of, if that is not the newest.
    #[graphql(skip)]
    #[serde(skip)]
    pub older: Option<BlockRef>,
}

impl Position {
    /// The wire form of a stored position.
    #[must_use]
    pub fn new(chain: u64, key: PositionId, stored: &NftPosition, older: Option<BlockRef>) -> Self {
        let PositionId { manager, token_id } = key;
        Self {
            id: format!("{manager:#x}-{token_id}"),
            manager: address(manager),
            token_id: token_id.to_string(),
            owner: (stored.owner != Address::ZERO).then(|| address(stored.owner)),
            origin: stored.origin.map(address),
            pool_id: stored.pool.map(|pool| pool.to_string()),
            tick_lower: stored.tick_lower,
            tick_upper: stored.tick_upper,
            liquidity: stored.chain_liquidity.to_string(),
            deposited_token0: stored.deposited_token0.to_string(),
            deposited_token1: stored.deposited_token1.to_string(),
            withdrawn_token0: stored.withdrawn_token0.to_string(),
            withdrawn_token1: stored.withdrawn_token1.to_string(),
            fees_collected0: stored.fees_collected0.to_string(),
            fees_collected1: stored.fees_collected1.to_string(),
            freed0: stored.freed0.to_string(),
            freed1: stored.freed1.to_string(),
            subscriber: stored.subscriber.map(address),
            created_block: stored.created_block,
            created_timestamp: stored.created_timestamp,
            created_tx: hash(stored.transaction),
            updated_block: stored.updated_block,
            chain,
            key,
            pool: stored.pool,
            amount: stored.chain_liquidity,
            collected: [stored.fees_collected0, stored.fees_collected1],
            freed: [stored.freed0, stored.freed1],
            older,
        }
    }

    /// What its liquidity is worth at the pool's price: what taking it out would free, in smallest units; fees are no part of
    /// it. `None` while the pool has no price.
    #[must_use]
    pub fn amounts(&self, pool: &Pool) -> Option<[U256; 2]> {
        let PoolState::Concentrated { sqrt_price_x96, tick, .. } = pool.state else { return None };
        let range = (self.tick_lower?, self.tick_upper?);
        if sqrt_price_x96.is_zero() {
            return None;
        }
        amounts(sqrt_price_x96, tick, range, self.amount, false).ok().map(Into::into)
    }
}
