//! Swaps as records.

use alloy_primitives::{Address, I256, U256};

use super::PoolRow;
use crate::{
    decimal::Decimal,
    ids::PoolId,
    record::record,
    row::{PairSwap, RowMeta, Swap},
};

record! {
    /// The fields of a swap.
    pub struct FlatSwap {
        /// Caller of the pool.
        pub sender: Address => "sender",
        /// Receiver of the output.
        pub recipient: Address => "recipient",
        /// Delta of token0.
        pub amount0: I256 => "amount0",
        /// Delta of token1.
        pub amount1: I256 => "amount1",
        /// Price after the swap.
        pub sqrt_price_x96: Option<U256> => "sqrtPriceX96",
        /// Tick after the swap.
        pub tick: Option<i32> => "tick",
        /// Value in USD.
        pub amount_usd: Decimal => "amountUSD",
        /// V2: place among the transaction's swaps; none for other protocols.
        pub index: Option<u32> => "index",
        /// V2: token0 that went out.
        pub amount0_out: U256 => "amount0Out",
        /// V2: token1 that went out.
        pub amount1_out: U256 => "amount1Out",
    }
}

impl PoolRow for Swap {
    type Own = FlatSwap;

    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn pool(&self) -> PoolId {
        self.pool
    }

    fn own(&self) -> FlatSwap {
        let pair = self.pair.as_ref();
        FlatSwap {
            sender: self.sender,
            recipient: self.recipient,
            amount0: self.amount0,
            amount1: self.amount1,
            sqrt_price_x96: self.sqrt_price_x96,
            tick: self.tick,
            amount_usd: self.amount_usd,
            index: pair.map(|pair| pair.index),
            amount0_out: pair.map(|pair| pair.amount0_out).unwrap_or_default(),
            amount1_out: pair.map(|pair| pair.amount1_out).unwrap_or_default(),
        }
    }

    fn join(meta: RowMeta, pool: PoolId, own: FlatSwap) -> Self {
        let pair = own.index.map(|index| PairSwap {
            index,
            amount0_out: own.amount0_out,
            amount1_out: own.amount1_out,
        });
        Self {
            meta,
            pool,
            sender: own.sender,
            recipient: own.recipient,
            amount0: own.amount0,
            amount1: own.amount1,
            sqrt_price_x96: own.sqrt_price_x96,
            tick: own.tick,
            amount_usd: own.amount_usd,
            pair,
        }
    }

    fn accounts(&self) -> [Option<Address>; 2] {
        [Some(self.recipient), None]
    }
}
