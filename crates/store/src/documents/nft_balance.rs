//! Collection `nft_balances`: `_id {c, a, t, o}` (chain, collection, token id, owner).

use alloy_primitives::{Address, U256};
use bson::{Document, RawDocument, doc};
use domain::entity::{NftBalance, NftStandard};
use serde::{Deserialize, Serialize};

use super::{Stored, by_serde};
use crate::codec::{Addr, Num, Uint};

/// Identity.
#[derive(Debug, Serialize, Deserialize)]
struct Id {
    c: i64,
    a: Addr,
    t: Uint,
    o: Addr,
}

/// The `_id` of a balance.
pub(crate) fn id(chain: i64, collection: Address, token_id: U256, owner: Address) -> Document {
    doc! { "c": chain, "a": Addr(collection), "t": Uint(token_id), "o": Addr(owner) }
}

/// A balance as stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Doc {
    _id: Id,
    standard: NftStandard,
    balance: Uint,
    since: Num,
}

impl Stored for Doc {
    const COLLECTION: &'static str = "nft_balances";
    type Domain = NftBalance;

    fn from_domain(c: i64, nft: &NftBalance) -> Self {
        Self {
            _id: Id { c, a: Addr(nft.collection), t: Uint(nft.token_id), o: Addr(nft.owner) },
            standard: nft.standard,
            balance: Uint(nft.balance),
            since: Num(nft.since_block),
        }
    }

    fn into_domain(self) -> NftBalance {
        NftBalance {
            collection: self._id.a.0,
            token_id: self._id.t.0,
            owner: self._id.o.0,
            standard: self.standard,
            balance: self.balance.0,
            since_block: self.since.0,
        }
    }

    fn read(raw: &RawDocument) -> Result<Self, String> {
        by_serde(raw)
    }
}
