//! Lists of pools.

use std::time::Duration;

use alloy_primitives::Address;
use bson::Document;
use domain::{
    decimal::Decimal,
    entity::{Pool, Protocol},
    ids::PoolId,
};

use super::{Snapshot, bound::Bound};
use crate::{documents::pool, error::StoreError};

mod many;
mod plan;

pub(super) use self::plan::{by_ids, of_pair, plans};

/// Order of a list of pools.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum PoolOrder {
    /// Oldest first.
    #[default]
    Created,
    /// Most swaps first.
    Swaps,
    /// Most locked value in USD first.
    Tvl,
}

/// The pool a page continues after. Its variant must be that of the query's order; another one is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PoolCursor {
    /// Of [`PoolOrder::Created`].
    Created {
        /// Block of creation.
        block: u64,
        /// Log index in the block.
        log_index: u32,
    },
    /// Of [`PoolOrder::Swaps`].
    Swaps {
        /// Swaps of the pool.
        count: u64,
        /// The pool.
        id: PoolId,
    },
    /// Of [`PoolOrder::Tvl`].
    Tvl {
        /// Locked value in USD.
        usd: Decimal,
        /// The pool.
        id: PoolId,
    },
}

impl PoolCursor {
    /// The cursor that continues after `pool`.
    #[must_use]
    pub const fn of(pool: &Pool, order: PoolOrder) -> Self {
        match order {
            PoolOrder::Created => {
                Self::Created { block: pool.created.block, log_index: pool.created.log_index }
            }
            PoolOrder::Swaps => Self::Swaps { count: pool.swap_count, id: pool.id },
            PoolOrder::Tvl => Self::Tvl { usd: pool.figures.total_value_locked_usd, id: pool.id },
        }
    }
}

/// Which pools.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PoolQuery {
    /// Of this protocol only.
    pub protocol: Option<Protocol>,
    /// Of the DEX with this configured name only.
    pub dex: Option<String>,
    /// With this token only, on either side.
    pub token: Option<Address>,
    /// Made at or below this block only; for [`PoolOrder::Created`].
    pub up_to: Option<u64>,
    /// Order.
    pub order: PoolOrder,
    /// Continue after this pool.
    pub after: Option<PoolCursor>,
    /// At most so many.
    pub limit: u32,
}

impl PoolQuery {
    /// Whether an index has exactly these pools: of a token by protocol or DEX, and of a DEX by protocol none has.
    const fn is_served(&self) -> bool {
        matches!(
            (&self.token, &self.dex, self.protocol),
            (Some(_), None, None) | (None, Some(_), None) | (None, None, _)
        )
    }
}

/// Where no index has just the pools that are asked for: those of the token or of the DEX are looked through.
pub(super) const OF_A_TOKEN: Bound = Bound {
    what: "looking through the pools of a token for those of a protocol",
    documents: u64::MAX,
    deadline: Duration::from_secs(5),
};

impl Snapshot {
    /// Pools, in the order the query says. [`StoreError::TooMuch`] where a token has too many to find those of a protocol.
    pub async fn pools(&self, query: &PoolQuery) -> Result<Vec<Pool>, StoreError> {
        self.pools_within(query, OF_A_TOKEN).await
    }

    /// The same with these of the pools' figures alone (by the names of [`PoolFigures`](domain::figures::PoolFigures)) and the
    /// locked value in USD: the others are not read and stand at their defaults. For who knows what he will look at.
    pub async fn pools_with(
        &self,
        query: &PoolQuery,
        figures: &[&'static str],
    ) -> Result<Vec<Pool>, StoreError> {
        self.pools_projected(query, OF_A_TOKEN, Some(pool::with_figures(figures))).await
    }

    /// All pools with any of these tokens, on either side, oldest first. Reads as many as there are: for tokens that have
    /// few ([`domain::entity::Token::pool_count`]).
    pub async fn pools_of_tokens(&self, tokens: &[Address]) -> Result<Vec<Pool>, StoreError> {
        self.find::<pool::Doc>(plan::of_tokens(self.key(), tokens)).await
    }

    /// Pools of these two tokens, oldest first; the lower address comes first.
    pub async fn pools_of_pair(
        &self,
        pair: [Address; 2],
        limit: u32,
    ) -> Result<Vec<Pool>, StoreError> {
        self.find::<pool::Doc>(plan::of_pair(self.key(), pair, limit)).await
    }

    pub(crate) async fn pools_within(
        &self,
        query: &PoolQuery,
        bound: Bound,
    ) -> Result<Vec<Pool>, StoreError> {
        self.pools_projected(query, bound, None).await
    }

    async fn pools_projected(
        &self,
        query: &PoolQuery,
        bound: Bound,
        projection: Option<Document>,
    ) -> Result<Vec<Pool>, StoreError> {
        let bound = (!query.is_served()).then_some(bound);
        let mut found = Vec::new();
        for mut plan in plans(self.key(), query) {
            let rest = query.limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
            plan.limit = Some(rest);
            found.extend(self.find_projected::<pool::Doc>(plan, bound, projection.clone()).await?);
        }
        Ok(found)
    }
}
