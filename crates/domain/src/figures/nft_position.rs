//! Positions that are tokens of a position manager.

use alloy_primitives::{Address, B256, U256};

use crate::{
    decimal::Decimal,
    ids::PoolId,
    record::{FieldType, Kind, Value, record},
};

record! {
    /// A position of V3's `NonfungiblePositionManager` or V4's `PositionManager`. It stays when its token is burnt.
    ///
    /// The fields up to `collectedFeesToken1` are the reference's, its defects included. It reads V3's pool and ticks by
    /// call; here they are those of the pool's `Mint` that made the position, in the same transaction.
    pub struct NftPosition {
        /// Whether the reference knows it: it misses V3's that are burnt in the block that made them, and we do not know
        /// enough of those that were made unseen.
        pub counted: bool => "counted",
        /// Holder of the token; the zero address once it is burnt.
        pub owner: Address => "owner",
        /// Sender of the transaction that made it, where transactions are indexed.
        pub origin: Option<Address> => "origin",
        /// Block of its first event.
        pub created_block: u64 => "createdAtBlockNumber",
        /// Its time in Unix seconds.
        pub created_timestamp: u64 => "createdAtTimestamp",
        /// Its transaction.
        pub transaction: B256 => "transaction",
        /// The pool; none when it was made unseen, and for V4's before their first liquidity.
        pub pool: Option<PoolId> => "pool",
        /// Token0 of the pool; there with the pool.
        pub token0: Option<Address> => "token0",
        /// Token1 of the pool.
        pub token1: Option<Address> => "token1",
        /// Lower tick; there with the pool.
        pub tick_lower: Option<i32> => "tickLower",
        /// Upper tick.
        pub tick_upper: Option<i32> => "tickUpper",
        /// Liquidity as the reference counts V3's; V4's is the chain's.
        pub liquidity: i128 => "liquidity",
        /// V3: token0 ever put in, in whole tokens.
        pub deposited_token0: Decimal => "depositedToken0",
        /// V3: token1 ever put in.
        pub deposited_token1: Decimal => "depositedToken1",
        /// V3: token0 freed by taking out liquidity.
        pub withdrawn_token0: Decimal => "withdrawnToken0",
        /// V3: token1 freed by taking out liquidity.
        pub withdrawn_token1: Decimal => "withdrawnToken1",
        /// V3: token0 paid out, freed tokens included.
        pub collected_fees_token0: Decimal => "collectedFeesToken0",
        /// V3: by the reference's slip the amounts of token0 once more.
        pub collected_fees_token1: Decimal => "collectedFeesToken1",
        /// The liquidity that the chain knows.
        pub chain_liquidity: u128 => "chainLiquidity",
        /// V3: token0 paid out, in smallest units, as its manager counts it.
        pub collected0: U256 => "collected0Raw",
        /// V3: token1 paid out.
        pub collected1: U256 => "collected1Raw",
        /// V3: token0 that liquidity freed and that is not paid out, in smallest units. It is paid before fees are.
        pub freed0: U256 => "freed0Raw",
        /// V3: token1 that liquidity freed and that is not paid out.
        pub freed1: U256 => "freed1Raw",
        /// V3: fees of token0 paid out, in smallest units: what was paid beyond what was freed.
        pub fees_collected0: U256 => "feesCollected0Raw",
        /// V3: fees of token1 paid out.
        pub fees_collected1: U256 => "feesCollected1Raw",
        /// V4: who is told of what happens to it.
        pub subscriber: Option<Address> => "subscriber",
        /// Block of its last event.
        pub updated_block: u64 => "updatedBlock",
        /// V3: growth of token0's fees inside the range when its manager looked last: at changes of liquidity, and at
        /// collects while there is some. None where it is not known.
        pub fee_growth_inside0: Option<U256> => "feeGrowthInside0LastX128",
        /// V3: growth of token1's fees.
        pub fee_growth_inside1: Option<U256> => "feeGrowthInside1LastX128",
    }
}

impl NftPosition {
    /// Growth of both tokens' fees inside the range, where it is known.
    #[must_use]
    pub fn fee_growth_inside(&self) -> Option<[U256; 2]> {
        self.fee_growth_inside0.zip(self.fee_growth_inside1).map(Into::into)
    }

    /// Sets both.
    pub fn set_fee_growth_inside(&mut self, growth: Option<[U256; 2]>) {
        (self.fee_growth_inside0, self.fee_growth_inside1) =
            growth.map(|[growth0, growth1]| (growth0, growth1)).unzip();
    }
}

/// A pool, or none, is a list of at most one.
impl FieldType for Option<PoolId> {
    const KIND: Kind = Kind::Pools;

    fn value(&self) -> Value<'_> {
        Value::Pools(self.as_slice().into())
    }

    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            Value::Pools(pools) if pools.len() <= 1 => Some(pools.first().copied()),
            _ => None,
        }
    }
}
