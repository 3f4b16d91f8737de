//! Liquidity events as records.

use alloy_primitives::{Address, I256, U256};

use super::PoolRow;
use crate::{
    decimal::Decimal,
    ids::PoolId,
    record::record,
    row::{LiquidityEvent, LiquidityKind, RowMeta},
};

record! {
    /// The fields of a liquidity event.
    pub struct FlatLiquidity {
        /// Kind, by number.
        pub kind: u32 => "kind",
        /// Owner of the position, or the caller.
        pub owner: Address => "owner",
        /// Lower tick.
        pub lower: Option<i32> => "tickLower",
        /// Upper tick.
        pub upper: Option<i32> => "tickUpper",
        /// Change of liquidity.
        pub delta: Option<I256> => "liquidityDelta",
        /// Amount of token0 in smallest units.
        pub amount0: Option<U256> => "amount0",
        /// Amount of token1 in smallest units.
        pub amount1: Option<U256> => "amount1",
        /// Value in USD.
        pub amount_usd: Decimal => "amountUSD",
    }
}

pub(super) const KINDS: [LiquidityKind; 5] = [
    LiquidityKind::Mint,
    LiquidityKind::Burn,
    LiquidityKind::Collect,
    LiquidityKind::Flash,
    LiquidityKind::Donate,
];

impl PoolRow for LiquidityEvent {
    type Own = FlatLiquidity;

    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn pool(&self) -> PoolId {
        self.pool
    }

    fn own(&self) -> FlatLiquidity {
        FlatLiquidity {
            kind: (0..).zip(KINDS).find(|(_, kind)| *kind == self.kind).map_or(0, |(n, _)| n),
            owner: self.owner,
            lower: self.range.map(|range| range.0),
            upper: self.range.map(|range| range.1),
            delta: self.liquidity_delta,
            amount0: self.amount0,
            amount1: self.amount1,
            amount_usd: self.amount_usd,
        }
    }

    fn join(meta: RowMeta, pool: PoolId, own: FlatLiquidity) -> Self {
        let kind = KINDS.into_iter().nth(own.kind as usize).unwrap_or(LiquidityKind::Mint);
        Self {
            meta,
            pool,
            kind,
            owner: own.owner,
            range: own.lower.zip(own.upper),
            liquidity_delta: own.delta,
            amount0: own.amount0,
            amount1: own.amount1,
            amount_usd: own.amount_usd,
        }
    }

    fn accounts(&self) -> [Option<Address>; 2] {
        [Some(self.owner), None]
    }
}
