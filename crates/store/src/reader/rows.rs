//! Lists of swaps and liquidity events.

use alloy_primitives::B256;
use bson::doc;
use domain::{ids::PoolId, row::Position};

use super::plan::{ID, Plan, range};
use crate::{
    codec::{Hash, Pid},
    documents::{Stored as _, liquidity, row, swap},
};

/// Which swaps; newest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SwapQuery {
    /// Of this pool only.
    pub pool: Option<PoolId>,
    /// Continue after (below) this position.
    pub after: Option<Position>,
    /// At most so many.
    pub limit: u32,
}

/// Which liquidity events; newest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LiquidityQuery {
    /// Of this pool only.
    pub pool: Option<PoolId>,
    /// Continue after (below) this position.
    pub after: Option<Position>,
    /// At most so many.
    pub limit: u32,
}

pub(super) fn swaps(chain: i64, query: &SwapQuery) -> Plan {
    of_pool(swap::Doc::COLLECTION, chain, query.pool, query.after, query.limit)
}

pub(super) fn swaps_by_tx(chain: i64, tx_hash: B256) -> Plan {
    let filter = doc! { "tx.h": Hash(tx_hash), "_id": range(chain, true, None) };
    Plan {
        collection: swap::Doc::COLLECTION,
        filter,
        sort: doc! { "_id": 1 },
        index: "tx",
        limit: None,
    }
}

pub(super) fn liquidity(chain: i64, query: &LiquidityQuery) -> Plan {
    of_pool(liquidity::Doc::COLLECTION, chain, query.pool, query.after, query.limit)
}

fn of_pool(
    collection: &'static str,
    chain: i64,
    pool: Option<PoolId>,
    after: Option<Position>,
    limit: u32,
) -> Plan {
    let mut filter = doc! { "_id": row::older_than(chain, after) };
    let index = if pool.is_some() { "pool" } else { ID };
    if let Some(pool) = pool {
        filter.insert("pool", Pid(pool));
    }
    Plan { collection, filter, sort: doc! { "_id": -1 }, index, limit: Some(limit) }
}
