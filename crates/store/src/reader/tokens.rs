//! Lists of tokens.

use alloy_primitives::Address;
use bson::{Document, doc};
use domain::entity::Token;

use super::{
    Snapshot,
    plan::{ID, Plan, range},
};
use crate::{
    documents::{Stored as _, token},
    error::StoreError,
};

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

/// Which tokens whose symbols begin alike; by symbol, then by address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SymbolQuery {
    /// How the symbol begins, letter by letter; not empty.
    pub prefix: String,
    /// Continue after this symbol and address.
    pub after: Option<(String, Address)>,
    /// At most so many.
    pub limit: u32,
}

impl Snapshot {
    /// Tokens whose symbols begin alike.
    pub async fn tokens_by_prefix(&self, query: &SymbolQuery) -> Result<Vec<Token>, StoreError> {
        // behind a cursor: first the other tokens of its symbol
        let mut found = Vec::new();
        if let Some((symbol, address)) = &query.after {
            let (symbol, after) = (Some(symbol.clone()), Some(*address));
            found = self.tokens(&TokenQuery { symbol, after, limit: query.limit }).await?;
        }
        let limit = query.limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
        let after = query.after.as_ref().map(|(symbol, _)| symbol.as_str());
        let plan = by_prefix(self.key(), &query.prefix, after, limit);
        found.extend(self.find::<token::Doc>(plan).await?);
        Ok(found)
    }

    /// Tokens from one address to another, both included, by address.
    pub async fn tokens_between(
        &self,
        from: Address,
        to: Address,
        limit: u32,
    ) -> Result<Vec<Token>, StoreError> {
        self.find::<token::Doc>(between(self.key(), from, to, limit)).await
    }
}

pub(super) fn plan(chain: i64, query: &TokenQuery) -> Plan {
    let after = query.after.map(|address| token::id(chain, address));
    let mut filter = doc! { "_id": range(chain, true, after) };
    let index = if query.symbol.is_some() { "symbol" } else { ID };
    if let Some(symbol) = &query.symbol {
        filter.insert("symbol", symbol);
    }
    by_id(filter, index, Some(query.limit))
}

/// The symbols that begin alike, or of these the ones behind another.
pub(super) fn by_prefix(chain: i64, prefix: &str, after: Option<&str>, limit: u32) -> Plan {
    // no text that begins alike stands behind the one with the greatest character
    let end = format!("{prefix}\u{10ffff}");
    let symbols = match after {
        Some(after) => doc! { "$gt": after, "$lt": end },
        None => doc! { "$gte": prefix, "$lt": end },
    };
    Plan {
        collection: token::Doc::COLLECTION,
        filter: doc! { "symbol": symbols, "_id": range(chain, true, None) },
        sort: doc! { "symbol": 1, "_id": 1 },
        index: "symbol",
        limit: Some(limit),
    }
}

pub(super) fn between(chain: i64, from: Address, to: Address, limit: u32) -> Plan {
    let ids = doc! { "$gte": token::id(chain, from), "$lte": token::id(chain, to) };
    by_id(doc! { "_id": ids }, ID, Some(limit))
}

pub(super) fn by_addresses(chain: i64, addresses: &[Address]) -> Plan {
    let ids: Vec<_> = addresses.iter().map(|address| token::id(chain, *address)).collect();
    by_id(doc! { "_id": { "$in": ids } }, ID, None)
}

fn by_id(filter: Document, index: &'static str, limit: Option<u32>) -> Plan {
    Plan { collection: token::Doc::COLLECTION, filter, sort: doc! { "_id": 1 }, index, limit }
}
