//! Storing sheets.

use alloy_primitives::{Address, keccak256};
use bson::{Document, RawDocumentBuf, doc};
use domain::{
    ids::ChainId,
    market::{Millis, Price, Status},
};

use super::{COLLECTION, PART, pack};
use crate::{
    codec::chain_key,
    documents::encode_doc,
    error::StoreError,
    market::{
        MarketWriter,
        chunk::{binary, insert_new},
        key,
    },
};

/// Bytes of a fingerprint.
const PRINT: usize = 16;

impl MarketWriter {
    /// Stores the prices of a chain's tokens from a time on, as they are known now (`known_at`, which is not before `at`).
    /// `false` when nothing is new: that is what the sheet says that holds at `at`. It is the newest one: sheets of the past
    /// are for [`MarketWriter::put_sheet_runs`].
    ///
    /// # Errors
    /// [`StoreError::Encode`] for a price with a status but without a value; retryable when no server answers.
    pub async fn put_sheet(
        &self,
        chain: ChainId,
        at: Millis,
        known_at: Millis,
        prices: &[(Address, Price)],
    ) -> Result<bool, StoreError> {
        let version = Version::of(at, &sorted(prices)?);
        if self.standing(chain, at).await?.as_ref() == Some(&version.print) {
            return Ok(false);
        }
        Ok(self.insert_versions(chain, known_at, &[version]).await? > 0)
    }

    /// Inserts versions; the last one first, so that who is killed in between leaves no earlier one without what follows
    /// it. How many were not there.
    pub(super) async fn insert_versions(
        &self,
        chain: ChainId,
        known_at: Millis,
        versions: &[Version],
    ) -> Result<u64, StoreError> {
        let documents = self.collection::<RawDocumentBuf>(COLLECTION);
        let (mut pending, mut known_at): (Vec<&Version>, _) =
            (versions.iter().rev().collect(), known_at);
        let mut new = 0;
        while !pending.is_empty() {
            let (mut others, mut heads) = (Vec::new(), Vec::with_capacity(pending.len()));
            for version in &pending {
                others.extend(version.others(chain, known_at)?);
                heads.push(version.head(chain, known_at)?);
            }
            // what is there of them already is the same: their ids tell of the whole
            insert_new(&documents, &others).await?;
            let known = insert_new(&documents, &heads).await?;
            new += pending.len().saturating_sub(known.len()) as u64;
            let mut overtaken = Vec::new();
            for version in known.into_iter().filter_map(|index| pending.get(index).copied()) {
                // written a second time; else somebody has another word of the same moment
                let id = id(chain, version.at, known_at.max(version.at));
                if self.print_of(id).await?.as_ref() != Some(&version.print) {
                    overtaken.push(version);
                }
            }
            pending = overtaken;
            known_at = known_at.saturating_add(1);
        }
        Ok(new)
    }

    /// The fingerprint of a sheet.
    async fn print_of(&self, id: Document) -> Result<Option<Vec<u8>>, StoreError> {
        let documents = self.collection::<Document>(COLLECTION);
        let found = documents.find_one(doc! { "_id": id }).projection(doc! { "h": 1 }).await?;
        Ok(found.and_then(|found| found.get_binary_generic("h").ok().cloned()))
    }

    /// The fingerprint of the newest version of the sheet that holds at a time.
    async fn standing(&self, chain: ChainId, at: Millis) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self
            .collection::<Document>(COLLECTION)
            .find_one(super::read::until(chain, at))
            .sort(doc! { "_id": -1 })
            .projection(doc! { "h": 1 })
            .await?;
        Ok(found.and_then(|found| found.get_binary_generic("h").ok().cloned()))
    }
}

/// A document to be, with its other parts.
#[derive(Debug)]
pub(super) struct Version {
    at: Millis,
    parts: Vec<Vec<u8>>,
    /// Later moments, packed; empty where there are none.
    later: Vec<u8>,
    print: Vec<u8>,
}

impl Version {
    /// Of packed parts and packed later moments.
    pub(super) fn new(at: Millis, parts: Vec<Vec<u8>>, later: Vec<u8>) -> Self {
        let print = keccak256([parts.concat().as_slice(), &later].concat());
        let print = print.get(..PRINT).unwrap_or_default().to_vec();
        Self { at, parts, later, print }
    }

    /// Of one moment, by address.
    pub(super) fn of(at: Millis, prices: &[(Address, Price)]) -> Self {
        let mut parts: Vec<Vec<u8>> = prices.chunks(PART).map(pack::pack).collect();
        if parts.is_empty() {
            parts.push(pack::pack(&[]));
        }
        Self::new(at, parts, Vec::new())
    }

    fn others(&self, chain: ChainId, known_at: Millis) -> Result<Vec<RawDocumentBuf>, StoreError> {
        let times = (self.at, known_at.max(self.at));
        let part = |(number, bytes): (i32, &Vec<u8>)| {
            let id = part_id(chain, times, number, &self.print);
            encode_doc(COLLECTION, &doc! { "_id": id, "v": binary(bytes.clone()) })
        };
        (0..).zip(&self.parts).skip(1).map(part).collect()
    }

    fn head(&self, chain: ChainId, known_at: Millis) -> Result<RawDocumentBuf, StoreError> {
        let mut head = doc! {
            "_id": id(chain, self.at, known_at.max(self.at)),
            "p": i32::try_from(self.parts.len()).unwrap_or(i32::MAX),
            "h": binary(self.print.clone()),
            "v": binary(self.parts.first().cloned().unwrap_or_default()),
        };
        if !self.later.is_empty() {
            head.insert("s", binary(self.later.clone()));
        }
        encode_doc(COLLECTION, &head)
    }
}

/// Prices by address, each token once; refused when one contradicts itself.
pub(super) fn sorted(prices: &[(Address, Price)]) -> Result<Vec<(Address, Price)>, StoreError> {
    let mut sorted: Vec<(Address, Price)> = prices.to_vec();
    sorted.sort_by_key(|(address, _)| *address);
    sorted.dedup_by_key(|(address, _)| *address);
    if let Some((address, _)) = sorted.iter().find(|(_, price)| !is_whole(price)) {
        let why = format!("the price of {address} has a status and no value, or a value and none");
        return Err(StoreError::Encode { collection: COLLECTION, why });
    }
    Ok(sorted)
}

/// Whether value and time are there exactly when the status says so.
fn is_whole(price: &Price) -> bool {
    let priced = price.status != Status::None;
    price.value.is_some() == priced && price.as_of.is_some() == priced
}

/// The `_id` of a sheet, which is that of its first part.
pub(super) fn id(chain: ChainId, at: Millis, known_at: Millis) -> Document {
    doc! { "c": chain_key(chain), "t": key::millis(at), "k": key::millis(known_at) }
}

/// The `_id`s of the other parts of a sheet that has `count`, in their order.
pub(super) fn other_parts(
    chain: ChainId,
    times: (Millis, Millis),
    count: i32,
    print: &[u8],
) -> Vec<Document> {
    (1..count).map(|number| part_id(chain, times, number, print)).collect()
}

/// The `_id` of a part that is not the first.
fn part_id(
    chain: ChainId,
    (at, known_at): (Millis, Millis),
    number: i32,
    print: &[u8],
) -> Document {
    let (t, k) = (key::millis(at), key::millis(known_at));
    doc! { "c": chain_key(chain), "of": { "t": t, "k": k, "n": number, "h": binary(print.to_vec()) } }
}
