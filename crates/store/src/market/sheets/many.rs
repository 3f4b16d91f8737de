//! The sheets of many moments at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use alloy_primitives::Address;
use bson::{Bson, Document, RawDocumentBuf, doc};
use domain::{ids::ChainId, market::Millis};
use futures::TryStreamExt as _;

use super::{
    COLLECTION, Known, LOOK_BACK, Sheet,
    read::{times, unpack},
    write,
};
use crate::{
    codec::chain_key,
    documents::id_prefix,
    error::StoreError,
    market::{MarketReader, chunk::corrupt, key},
};

#[cfg(test)]
mod tests;

/// Time, moment of knowledge, number of parts, and fingerprint.
type Found = (Millis, Millis, i32, Vec<u8>);

impl MarketReader {
    /// What [`MarketReader::prices`] says of each of these moments, in their order: two commands, however many. Sheets that
    /// hold at several of them are read once.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn prices_at(
        &self,
        chain: ChainId,
        moments: &[(Millis, Known)],
        tokens: &[Address],
    ) -> Result<Vec<Option<Arc<Sheet>>>, StoreError> {
        if moments.is_empty() {
            return Ok(Vec::new());
        }
        let places = self.places(chain, moments).await?;
        let distinct: BTreeSet<&Found> = places.values().collect();
        let ids: Vec<Document> = distinct
            .iter()
            .flat_map(|(at, known, parts, print)| {
                let mut ids = write::other_parts(chain, (*at, *known), *parts, print);
                ids.push(write::id(chain, *at, *known));
                ids
            })
            .collect();
        let mut sheets: BTreeMap<(Millis, Millis), Sheet> = BTreeMap::new();
        let wanted: BTreeSet<&Address> = tokens.iter().collect();
        let documents = self.collection::<RawDocumentBuf>(COLLECTION);
        let mut found =
            documents.find(doc! { "_id": { "$in": ids } }).sort(doc! { "_id": 1 }).await?;
        while let Some(raw) = found.try_next().await? {
            // first parts stand before all others, and those in their order
            let (at, known_at) = times(&raw).map_err(|error| corrupt(&raw, &error.to_string()))?;
            let sheet = sheets.entry((at, known_at)).or_insert_with(|| Sheet {
                chain,
                at,
                known_at,
                prices: Vec::new(),
            });
            unpack(&raw, &mut |token| wanted.contains(&token), sheet)?;
        }
        let sheets: BTreeMap<_, _> =
            sheets.into_iter().map(|(times, sheet)| (times, Arc::new(sheet))).collect();
        let of = |index| {
            let (at, known_at, ..) = places.get(&index)?;
            sheets.get(&(*at, *known_at)).map(Arc::clone)
        };
        Ok((0..moments.len()).map(of).collect())
    }

    /// Which sheet holds at which of the moments, by its place in the list.
    async fn places(
        &self,
        chain: ChainId,
        moments: &[(Millis, Known)],
    ) -> Result<BTreeMap<usize, Found>, StoreError> {
        let asked: Vec<Bson> =
            (0_i64..).zip(moments).map(|(place, moment)| question(place, *moment).into()).collect();
        let holds = doc! { "$and": [
            { "$eq": ["$_id.c", chain_key(chain)] },
            { "$gte": ["$_id.t", "$$from"] },
            { "$lte": ["$_id.t", "$$to"] },
            { "$lte": ["$_id.k", "$$known"] },
        ] };
        let pipeline = [
            // any document of the chain: the questions need one to come from
            doc! { "$match": { "_id": id_prefix(&doc! { "c": chain_key(chain) }) } },
            doc! { "$sort": { "_id": 1 } },
            doc! { "$limit": 1 },
            doc! { "$project": { "_id": 0, "q": { "$literal": asked } } },
            doc! { "$unwind": "$q" },
            doc! { "$lookup": {
                "from": COLLECTION,
                "let": { "from": "$q.from", "to": "$q.to", "known": "$q.known" },
                "pipeline": [
                    { "$match": { "$expr": holds } },
                    { "$sort": { "_id.t": -1, "_id.k": -1 } },
                    { "$limit": 1 },
                    { "$project": { "_id": 1, "p": 1, "h": 1 } },
                ],
                "as": "s",
            } },
            doc! { "$project": { "i": "$q.i", "s": 1 } },
        ];
        let documents = self.collection::<Document>(COLLECTION);
        let mut found = documents.aggregate(pipeline).await?;
        let mut places = BTreeMap::new();
        while let Some(one) = found.try_next().await? {
            let place = || -> Result<Option<(usize, Found)>, bson::error::Error> {
                let place = usize::try_from(one.get_i64("i")?).unwrap_or(usize::MAX);
                let sheet = one.get_array("s")?.first().and_then(Bson::as_document);
                let Some(sheet) = sheet else { return Ok(None) };
                let id = sheet.get_document("_id")?;
                let times = (id.get_i64("t")?.cast_unsigned(), id.get_i64("k")?.cast_unsigned());
                let print = sheet.get_binary_generic("h")?.clone();
                Ok(Some((place, (times.0, times.1, sheet.get_i32("p")?, print))))
            };
            let place = place().map_err(|error| StoreError::Corrupt {
                collection: COLLECTION,
                id: one.to_string(),
                why: error.to_string(),
            })?;
            places.extend(place);
        }
        Ok(places)
    }
}

/// A moment as bounds.
fn question(place: i64, (at, known): (Millis, Known)) -> Document {
    let (from, to, known) = match known {
        Known::Newest => (0, at, Millis::MAX),
        // nothing is known before its time
        Known::At(moment) => (at.min(moment).saturating_sub(LOOK_BACK), at.min(moment), moment),
    };
    doc! { "i": place, "from": key::millis(from), "to": key::millis(to), "known": key::millis(known) }
}
