//! Lists of NFT balances and transfers.

use std::time::Duration;

use alloy_primitives::{Address, U256};
use bson::{Document, doc};
use domain::row::Position;

use super::{
    bound::Bound,
    plan::{ID, Plan, range},
};
use crate::{
    codec::{Addr, Uint},
    documents::{Stored as _, end_of, id_prefix, nft_balance, nft_transfer, row},
};

/// The balance a page of a collection continues after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NftCollectionCursor {
    /// Token id.
    pub token_id: U256,
    /// Owner.
    pub owner: Address,
}

/// The balance a page of an owner's holdings continues after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NftOwnedCursor {
    /// Collection.
    pub collection: Address,
    /// Token id.
    pub token_id: U256,
}

/// Which transfers; newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NftTransferQuery {
    /// Of this collection.
    pub collection: Address,
    /// Of this token id only.
    pub token_id: Option<U256>,
    /// Continue after (below) this position.
    pub after: Option<Position>,
    /// At most so many.
    pub limit: u32,
}

pub(super) fn owners(
    chain: i64,
    collection: Address,
    token_id: U256,
    after: Option<Address>,
    limit: u32,
) -> Plan {
    let prefix = doc! { "c": chain, "a": Addr(collection), "t": Uint(token_id) };
    let after = after.map(|owner| nft_balance::id(chain, collection, token_id, owner));
    balances(doc! { "_id": under(&prefix, after) }, ID, limit)
}

pub(super) fn collection(
    chain: i64,
    collection: Address,
    after: Option<NftCollectionCursor>,
    limit: u32,
) -> Plan {
    let prefix = doc! { "c": chain, "a": Addr(collection) };
    let after = after.map(|after| nft_balance::id(chain, collection, after.token_id, after.owner));
    balances(doc! { "_id": under(&prefix, after) }, ID, limit)
}

pub(super) fn owned(
    chain: i64,
    owner: Address,
    collection: Option<Address>,
    after: Option<NftOwnedCursor>,
    limit: u32,
) -> Plan {
    let after = after.map(|after| nft_balance::id(chain, after.collection, after.token_id, owner));
    let ids = match collection {
        Some(collection) => under(&doc! { "c": chain, "a": Addr(collection) }, after),
        None => range(chain, true, after),
    };
    balances(doc! { "_id.o": Addr(owner), "_id": ids }, "owner", limit)
}

pub(super) fn transfers(chain: i64, query: &NftTransferQuery) -> Plan {
    let mut filter =
        doc! { "a": Addr(query.collection), "_id": row::older_than(chain, query.after) };
    if let Some(token_id) = query.token_id {
        filter.insert("t", Uint(token_id));
    }
    Plan {
        collection: nft_transfer::Doc::COLLECTION,
        filter,
        sort: doc! { "_id": -1 },
        index: if query.token_id.is_some() { "token" } else { "collection" },
        limit: Some(query.limit),
    }
}

/// Balances that are looked through at most to count the holders of a collection.
pub(super) const HOLDERS: Bound = Bound {
    what: "counting the holders of an NFT collection",
    documents: 500_000,
    deadline: Duration::from_secs(5),
};

/// Gives `n`, the holders, and `read`, the balances looked through: one more than the bound when there are more.
pub(super) fn holders_count(chain: i64, collection: Address, bound: u64) -> Vec<Document> {
    let ids = id_prefix(&doc! { "c": chain, "a": Addr(collection) });
    let most = i64::try_from(bound.saturating_add(1)).unwrap_or(i64::MAX);
    vec![
        doc! { "$match": { "_id": ids } },
        doc! { "$limit": most },
        doc! { "$project": { "o": "$_id.o" } },
        doc! { "$group": { "_id": "$o", "read": { "$sum": 1_i64 } } },
        doc! { "$group": { "_id": null, "n": { "$sum": 1_i64 }, "read": { "$sum": "$read" } } },
    ]
}

fn balances(filter: Document, index: &'static str, limit: u32) -> Plan {
    Plan {
        collection: nft_balance::Doc::COLLECTION,
        filter,
        sort: doc! { "_id": 1 },
        index,
        limit: Some(limit),
    }
}

/// The ids that start with `prefix`, above `after`.
fn under(prefix: &Document, after: Option<Document>) -> Document {
    match after {
        Some(after) => doc! { "$gt": after, "$lt": end_of(prefix) },
        None => id_prefix(prefix),
    }
}
