//! A pool.

use std::sync::{Arc, OnceLock};

use alloy_primitives::{Address, B256, U256};
use async_graphql::SimpleObject;
use domain::{
    block::BlockRef,
    entity::{Pool as Entity, PoolState, Token},
    ids::PoolId,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    pool_figures::PoolFigures,
    protocol::Protocol,
    text::{Digits, Hex},
};

/// The fee that marks a V4 pool whose hook sets the fee.
const DYNAMIC_FEE: u32 = 0x80_0000;

/// A pool and its state at the answer's block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[graphql(complex)]
#[serde(rename_all = "camelCase")]
pub struct Pool {
    /// Address of the pair (V2) or pool (V3), or the pool id (V4).
    #[schema(value_type = String)]
    pub id: Hex<PoolId>,
    /// Chain it is on.
    pub chain_id: u64,
    /// Configured name of the DEX.
    pub dex: String,
    /// Rules.
    pub protocol: Protocol,
    /// Factory (V2, V3) or pool manager (V4).
    #[schema(value_type = String)]
    pub factory: Hex<Address>,
    /// Swap fee in pips (1/1,000,000).
    pub fee_pips: u32,
    /// Whether a hook sets the fee (V4); then `feePips` is only the mark of that.
    pub dynamic_fee: bool,
    /// Distance between usable ticks; null for V2.
    pub tick_spacing: Option<i32>,
    /// V4 hooks contract; null when there is none.
    #[schema(value_type = Option<String>)]
    pub hooks: Option<Hex<Address>>,
    /// Reserve of token0 (V2), in smallest units.
    #[schema(value_type = Option<String>)]
    pub reserve0: Option<Digits<U256>>,
    /// Reserve of token1 (V2), in smallest units.
    #[schema(value_type = Option<String>)]
    pub reserve1: Option<Digits<U256>>,
    /// Square root of the price token1/token0 as Q64.96 (V3, V4); "0" before initialisation.
    #[schema(value_type = Option<String>)]
    pub sqrt_price_x96: Option<Digits<U256>>,
    /// Current tick (V3, V4).
    pub tick: Option<i32>,
    /// Liquidity in range (V3, V4).
    #[schema(value_type = Option<String>)]
    pub liquidity: Option<Digits<u128>>,
    /// Block of creation.
    pub created_block: u64,
    /// Time of creation in Unix seconds.
    pub created_timestamp: u64,
    /// Transaction of creation.
    #[schema(value_type = String)]
    pub created_tx: Hex<B256>,
    /// Swaps so far.
    pub swap_count: u64,
    /// Liquidity events so far.
    pub liquidity_event_count: u64,
    /// Block of the last event.
    pub updated_block: u64,
    /// The stored pool, for what is derived from it.
    #[graphql(skip)]
    #[serde(skip)]
    pub entity: Arc<Entity>,
    /// The block it is as of, if that is not the newest.
    #[graphql(skip)]
    #[serde(skip)]
    pub older: Option<BlockRef>,
    /// Its figures, once somebody asked for one.
    #[graphql(skip)]
    #[serde(skip)]
    figures: OnceLock<Box<PoolFigures>>,
    /// Its tokens, once they were read for a whole page.
    #[graphql(skip)]
    #[serde(skip)]
    pub(crate) tokens: OnceLock<[Arc<Token>; 2]>,
}

impl Pool {
    /// The wire form of a stored pool.
    #[must_use]
    pub fn new(chain_id: u64, entity: impl Into<Arc<Entity>>) -> Self {
        let entity = entity.into();
        let (reserve0, reserve1, sqrt_price_x96, tick, liquidity) = match entity.state {
            PoolState::Reserves { reserve0, reserve1 } => {
                (Some(Digits(reserve0)), Some(Digits(reserve1)), None, None, None)
            }
            PoolState::Concentrated { sqrt_price_x96, tick, liquidity } => {
                (None, None, Some(Digits(sqrt_price_x96)), Some(tick), Some(Digits(liquidity)))
            }
        };
        Self {
            id: Hex(entity.id),
            chain_id,
            dex: entity.dex.clone(),
            protocol: entity.protocol.into(),
            factory: Hex(entity.factory),
            fee_pips: entity.fee_pips,
            dynamic_fee: entity.fee_pips == DYNAMIC_FEE,
            tick_spacing: (entity.tick_spacing != 0).then_some(entity.tick_spacing),
            hooks: (entity.hooks != Address::ZERO).then_some(Hex(entity.hooks)),
            reserve0,
            reserve1,
            sqrt_price_x96,
            tick,
            liquidity,
            created_block: entity.created.block,
            created_timestamp: entity.created.timestamp,
            created_tx: Hex(entity.created.tx_hash),
            swap_count: entity.swap_count,
            liquidity_event_count: entity.liquidity_event_count,
            updated_block: entity.updated_block,
            entity,
            older: None,
            figures: OnceLock::new(),
            tokens: OnceLock::new(),
        }
    }

    /// The same as of a block; `None`: the newest.
    #[must_use]
    pub fn as_of(self, older: Option<BlockRef>) -> Self {
        Self { older, ..self }
    }

    /// What its events add up to.
    #[must_use]
    pub fn figures(&self) -> &PoolFigures {
        self.figures.get_or_init(|| Box::new((&self.entity.figures).into()))
    }
}
