//! Lists of tokens.

use alloy_primitives::Address;
use bson::doc;

use super::plan::{ID, Plan, range};
use crate::documents::{Stored as _, token};

/// Which tokens; by address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenQuery {
    /// With exactly this symbol only.
    pub symbol: Option<String>,
    /// Continue after this address.
    pub after: Option<Address>,
    /// At most so many.
    pub limit: u32,
}

pub(super) fn plan(chain: i64, query: &TokenQuery) -> Plan {
    let after = query.after.map(|address| token::id(chain, address));
    let mut filter = doc! { "_id": range(chain, true, after) };
    let index = if query.symbol.is_some() { "symbol" } else { ID };
    if let Some(symbol) = &query.symbol {
        filter.insert("symbol", symbol);
    }
    Plan {
        collection: token::Doc::COLLECTION,
        filter,
        sort: doc! { "_id": 1 },
        index,
        limit: Some(query.limit),
    }
}

pub(super) fn by_addresses(chain: i64, addresses: &[Address]) -> Plan {
    let ids: Vec<_> = addresses.iter().map(|address| token::id(chain, *address)).collect();
    let filter = doc! { "_id": { "$in": ids } };
    Plan {
        collection: token::Doc::COLLECTION,
        filter,
        sort: doc! { "_id": 1 },
        index: ID,
        limit: None,
    }
}
