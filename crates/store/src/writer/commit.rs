//! Storing a batch.

use std::sync::atomic::{AtomicU32, Ordering};

use bson::doc;
use mongodb::ClientSession;
use tokio::time::Instant;

use super::{
    Packed, Watermark, Writer, describe,
    prepare::{Images, Prepared, check, prepare},
    transaction::Work,
    write,
};
use crate::{
    candles,
    codec::Num,
    documents::{Stored as _, decode, undo, watermark},
    error::{StoreError, code},
    lease::fence::Purpose,
};

/// `WriteConflict`.
const WRITE_CONFLICT: i32 = 112;
/// So many of them are no chance.
const CONFLICTS: u32 = 8;

pub(super) async fn commit(
    writer: &Writer,
    parent: Option<u64>,
    packed: Packed,
    prune_below: u64,
) -> Result<(), StoreError> {
    let Some(span) = packed.span else { return Ok(()) };
    let began = Instant::now();
    let current = writer.watermark().await?;
    check(writer.chain, parent, &span, current.as_ref())?;
    let mut open = writer.candles.take(current.as_ref());
    open.load(&writer.documents(candles::COLLECTION), writer.key, &packed.candles).await?;
    let loaded = began.elapsed();
    let candles = open.write(writer.key, &packed.candles)?;
    let prepared = prepare(writer.key, &span, current.as_ref(), candles, packed)?;
    let conflicts = AtomicU32::new(0);
    let work = Commit { writer, current, prepared, prune_below, conflicts };
    let prepared = began.elapsed();
    writer.lease.grant().transact(&work).await?;
    let took = began.elapsed();
    tracing::debug!(chain = writer.chain, ?loaded, ?prepared, ?took, "one transaction");
    writer.candles.keep(Watermark { block: span.last, counters: span.after }, open);
    Ok(())
}

struct Commit<'a> {
    writer: &'a Writer,
    current: Option<Watermark>,
    prepared: Prepared,
    prune_below: u64,
    /// Behind the fence so far.
    conflicts: AtomicU32,
}

impl Work for Commit<'_> {
    type Output = ();

    async fn run(&self, session: &mut ClientSession) -> Result<(), StoreError> {
        let Writer { chain, lease, .. } = self.writer;
        // first the fence and the watermark: whoever is second fails before it has written anything
        lease.grant().check(session, Purpose::Write).await?;
        let found = watermark_in(self.writer, session).await?;
        if found != self.current {
            return Err(StoreError::WatermarkMoved {
                chain: *chain,
                expected: describe(self.current.as_ref()),
                found: describe(found.as_ref()),
            });
        }
        self.write(session).await.map_err(|error| self.squeezed(error))
    }
}

impl Commit<'_> {
    async fn write(&self, session: &mut ClientSession) -> Result<(), StoreError> {
        let Writer { database, key, .. } = self.writer;
        let upserts = vec![(watermark::id(*key), self.prepared.watermark.clone())];
        let moved = Images { upserts, deletes: Vec::new() };
        write::images(database, session, watermark::Doc::COLLECTION, &moved).await?;
        for (collection, images) in &self.prepared.images {
            write::images(database, session, collection, images).await?;
        }
        for (collection, documents) in &self.prepared.inserts {
            write::insert(database, session, collection, documents).await?;
        }
        if self.prune_below > 0 {
            let below = doc! { "c": key, "b": Num(self.prune_below).bound() };
            let range = doc! { "$gte": { "c": key }, "$lt": below };
            write::delete_range(database, session, undo::Doc::COLLECTION, &range).await?;
        }
        Ok(())
    }
}

impl Commit<'_> {
    /// Behind the fence nobody else writes these documents. A conflict there, again and again, is the storage engine
    /// that throws the transaction out of a full cache.
    fn squeezed(&self, error: StoreError) -> StoreError {
        let is_conflict = |source: &(dyn std::error::Error + 'static)| {
            source.downcast_ref().and_then(code) == Some(WRITE_CONFLICT)
        };
        match error {
            StoreError::Unavailable { reason, source }
                if is_conflict(source.as_ref())
                    && self.conflicts.fetch_add(1, Ordering::Relaxed) + 1 >= CONFLICTS =>
            {
                StoreError::TooLarge { reason, source }
            }
            other => other,
        }
    }
}

/// The watermark as the transaction sees it.
pub(super) async fn watermark_in(
    writer: &Writer,
    session: &mut ClientSession,
) -> Result<Option<Watermark>, StoreError> {
    let found = writer
        .documents(watermark::Doc::COLLECTION)
        .find_one(doc! { "_id": watermark::id(writer.key) })
        .session(session)
        .await?;
    found.as_deref().map(decode::<watermark::Doc>).transpose()
}
