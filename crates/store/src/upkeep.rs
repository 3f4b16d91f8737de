//! Upkeep of what is stored, while the chain is followed: chunks that single blocks made are merged when nobody can take
//! those blocks back any more, and versions below a horizon are forgotten.
//!
//! Everything is done in small transactions under the chain's lease, each of which leaves what readers see as it was, so
//! it may end anywhere and go on at any time. What is merged is read before its transaction: behind the fence nobody else
//! changes it, and the transaction refuses when less is there than was read. Between two transactions there is a pause
//! as long as the last one took, for who commits.

use std::time::Duration;

use bson::{Document, RawDocumentBuf, doc};
use mongodb::ClientSession;
use tokio::time::{Instant, sleep};

use crate::{
    codec::Num,
    documents::{Stored as _, decode, decode_doc, id_prefix, kept, undo, watermark},
    error::StoreError,
    lease::fence::Purpose,
    writer::{Writer, transaction::Work},
};

mod exchange;
mod forget;
mod history;
pub(crate) mod pin;
mod rows;
#[cfg(test)]
mod tests;

use self::exchange::Exchange;

/// Documents that a transaction removes, roughly.
const DOCUMENTS: usize = 400;
/// Bytes that a transaction writes, roughly.
const BYTES: usize = 256 * 1024;
/// Longest pause after a transaction.
const PAUSE: Duration = Duration::from_millis(200);

/// What a round of upkeep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Upkept {
    /// Chunks of single blocks, and versions that were too old.
    pub removed: u64,
    /// Chunks in their place.
    pub written: u64,
    /// Whether it stopped before its end, because a backup is made. The next round goes on.
    pub interrupted: bool,
}

impl Writer {
    /// Merges the chunks of blocks that nobody can take back any more.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] and [`StoreError::Removing`] as for [`Writer::commit`].
    pub async fn compact(&self) -> Result<Upkept, StoreError> {
        self.compact_some(u32::MAX).await
    }

    /// The same in at most so many transactions.
    pub(crate) async fn compact_some(&self, transactions: u32) -> Result<Upkept, StoreError> {
        let Some(mut round) = Round::begin(self, None, transactions).await? else {
            return Ok(Upkept::default());
        };
        if history::compact(&mut round).await? {
            rows::compact(&mut round).await?;
        }
        Ok(round.done)
    }

    /// Forgets what entities were before this block: from now on it cannot be asked for, and by and by it is removed. The
    /// block that all blocks which can be taken back stand on is the highest possible. It never goes down again.
    ///
    /// # Errors
    /// Like [`Writer::compact`].
    pub async fn forget_below(&self, block: u64) -> Result<Upkept, StoreError> {
        self.forget_some(block, u32::MAX).await
    }

    /// The same in at most so many transactions.
    pub(crate) async fn forget_some(
        &self,
        block: u64,
        transactions: u32,
    ) -> Result<Upkept, StoreError> {
        let Some(mut round) = Round::begin(self, Some(block), transactions).await? else {
            return Ok(Upkept::default());
        };
        forget::forget(&mut round).await?;
        Ok(round.done)
    }

    /// Since which block the history is kept; 0: all of it.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn history_from(&self) -> Result<u64, StoreError> {
        let id = doc! { "_id": kept::id(self.key()) };
        let found = self.documents(kept::COLLECTION).find_one(id).await?;
        let found = found.map(|raw| decode_doc::<kept::Doc>(kept::COLLECTION, &raw));
        Ok(found.transpose()?.unwrap_or_default().from.cast_unsigned())
    }
}

/// A round of upkeep under way.
struct Round<'a> {
    writer: &'a Writer,
    /// The lowest block that can still be taken back, or the next one.
    floor: u64,
    kept: kept::Doc,
    left: u32,
    done: Upkept,
}

impl<'a> Round<'a> {
    /// `None` while nothing is stored.
    async fn begin(
        writer: &'a Writer,
        horizon: Option<u64>,
        transactions: u32,
    ) -> Result<Option<Self>, StoreError> {
        let begun = writer.grant().transact(&Begin { writer, horizon }).await?;
        let done = Upkept::default();
        Ok(begun.map(|(floor, kept)| Self { writer, floor, kept, left: transactions, done }))
    }

    /// Puts chunks in the place of others. `false`: stop here.
    async fn exchange(&mut self, exchange: Exchange) -> Result<bool, StoreError> {
        if exchange.is_empty() {
            return Ok(true);
        }
        if self.left == 0 {
            return Ok(false);
        }
        let begun = Instant::now();
        let (removed, written) = exchange.size();
        let bound = exchange.by(self.writer);
        if !self.writer.grant().transact(&bound).await? {
            self.done.interrupted = true;
            return Ok(false);
        }
        self.left -= 1;
        self.done.removed += removed;
        self.done.written += written;
        sleep(begun.elapsed().min(PAUSE)).await;
        Ok(true)
    }
}

/// Makes the document of the upkeep, raises the horizon, and says where things stand.
struct Begin<'a> {
    writer: &'a Writer,
    horizon: Option<u64>,
}

impl Work for Begin<'_> {
    type Output = Option<(u64, kept::Doc)>;

    async fn run(&self, session: &mut ClientSession) -> Result<Self::Output, StoreError> {
        let writer = self.writer;
        writer.grant().check(session, Purpose::Write).await?;
        let Some(floor) = floor(writer, session).await? else { return Ok(None) };
        let mut update = doc! { "$setOnInsert": { "changes": 0_i64 } };
        if let Some(horizon) = self.horizon {
            let from = Num(horizon.min(floor.saturating_sub(1))).bound();
            update.insert("$max", doc! { "from": from });
        }
        let documents = writer.database().collection::<Document>(kept::COLLECTION);
        let id = doc! { "_id": kept::id(writer.key()) };
        documents.update_one(id.clone(), update).upsert(true).session(&mut *session).await?;
        let found = writer.documents(kept::COLLECTION).find_one(id).session(session).await?;
        let kept = found.map(|raw| decode_doc(kept::COLLECTION, &raw)).transpose()?;
        Ok(Some((floor, kept.unwrap_or_default())))
    }
}

/// The lowest block that can be taken back, or the next one where there is none; `None` while nothing is stored.
async fn floor(writer: &Writer, session: &mut ClientSession) -> Result<Option<u64>, StoreError> {
    let oldest = writer
        .documents(undo::Doc::COLLECTION)
        .find_one(doc! { "_id": id_prefix(&doc! { "c": writer.key() }), "_id.n": 0 })
        .sort(doc! { "_id": 1 })
        .projection(doc! { "head": 1 })
        .session(&mut *session)
        .await?;
    let oldest = oldest.map(|raw| decode_doc::<undo::Doc>(undo::Doc::COLLECTION, &raw));
    if let Some(block) = oldest.transpose()?.and_then(|part| part.block()) {
        return Ok(Some(block.number));
    }
    let newest = writer
        .documents(watermark::Doc::COLLECTION)
        .find_one(doc! { "_id": watermark::id(writer.key()) })
        .session(session)
        .await?;
    let newest = newest.as_deref().map(decode::<watermark::Doc>).transpose()?;
    Ok(newest.map(|newest| newest.block.number.saturating_add(1)))
}

/// The `_id` of a chunk.
fn id_of(collection: &'static str, raw: &RawDocumentBuf) -> Result<Document, StoreError> {
    let id = raw.get_document("_id").and_then(Document::try_from);
    id.map_err(|error| corrupt(collection, raw, &error.to_string()))
}

fn corrupt(collection: &'static str, raw: &RawDocumentBuf, why: &str) -> StoreError {
    StoreError::Corrupt { collection, id: format!("{:?}", raw.get("_id")), why: why.to_owned() }
}
