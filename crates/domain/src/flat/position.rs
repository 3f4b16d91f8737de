//! Rows of positions as records. Events of V4's are kept by their manager: at a transfer the pool may not be known yet.

use alloy_primitives::{Address, U256};

use super::PoolRow;
use crate::{
    decimal::Decimal,
    ids::PoolId,
    record::record,
    row::{PositionEvent, PositionEventKind, PositionSnapshot, RowMeta, token_key},
};

record! {
    /// The fields of a V3 position's snapshot.
    pub struct FlatPositionSnapshot {
        /// The manager.
        pub manager: Address => "manager",
        /// The position.
        pub token_id: U256 => "position",
        /// Owner.
        pub owner: Address => "owner",
        /// Liquidity.
        pub liquidity: i128 => "liquidity",
        /// Token0 put in.
        pub deposited_token0: Decimal => "depositedToken0",
        /// Token1 put in.
        pub deposited_token1: Decimal => "depositedToken1",
        /// Token0 freed.
        pub withdrawn_token0: Decimal => "withdrawnToken0",
        /// Token1 freed.
        pub withdrawn_token1: Decimal => "withdrawnToken1",
        /// Token0 paid out.
        pub collected_fees_token0: Decimal => "collectedFeesToken0",
        /// Token0 paid out, once more.
        pub collected_fees_token1: Decimal => "collectedFeesToken1",
        /// Growth of token0's fees inside the range.
        pub fee_growth_inside0: Option<U256> => "feeGrowthInside0LastX128",
        /// Growth of token1's fees inside the range.
        pub fee_growth_inside1: Option<U256> => "feeGrowthInside1LastX128",
    }
}

record! {
    /// The fields of a V4 position's event.
    pub struct FlatPositionEvent {
        /// The position.
        pub token_id: U256 => "position",
        /// Kind, by number.
        pub kind: u32 => "kind",
        /// Owner before.
        pub from: Option<Address> => "from",
        /// Owner after, or the subscriber.
        pub to: Address => "to",
    }
}

pub(super) const KINDS: [PositionEventKind; 3] =
    [PositionEventKind::Transfer, PositionEventKind::Subscribe, PositionEventKind::Unsubscribe];

impl PoolRow for PositionSnapshot {
    type Own = FlatPositionSnapshot;

    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn pool(&self) -> PoolId {
        self.pool
    }

    fn own(&self) -> FlatPositionSnapshot {
        FlatPositionSnapshot {
            manager: self.manager,
            token_id: self.token_id,
            owner: self.owner,
            liquidity: self.liquidity,
            deposited_token0: self.deposited_token0,
            deposited_token1: self.deposited_token1,
            withdrawn_token0: self.withdrawn_token0,
            withdrawn_token1: self.withdrawn_token1,
            collected_fees_token0: self.collected_fees_token0,
            collected_fees_token1: self.collected_fees_token1,
            fee_growth_inside0: self.fee_growth_inside.map(|growth| growth[0]),
            fee_growth_inside1: self.fee_growth_inside.map(|growth| growth[1]),
        }
    }

    fn join(meta: RowMeta, pool: PoolId, own: FlatPositionSnapshot) -> Self {
        Self {
            meta,
            pool,
            manager: own.manager,
            token_id: own.token_id,
            owner: own.owner,
            liquidity: own.liquidity,
            deposited_token0: own.deposited_token0,
            deposited_token1: own.deposited_token1,
            withdrawn_token0: own.withdrawn_token0,
            withdrawn_token1: own.withdrawn_token1,
            collected_fees_token0: own.collected_fees_token0,
            collected_fees_token1: own.collected_fees_token1,
            fee_growth_inside: own.fee_growth_inside0.zip(own.fee_growth_inside1).map(Into::into),
        }
    }

    fn accounts(&self) -> [Option<Address>; 2] {
        [Some(self.owner), None]
    }

    fn subject(&self) -> Option<Address> {
        Some(token_key(self.token_id))
    }
}

impl PoolRow for PositionEvent {
    type Own = FlatPositionEvent;

    fn meta(&self) -> &RowMeta {
        &self.meta
    }

    fn pool(&self) -> PoolId {
        PoolId::Contract(self.manager)
    }

    fn own(&self) -> FlatPositionEvent {
        FlatPositionEvent {
            token_id: self.token_id,
            kind: (0..).zip(KINDS).find(|(_, kind)| *kind == self.kind).map_or(0, |(n, _)| n),
            from: self.from,
            to: self.to,
        }
    }

    fn join(meta: RowMeta, pool: PoolId, own: FlatPositionEvent) -> Self {
        let manager = match pool {
            PoolId::Contract(manager) => manager,
            PoolId::Key(_) => Address::ZERO,
        };
        let kind = KINDS.into_iter().nth(own.kind as usize).unwrap_or(PositionEventKind::Transfer);
        Self { meta, manager, token_id: own.token_id, kind, from: own.from, to: own.to }
    }

    fn accounts(&self) -> [Option<Address>; 2] {
        [self.from, Some(self.to)]
    }

    fn subject(&self) -> Option<Address> {
        Some(token_key(self.token_id))
    }
}
