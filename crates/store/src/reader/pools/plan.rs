//! The plans of lists of pools.

use alloy_primitives::Address;
use bson::{Bson, Decimal128, Document, doc};
use domain::ids::PoolId;

use super::{PoolCursor, PoolOrder, PoolQuery};
use crate::{
    codec::{Addr, Dec, Num},
    documents::{Stored as _, end_of, pool},
    reader::plan::{ID, Plan, range},
};

/// The path of the locked value.
pub(super) const TVL: &str = "figures.totalValueLockedUSD";

/// The plans that give the list one after the other: behind a cursor of [`PoolOrder::Tvl`] first come the other pools of the
/// same value.
pub(in crate::reader) fn plans(chain: i64, query: &PoolQuery) -> Vec<Plan> {
    let mut filter = doc! {};
    if let Some(protocol) = query.protocol {
        filter.insert("protocol", pool::protocol(protocol));
    }
    if let Some(dex) = &query.dex {
        filter.insert("dex", dex);
    }
    if let Some(token) = query.token {
        filter.insert("tokens", Addr(token));
    }
    // the narrowest: what it does not know is compared document by document
    let names = match (query.token, &query.dex, query.protocol) {
        (Some(_), ..) => Names::TOKEN,
        (None, Some(_), _) => Names::DEX,
        (None, None, Some(_)) => Names::PROTOCOL,
        (None, None, None) => Names::ALL,
    };
    let plan = |filter, sort, index| {
        let (collection, limit) = (pool::Doc::COLLECTION, Some(query.limit));
        Plan { collection, filter, sort, index, limit }
    };
    match query.order {
        PoolOrder::Created => {
            let after = match query.after {
                Some(PoolCursor::Created { block, log_index }) => {
                    Some(pool::created_bound(chain, block, log_index))
                }
                _ => None,
            };
            let mut created = range(chain, true, after);
            if let Some(block) = query.up_to {
                created.insert("$lt", end_of(&doc! { "c": chain, "b": Num(block).bound() }));
            }
            filter.insert("created", created);
            vec![plan(filter, doc! { "created": 1 }, names.created)]
        }
        PoolOrder::Swaps => {
            let after = match query.after {
                Some(PoolCursor::Swaps { count, id }) => Some(pool::swaps_bound(chain, count, id)),
                _ => None,
            };
            filter.insert("swaps", range(chain, false, after));
            vec![plan(filter, doc! { "swaps": -1 }, names.swaps)]
        }
        PoolOrder::Tvl => {
            filter.insert("_id.c", chain);
            let of = |conditions: Document| {
                let filter = filter.clone().into_iter().chain(conditions).collect();
                plan(filter, doc! { TVL: -1, "_id": -1 }, names.tvl)
            };
            match query.after {
                Some(PoolCursor::Tvl { usd, id }) => {
                    let (usd, id) = (Bson::from(Dec(usd)), pool::id(chain, id));
                    let alike = of(doc! { TVL: usd.clone(), "_id": { "$lt": id } });
                    vec![alike, of(doc! { TVL: { "$lt": usd } })]
                }
                // any number
                _ => vec![of(doc! { TVL: { "$lte": above_all() } })],
            }
        }
    }
}

/// Infinity, above any value.
pub(super) fn above_all() -> Bson {
    let mut bytes = [0; 16];
    bytes[15] = 0x78;
    Decimal128::from_bytes(bytes).into()
}

/// The indexes of a selection by order.
struct Names {
    created: &'static str,
    swaps: &'static str,
    tvl: &'static str,
}

impl Names {
    const ALL: Self = Self { created: "created", swaps: "swaps", tvl: "tvl" };
    const PROTOCOL: Self =
        Self { created: "protocol_created", swaps: "protocol_swaps", tvl: "protocol_tvl" };
    const DEX: Self = Self { created: "dex_created", swaps: "dex_swaps", tvl: "dex_tvl" };
    const TOKEN: Self = Self { created: "token_created", swaps: "token_swaps", tvl: "token_tvl" };
}

pub(super) fn of_tokens(chain: i64, tokens: &[Address]) -> Plan {
    let tokens: Vec<_> = tokens.iter().copied().map(Addr).collect();
    Plan {
        collection: pool::Doc::COLLECTION,
        filter: doc! { "tokens": { "$in": tokens }, "created": range(chain, true, None) },
        sort: doc! { "created": 1 },
        index: "token_created",
        limit: None,
    }
}

pub(in crate::reader) fn of_pair(chain: i64, [low, high]: [Address; 2], limit: u32) -> Plan {
    let created = range(chain, true, None);
    Plan {
        collection: pool::Doc::COLLECTION,
        filter: doc! { "tokens.0": Addr(low), "tokens.1": Addr(high), "created": created },
        sort: doc! { "created": 1 },
        index: "pair_created",
        limit: Some(limit),
    }
}

pub(in crate::reader) fn by_ids(chain: i64, ids: &[PoolId]) -> Plan {
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
