//! Reading sheets.

use std::collections::BTreeSet;

use alloy_primitives::Address;
use bson::{Document, RawDocument, RawDocumentBuf, doc};
use domain::{ids::ChainId, market::Millis};
use futures::TryStreamExt as _;
use mongodb::options::Hint;

use super::{COLLECTION, KNOWN, Known, LOOK_BACK, Sheet, pack, steps, write};
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
        let times = times(&first).map_err(|error| corrupt(&first, &error.to_string()))?;
        let others = self.other_parts(chain, &first, times).await?;
        let mut sheet = Sheet { chain, at: times.0, known_at: times.1, prices: Vec::new() };
        unpack_at(&first, known.moment(at), &mut wanted, &mut sheet)?;
        for part in &others {
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
                let at = known.moment(at);
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

    /// The parts of a sheet beside its first.
    pub(super) async fn other_parts(
        &self,
        chain: ChainId,
        first: &RawDocumentBuf,
        times: (Millis, Millis),
    ) -> Result<Vec<RawDocumentBuf>, StoreError> {
        let parts = || -> Result<_, bson::error::Error> {
            Ok((first.get_i32("p")?, first.get_binary("h")?.bytes))
        };
        let (count, print) = parts().map_err(|error| corrupt(first, &error.to_string()))?;
        if count <= 1 {
            return Ok(Vec::new());
        }
        let ids = write::other_parts(chain, times, count, print);
        let documents = self.collection::<RawDocumentBuf>(COLLECTION);
        let found = documents.find(doc! { "_id": { "$in": ids } }).sort(doc! { "_id": 1 });
        Ok(found.await?.try_collect().await?)
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

/// The moments of a document after its first, where it has several.
pub(super) fn later(raw: &RawDocument) -> Option<&[u8]> {
    let stored = raw.get("s").ok().flatten()?;
    stored.as_binary().map(|binary| binary.bytes)
}

/// Takes the prices in that are wanted, of the moment of a first part that holds at a time; the sheet is of that moment.
pub(super) fn unpack_at(
    raw: &RawDocument,
    at: Millis,
    wanted: &mut impl FnMut(Address) -> bool,
    sheet: &mut Sheet,
) -> Result<(), StoreError> {
    let Some(bytes) = later(raw) else { return unpack(raw, wanted, sheet) };
    let later = steps::unpack(sheet.at, bytes).map_err(|error| unreadable(raw, &error))?;
    let Some((time, bytes)) = later.into_iter().take_while(|(time, _)| *time <= at).last() else {
        return unpack(raw, wanted, sheet);
    };
    sheet.at = time;
    pack::unpack(bytes, wanted, &mut sheet.prices).map_err(|error| unreadable(raw, &error))
}

/// Takes the prices of a part in that are wanted. Parts come in their order.
pub(super) fn unpack(
    raw: &RawDocument,
    wanted: &mut impl FnMut(Address) -> bool,
    sheet: &mut Sheet,
) -> Result<(), StoreError> {
    pack::unpack(packed(raw)?, wanted, &mut sheet.prices).map_err(|error| unreadable(raw, &error))
}
