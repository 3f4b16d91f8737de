//! Reading sheets.

use std::collections::BTreeSet;

use alloy_primitives::Address;
use bson::{Document, RawDocument, RawDocumentBuf, doc};
use domain::{ids::ChainId, market::Millis};
use futures::TryStreamExt as _;
use mongodb::options::Hint;

use super::{COLLECTION, KNOWN, Known, LOOK_BACK, Sheet, pack, write};
use crate::{
    codec::chain_key,
    error::StoreError,
    market::{
        MarketReader,
        chunk::{corrupt, packed, unreadable},
        key,
    },
};

impl MarketReader {
    /// The prices of all tokens of a chain as they were at a time. `None` before the first sheet; of what was known at a
    /// time also when none was for a week.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn sheet(
        &self,
        chain: ChainId,
        at: Millis,
        known: Known,
    ) -> Result<Option<Sheet>, StoreError> {
        self.sheet_of(chain, at, known, |_| true).await
    }

    /// The newest prices of all tokens of a chain.
    ///
    /// # Errors
    /// Like [`MarketReader::sheet`].
    pub async fn latest_sheet(&self, chain: ChainId) -> Result<Option<Sheet>, StoreError> {
        self.sheet(chain, Millis::MAX, Known::Newest).await
    }

    /// The prices of some tokens as they were at a time: one query, however many. Tokens that were not configured then are
    /// not in the answer.
    ///
    /// # Errors
    /// Like [`MarketReader::sheet`].
    pub async fn prices(
        &self,
        chain: ChainId,
        at: Millis,
        known: Known,
        tokens: &[Address],
    ) -> Result<Option<Sheet>, StoreError> {
        let wanted: BTreeSet<&Address> = tokens.iter().collect();
        self.sheet_of(chain, at, known, |token| wanted.contains(&token)).await
    }

    async fn sheet_of(
        &self,
        chain: ChainId,
        at: Millis,
        known: Known,
        mut wanted: impl FnMut(Address) -> bool,
    ) -> Result<Option<Sheet>, StoreError> {
        let Some(first) = self.first_part(chain, at, known).await? else { return Ok(None) };
        let parts = || -> Result<_, bson::error::Error> {
            let count = first.get_i32("p")?;
            Ok((times(&first)?, count, first.get_binary("h")?.bytes))
        };
        let (times, count, print) = parts().map_err(|error| corrupt(&first, &error.to_string()))?;
        let (at, known_at) = times;
        let mut sheet = Sheet { chain, at, known_at, prices: Vec::new() };
        let mut others: Vec<RawDocumentBuf> = Vec::new();
        if count > 1 {
            let ids = write::other_parts(chain, times, count, print);
            let documents = self.collection::<RawDocumentBuf>(COLLECTION);
            let found = documents.find(doc! { "_id": { "$in": ids } }).sort(doc! { "_id": 1 });
            others = found.await?.try_collect().await?;
        }
        for part in [&first].into_iter().chain(&others) {
            unpack(part, &mut wanted, &mut sheet)?;
        }
        Ok(Some(sheet))
    }

    /// The first part of the sheet, which is there when all of it is.
    async fn first_part(
        &self,
        chain: ChainId,
        at: Millis,
        known: Known,
    ) -> Result<Option<RawDocumentBuf>, StoreError> {
        let documents = self.collection::<RawDocumentBuf>(COLLECTION);
        let found = match known {
            Known::Newest => documents.find(until(chain, at)).sort(doc! { "_id": -1 }),
            Known::At(moment) => {
                // nothing is known before its time
                let at = at.min(moment);
                let times = doc! {
                    "$gte": key::millis(at.saturating_sub(LOOK_BACK)), "$lte": key::millis(at),
                };
                let filter = doc! {
                    "_id.c": chain_key(chain), "_id.t": times, "_id.k": { "$lte": key::millis(moment) },
                };
                documents
                    .find(filter)
                    .sort(doc! { "_id.t": -1, "_id.k": -1 })
                    .hint(Hint::Name(KNOWN.to_owned()))
            }
        };
        let found: Vec<RawDocumentBuf> = found.limit(1).await?.try_collect().await?;
        Ok(found.into_iter().next())
    }
}

/// Sheets that hold from this time on or from an earlier one.
pub(super) fn until(chain: ChainId, at: Millis) -> Document {
    let chain = chain_key(chain);
    let end = crate::documents::end_of(&doc! { "c": chain, "t": key::millis(at) });
    doc! { "_id": { "$gte": { "c": chain }, "$lt": end } }
}

/// The time of a stored part and the moment when it became known.
pub(super) fn times(raw: &RawDocument) -> Result<(Millis, Millis), bson::error::Error> {
    let id = raw.get_document("_id")?;
    let times = if id.get("of")?.is_some() { id.get_document("of")? } else { id };
    Ok((times.get_i64("t")?.cast_unsigned(), times.get_i64("k")?.cast_unsigned()))
}

/// Takes the prices of a part in that are wanted. Parts come in their order.
pub(super) fn unpack(
    raw: &RawDocument,
    wanted: &mut impl FnMut(Address) -> bool,
    sheet: &mut Sheet,
) -> Result<(), StoreError> {
    pack::unpack(packed(raw)?, wanted, &mut sheet.prices).map_err(|error| unreadable(raw, &error))
}
