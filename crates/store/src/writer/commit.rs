//! Storing a batch.

use std::sync::atomic::{AtomicU32, Ordering};

use bson::doc;
use domain::fold::BlockChanges;
use mongodb::ClientSession;

use super::{
    Batch, Packed, Watermark, Writer, describe,
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
const CONFLICTS: u32 = 3;

pub(super) async fn commit(
    writer: &Writer,
    batch: &Batch<'_>,
    packed: Packed,
) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (batch.blocks.first(), batch.blocks.last()) else {
        return Ok(());
    };
    let current = writer.watermark().await?;
    check(writer.chain, batch, first, current.as_ref())?;
    check_counters(batch, first, current.as_ref())?;
    packed.check(batch)?;
    let mut open = writer.candles.take(current.as_ref());
    open.load(&writer.documents(candles::COLLECTION), writer.key, batch.blocks).await?;
    let candles = open.write(writer.key, batch)?;
    let prepared = prepare(writer.key, batch, last, current.as_ref(), candles, packed)?;
    let prune_below = batch.prune_undo_below;
    writer
        .lease
        .grant()
        .transact(&Commit { writer, current, prepared, prune_below, conflicts: AtomicU32::new(0) })
        .await?;
    writer.candles.keep(Watermark { block: last.block, counters: last.counters_after }, open);
    Ok(())
}

/// The counters run on from where they stand.
fn check_counters(
    batch: &Batch<'_>,
    first: &BlockChanges,
    current: Option<&Watermark>,
) -> Result<(), StoreError> {
    let stands = current.map(|current| current.counters).unwrap_or_default();
    let mut pairs = batch.blocks.iter().zip(batch.blocks.iter().skip(1));
    if first.counters_before == stands && pairs.all(|(a, b)| a.counters_after == b.counters_before)
    {
        return Ok(());
    }
    Err(StoreError::InvalidBatch {
        why: "its counters do not continue those of the watermark".to_owned(),
    })
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
