//! The sheets of many moments at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use alloy_primitives::Address;
use bson::{Bson, Document, RawDocumentBuf, doc};
use domain::{ids::ChainId, market::Millis};
use futures::TryStreamExt as _;

use super::{COLLECTION, Known, LOOK_BACK, Sheet, read, write};
use crate::{
    codec::chain_key,
    documents::id_prefix,
    error::StoreError,
    market::{MarketReader, chunk::corrupt, key},
};

#[cfg(test)]
mod tests;

/// Time, moment of knowledge, number of parts, and fingerprint.
pub(super) type Found = (Millis, Millis, i32, Vec<u8>);

/// The newest version of the nearest time.
pub(super) const NEWEST: i32 = -1;
/// The oldest version of the earliest time.
pub(super) const OLDEST: i32 = 1;

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
        let asked = moments.iter().map(|(at, known)| bounds(*at, *known)).collect::<Vec<_>>();
        let places = self.places(chain, &asked, NEWEST).await?;
        let times: Vec<Millis> = moments.iter().map(|(at, known)| known.moment(*at)).collect();
        self.sheets_of(chain, &places, &times, tokens).await
    }

    /// The sheets of places, each as of the time at its place; of a document that several share each moment is read once.
    pub(super) async fn sheets_of(
        &self,
        chain: ChainId,
        places: &BTreeMap<usize, Found>,
        times: &[Millis],
        tokens: &[Address],
    ) -> Result<Vec<Option<Arc<Sheet>>>, StoreError> {
        let distinct: BTreeSet<&Found> = places.values().collect();
        let ids: Vec<Document> = distinct
            .iter()
            .flat_map(|(at, known, parts, print)| {
                let mut ids = write::other_parts(chain, (*at, *known), *parts, print);
                ids.push(write::id(chain, *at, *known));
                ids
            })
            .collect();
        let mut parts: BTreeMap<(Millis, Millis), Vec<RawDocumentBuf>> = BTreeMap::new();
        let documents = self.collection::<RawDocumentBuf>(COLLECTION);
        let mut found =
            documents.find(doc! { "_id": { "$in": ids } }).sort(doc! { "_id": 1 }).await?;
        while let Some(raw) = found.try_next().await? {
            // first parts stand before all others, and those in their order
            let times = read::times(&raw).map_err(|error| corrupt(&raw, &error.to_string()))?;
            parts.entry(times).or_default().push(raw);
        }
        let wanted: BTreeSet<&Address> = tokens.iter().collect();
        let mut read: BTreeMap<(Millis, Millis, Millis), Arc<Sheet>> = BTreeMap::new();
        let mut sheets = Vec::with_capacity(times.len());
        for (place, time) in times.iter().enumerate() {
            let known = places.get(&place).map(|(at, known_at, ..)| (*at, *known_at));
            let Some((key, stored)) = known.and_then(|key| Some((key, parts.get(&key)?))) else {
                sheets.push(None);
                continue;
            };
            let (at, known_at) = key;
            let several = stored.first().is_some_and(|first| read::later(first).is_some());
            let key = (at, known_at, if several { *time } else { at });
            if let Some(sheet) = read.get(&key) {
                sheets.push(Some(Arc::clone(sheet)));
                continue;
            }
            let mut sheet = Sheet { chain, at, known_at, prices: Vec::new() };
            let mut is_wanted = |token: Address| wanted.contains(&token);
            for (number, part) in stored.iter().enumerate() {
                if number == 0 {
                    read::unpack_at(part, *time, &mut is_wanted, &mut sheet)?;
                } else {
                    read::unpack(part, &mut is_wanted, &mut sheet)?;
                }
            }
            let sheet = Arc::new(sheet);
            read.insert(key, Arc::clone(&sheet));
            sheets.push(Some(sheet));
        }
        Ok(sheets)
    }

    /// Which sheet answers which of the questions, by its place in the list: the first one in an order.
    pub(super) async fn places(
        &self,
        chain: ChainId,
        questions: &[Bounds],
        order: i32,
    ) -> Result<BTreeMap<usize, Found>, StoreError> {
        let asked = (0_i64..).zip(questions).map(|(place, bounds)| bounds.question(place).into());
        let asked: Vec<Bson> = asked.collect();
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
                    { "$sort": { "_id.t": order, "_id.k": order } },
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

/// Between which times a sheet is looked for, and when it has to be known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) from: Millis,
    pub(super) to: Millis,
    pub(super) known: Millis,
}

impl Bounds {
    fn question(self, place: i64) -> Document {
        let Self { from, to, known } = self;
        let [from, to, known] = [from, to, known].map(key::millis);
        doc! { "i": place, "from": from, "to": to, "known": known }
    }
}

/// A moment as bounds.
pub(super) fn bounds(at: Millis, known: Known) -> Bounds {
    let to = known.moment(at);
    match known {
        Known::Newest => Bounds { from: 0, to, known: Millis::MAX },
        Known::At(moment) => Bounds { from: to.saturating_sub(LOOK_BACK), to, known: moment },
    }
}
