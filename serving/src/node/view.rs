//! What the chain says now, beside what is stored.

use api_kit::{answer::Block, problem::Problem};
use async_graphql::SimpleObject;
use domain::{block::BlockRef, entity::PoolState};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{price, read::prices::now, view::units};

/// Why the chain itself could not be asked, and how old what is stored is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LiveProblem {
    /// Stable code: `CHAIN_UNAVAILABLE`, `CHAIN_TIMEOUT`, `CHAIN_LAGS`, `LIVE_BUSY`, `NOT_A_POOL`.
    pub code: String,
    /// For people.
    pub detail: String,
    /// Whole seconds since the block of the stored data; null where none is.
    pub age_seconds: Option<u64>,
}

impl LiveProblem {
    /// That of a request whose stored data are of this block.
    pub(crate) fn new(problem: &Problem, stored: Option<BlockRef>) -> Self {
        Self {
            code: problem.code().to_owned(),
            detail: problem.detail().to_owned(),
            age_seconds: stored.map(age),
        }
    }
}

/// Whole seconds since a block.
pub(crate) fn age(block: BlockRef) -> u64 {
    (now() / 1_000).saturating_sub(block.timestamp)
}

/// The state of a pool as its contract has it at the chain's newest block. Where the chain cannot be asked, only `problem`
/// is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct LivePool {
    /// The block that it is the state after.
    pub block: Option<Block>,
    /// Reserve of token0 (V2), in smallest units.
    pub reserve0: Option<String>,
    /// The same in whole tokens; null also without decimals.
    pub reserve0_decimal: Option<String>,
    /// Reserve of token1 (V2), in smallest units.
    pub reserve1: Option<String>,
    /// The same in whole tokens.
    pub reserve1_decimal: Option<String>,
    /// Square root of the price token1/token0 as Q64.96 (V3, V4).
    pub sqrt_price_x96: Option<String>,
    /// Current tick (V3, V4).
    pub tick: Option<i32>,
    /// Liquidity in range (V3, V4).
    pub liquidity: Option<String>,
    /// Whole token1 for one whole token0, without fees, to 20 digits; null without a price or decimals.
    pub token1_per_token0: Option<String>,
    /// Whole token0 for one whole token1, likewise.
    pub token0_per_token1: Option<String>,
    /// Whether price, reserves or liquidity differ from the answer's.
    pub differs_from_stored: Option<bool>,
    /// Why the chain could not be asked.
    pub problem: Option<LiveProblem>,
}

impl LivePool {
    pub(super) fn new(
        block: BlockRef,
        state: &PoolState,
        stored: &PoolState,
        decimals: [Option<u8>; 2],
    ) -> Self {
        let block = Some(block.into());
        let differs_from_stored = Some(state != stored);
        let (token1_per_token0, token0_per_token1) = price::of(state, decimals[0], decimals[1])
            .map(|prices| (prices.token1_per_token0, prices.token0_per_token1))
            .unzip();
        let live = Self {
            block,
            differs_from_stored,
            token1_per_token0,
            token0_per_token1,
            ..Self::default()
        };
        match state {
            PoolState::Reserves { reserve0, reserve1 } => Self {
                reserve0: Some(reserve0.to_string()),
                reserve0_decimal: units::of(*reserve0, decimals[0]),
                reserve1: Some(reserve1.to_string()),
                reserve1_decimal: units::of(*reserve1, decimals[1]),
                ..live
            },
            PoolState::Concentrated { sqrt_price_x96, tick, liquidity } => Self {
                sqrt_price_x96: Some(sqrt_price_x96.to_string()),
                tick: Some(*tick),
                liquidity: Some(liquidity.to_string()),
                ..live
            },
        }
    }

    pub(super) fn unknown(problem: LiveProblem) -> Self {
        Self { problem: Some(problem), ..Self::default() }
    }
}
