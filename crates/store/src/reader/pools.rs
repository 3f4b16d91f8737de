//! Lists of pools.

use std::time::Duration;

use alloy_primitives::Address;
use bson::doc;
use domain::{
    entity::{Pool, Protocol},
    ids::PoolId,
};

use super::{
    Snapshot,
    bound::Bound,
    plan::{ID, Plan, range},
};
use crate::{
    codec::Addr,
    documents::{Stored as _, pool},
    error::StoreError,
};

/// Order of a list of pools.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum PoolOrder {
    /// Oldest first.
    #[default]
    Created,
    /// Most swaps first.
    Swaps,
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
        }
    }
}

/// Which pools.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PoolQuery {
    /// Of this protocol only.
    pub protocol: Option<Protocol>,
    /// With this token only, on either side.
    pub token: Option<Address>,
    /// Order.
    pub order: PoolOrder,
    /// Continue after this pool.
    pub after: Option<PoolCursor>,
    /// At most so many.
    pub limit: u32,
}

/// No index has the pools of a token by protocol: those of the token are looked through.
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

    /// All pools with any of these tokens, on either side, oldest first. Reads as many as there are: for tokens that have
    /// few ([`domain::entity::Token::pool_count`]).
    pub async fn pools_of_tokens(&self, tokens: &[Address]) -> Result<Vec<Pool>, StoreError> {
        self.find::<pool::Doc>(of_tokens(self.key(), tokens)).await
    }

    pub(crate) async fn pools_within(
        &self,
        query: &PoolQuery,
        bound: Bound,
    ) -> Result<Vec<Pool>, StoreError> {
        let unserved = query.token.is_some() && query.protocol.is_some();
        let plan = plan(self.key(), query);
        self.find_within::<pool::Doc>(plan, unserved.then_some(bound)).await
    }
}

pub(super) fn plan(chain: i64, query: &PoolQuery) -> Plan {
    let mut filter = doc! {};
    if let Some(protocol) = query.protocol {
        filter.insert("protocol", pool::protocol(protocol));
    }
    if let Some(token) = query.token {
        filter.insert("tokens", Addr(token));
    }
    // a token has few pools: its index also serves when the protocol is asked for, too
    let names = match (query.token, query.protocol) {
        (Some(_), _) => ["token_created", "token_swaps"],
        (None, Some(_)) => ["protocol_created", "protocol_swaps"],
        (None, None) => ["created", "swaps"],
    };
    let (sort, index) = match query.order {
        PoolOrder::Created => {
            let after = match query.after {
                Some(PoolCursor::Created { block, log_index }) => {
                    Some(pool::created_bound(chain, block, log_index))
                }
                _ => None,
            };
            filter.insert("created", range(chain, true, after));
            (doc! { "created": 1 }, names[0])
        }
        PoolOrder::Swaps => {
            let after = match query.after {
                Some(PoolCursor::Swaps { count, id }) => Some(pool::swaps_bound(chain, count, id)),
                _ => None,
            };
            filter.insert("swaps", range(chain, false, after));
            (doc! { "swaps": -1 }, names[1])
        }
    };
    Plan { collection: pool::Doc::COLLECTION, filter, sort, index, limit: Some(query.limit) }
}

fn of_tokens(chain: i64, tokens: &[Address]) -> Plan {
    let tokens: Vec<_> = tokens.iter().copied().map(Addr).collect();
    Plan {
        collection: pool::Doc::COLLECTION,
        filter: doc! { "tokens": { "$in": tokens }, "created": range(chain, true, None) },
        sort: doc! { "created": 1 },
        index: "token_created",
        limit: None,
    }
}

pub(super) fn by_ids(chain: i64, ids: &[PoolId]) -> Plan {
    let ids: Vec<_> = ids.iter().map(|id| pool::id(chain, *id)).collect();
    let filter = doc! { "_id": { "$in": ids } };
    Plan {
        collection: pool::Doc::COLLECTION,
        filter,
        sort: doc! { "_id": 1 },
        index: ID,
        limit: None,
    }
}
