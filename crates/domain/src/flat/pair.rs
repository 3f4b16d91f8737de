//! The reference's mints and burns of pairs, and its snapshots of shares, as records.

use alloy_primitives::{Address, U256};

use super::PoolRow;
use crate::{
    decimal::Decimal,
    ids::PoolId,
    record::record,
    row::{LiquidityPositionSnapshot, PairLiquidity, RowMeta},
};

record! {
    /// The fields of a mint or burn of a pair.
    pub struct FlatPairLiquidity {
        /// Burn or mint.
        pub burn: bool => "burn",
        /// Place in the transaction's list.
        pub n: u32 => "n",
        /// Receiver of the shares.
        pub to: Option<Address> => "to",
        /// Caller, or who sent the shares.
        pub sender: Option<Address> => "sender",
        /// Shares.
        pub liquidity: U256 => "liquidity",
        /// Amount of token0 in whole tokens.
        pub amount0: Decimal => "amount0",
        /// Amount of token1 in whole tokens.
        pub amount1: Decimal => "amount1",
        /// Whether there are amounts and a value in USD.
        pub has_usd: bool => "hasUSD",
        /// Value in USD.
        pub amount_usd: Decimal => "amountUSD",
        /// Receiver of the protocol's fee.
        pub fee_to: Option<Address> => "feeTo",
        /// Shares minted as the protocol's fee.
        pub fee_liquidity: Option<U256> => "feeLiquidity",
        /// It began with a transfer to the pair.
        pub needs_complete: bool => "needsComplete",
        /// Log index of the pair's event.
        pub pair_log_index: Option<u32> => "pairLogIndex",
    }
}

record! {
    /// The fields of a snapshot of shares.
    pub struct FlatSnapshot {
        /// The account.
        pub user: Address => "user",
        /// Price of token0 in USD.
        pub token0_price_usd: Decimal => "token0PriceUSD",
        /// Price of token1 in USD.
        pub token1_price_usd: Decimal => "token1PriceUSD",
        /// Reserve of token0.
        pub reserve0: Decimal => "reserve0",
        /// Reserve of token1.
        pub reserve1: Decimal => "reserve1",
        /// Reserves in USD.
        pub reserve_usd: Decimal => "reserveUSD",
        /// Shares in all.
        pub total_supply: Decimal => "liquidityTokenTotalSupply",
        /// Shares held.
        pub balance: U256 => "liquidityTokenBalance",
    }
}

impl PoolRow for PairLiquidity {
    type Own = FlatPairLiquidity;

    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn pool(&self) -> PoolId {
        self.pool
    }

    fn own(&self) -> FlatPairLiquidity {
        FlatPairLiquidity {
            burn: self.burn,
            n: self.n,
            to: self.to,
            sender: self.sender,
            liquidity: self.liquidity,
            amount0: self.amount0.unwrap_or_default(),
            amount1: self.amount1.unwrap_or_default(),
            has_usd: self.amount_usd.is_some(),
            amount_usd: self.amount_usd.unwrap_or_default(),
            fee_to: self.fee_to,
            fee_liquidity: self.fee_liquidity,
            needs_complete: self.needs_complete,
            pair_log_index: self.log_index,
        }
    }

    fn join(meta: RowMeta, pool: PoolId, own: FlatPairLiquidity) -> Self {
        Self {
            meta,
            pool,
            burn: own.burn,
            n: own.n,
            to: own.to,
            sender: own.sender,
            liquidity: own.liquidity,
            amount0: own.has_usd.then_some(own.amount0),
            amount1: own.has_usd.then_some(own.amount1),
            amount_usd: own.has_usd.then_some(own.amount_usd),
            fee_to: own.fee_to,
            fee_liquidity: own.fee_liquidity,
            needs_complete: own.needs_complete,
            log_index: own.pair_log_index,
        }
    }

    fn accounts(&self) -> [Option<Address>; 2] {
        [self.to, self.sender]
    }
}

impl PoolRow for LiquidityPositionSnapshot {
    type Own = FlatSnapshot;

    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn pool(&self) -> PoolId {
        self.pool
    }

    fn own(&self) -> FlatSnapshot {
        FlatSnapshot {
            user: self.user,
            token0_price_usd: self.token0_price_usd,
            token1_price_usd: self.token1_price_usd,
            reserve0: self.reserve0,
            reserve1: self.reserve1,
            reserve_usd: self.reserve_usd,
            total_supply: self.total_supply,
            balance: self.balance,
        }
    }

    fn join(meta: RowMeta, pool: PoolId, own: FlatSnapshot) -> Self {
        Self {
            meta,
            pool,
            user: own.user,
            token0_price_usd: own.token0_price_usd,
            token1_price_usd: own.token1_price_usd,
            reserve0: own.reserve0,
            reserve1: own.reserve1,
            reserve_usd: own.reserve_usd,
            total_supply: own.total_supply,
            balance: own.balance,
        }
    }

    fn accounts(&self) -> [Option<Address>; 2] {
        [Some(self.user), None]
    }
}
