//! Collection `nft_transfers`: `_id {c, b, l, i}`.

use bson::RawDocument;
use domain::{entity::NftStandard, row::NftTransfer};
use serde::{Deserialize, Serialize};

use super::{
    Stored, by_serde,
    row::{Id, Tx},
};
use crate::codec::{Addr, Uint};

/// A transfer as stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Doc {
    _id: Id,
    tx: Tx,
    a: Addr,
    standard: NftStandard,
    t: Uint,
    from: Addr,
    to: Addr,
    amount: Uint,
}

impl Stored for Doc {
    const COLLECTION: &'static str = "nft_transfers";
    type Domain = NftTransfer;

    fn from_domain(chain: i64, transfer: &NftTransfer) -> Self {
        Self {
            _id: Id::new(chain, transfer.meta.position),
            tx: Tx::new(&transfer.meta),
            a: Addr(transfer.collection),
            standard: transfer.standard,
            t: Uint(transfer.token_id),
            from: Addr(transfer.from),
            to: Addr(transfer.to),
            amount: Uint(transfer.amount),
        }
    }

    fn into_domain(self) -> NftTransfer {
        NftTransfer {
            meta: self.tx.meta(&self._id),
            collection: self.a.0,
            standard: self.standard,
            token_id: self.t.0,
            from: self.from.0,
            to: self.to.0,
            amount: self.amount.0,
        }
    }

    fn read(raw: &RawDocument) -> Result<Self, String> {
        by_serde(raw)
    }
}
