//! Collection `tokens`: `_id {c, a}` (chain, contract).

use alloy_primitives::Address;
use bson::{Document, RawBsonRef, RawDocument, doc};
use domain::entity::Token;
use serde::Serialize;

use super::Stored;
use crate::codec::{
    Addr, Num, Uint,
    walk::{Field, walked},
};

walked! {
    /// Identity.
    #[derive(Debug, Serialize)]
    struct Id {
        c: i64,
        a: Addr,
    }
}

/// The `_id` of a token.
pub(crate) fn id(chain: i64, token: Address) -> Document {
    doc! { "c": chain, "a": Addr(token) }
}

walked! {
    /// A token as stored.
    #[derive(Debug, Serialize)]
    pub(crate) struct Doc {
        _id: Id,
        symbol: Option<String>,
        name: Option<String>,
        decimals: Option<u8>,
        supply: Option<Uint>,
        pools: Num,
        first: Num,
    }
}

impl Stored for Doc {
    const COLLECTION: &'static str = "tokens";
    type Domain = Token;

    fn from_domain(c: i64, token: &Token) -> Self {
        Self {
            _id: Id { c, a: Addr(token.address) },
            symbol: token.symbol.clone(),
            name: token.name.clone(),
            decimals: token.decimals,
            supply: token.total_supply.map(Uint),
            pools: Num(token.pool_count),
            first: Num(token.first_block),
        }
    }

    fn into_domain(self) -> Token {
        Token {
            address: self._id.a.0,
            symbol: self.symbol,
            name: self.name,
            decimals: self.decimals,
            total_supply: self.supply.map(|supply| supply.0),
            pool_count: self.pools.0,
            first_block: self.first.0,
        }
    }

    fn read(raw: &RawDocument) -> Result<Self, String> {
        Field::read(RawBsonRef::Document(raw))
    }
}
