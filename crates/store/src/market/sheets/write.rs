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
    /// `false` when nothing is new: that is what the sheet says that holds at `at`.
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
        let mut sorted: Vec<(Address, Price)> = prices.to_vec();
        sorted.sort_by_key(|(address, _)| *address);
        sorted.dedup_by_key(|(address, _)| *address);
        if let Some((address, _)) = sorted.iter().find(|(_, price)| !is_whole(price)) {
            let why =
                format!("the price of {address} has a status and no value, or a value and none");
            return Err(StoreError::Encode { collection: COLLECTION, why });
        }
        let mut parts: Vec<Vec<u8>> = sorted.chunks(PART).map(pack::pack).collect();
        if parts.is_empty() {
            parts.push(pack::pack(&[]));
        }
        let print = keccak256(parts.concat());
        let print = print.get(..PRINT).unwrap_or_default().to_vec();
        if self.standing(chain, at).await? == Some(print.clone()) {
            return Ok(false);
        }
        let documents = self.collection::<RawDocumentBuf>(COLLECTION);
        let count = i32::try_from(parts.len()).unwrap_or(i32::MAX);
        let mut known_at = known_at.max(at);
        loop {
            let part = |(number, bytes): (i32, &Vec<u8>)| {
                let id = part_id(chain, (at, known_at), number, &print);
                encode_doc(COLLECTION, &doc! { "_id": id, "v": binary(bytes.clone()) })
            };
            let others: Result<Vec<_>, StoreError> = (0..).zip(&parts).skip(1).map(part).collect();
            // what is there of them already is the same: their ids tell of the whole
            insert_new(&documents, &others?).await?;
            let head = doc! {
                "_id": id(chain, at, known_at),
                "p": count,
                "h": binary(print.clone()),
                "v": binary(parts.first().cloned().unwrap_or_default()),
            };
            let head = encode_doc(COLLECTION, &head)?;
            if insert_new(&documents, &[head]).await?.is_empty() {
                return Ok(true);
            }
            // written a second time; else somebody has another word of the same moment
            if self.print_of(id(chain, at, known_at)).await? == Some(print.clone()) {
                return Ok(false);
            }
            known_at = known_at.saturating_add(1);
        }
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
