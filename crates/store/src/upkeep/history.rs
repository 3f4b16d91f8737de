//! Versions that single blocks made, into larger chunks of their entities.

use bson::{Document, RawDocumentBuf, doc};
use futures::TryStreamExt as _;
use mongodb::options::{Hint, ReadConcern};

use super::{Exchange, Round, corrupt, id_of};
use crate::{
    codec::Num,
    documents::id_prefix,
    error::StoreError,
    history::{APART, COLLECTION, Chunk, Tagged, id_document, repack},
    reader::plan::ID,
};

/// Chunks of one entity that are merged at once.
const AT_ONCE: usize = 1_000;
/// The chunk before is taken along when it has at most so many times the bytes of what is new: so a version is written a
/// few times at most.
const ALONG: usize = 4;
/// Chunks per answer of the server.
const ANSWER: u32 = 500;

/// `false`: stop here.
pub(super) async fn compact(round: &mut Round<'_>) -> Result<bool, StoreError> {
    let key = round.writer.key();
    // at the head most of them are of blocks that can be taken back: those stay at the server
    let below = doc! { "$lt": Num(round.floor).bound() };
    let filter = doc! { "_id": id_prefix(&doc! { "c": key }), "_id.f": below, "s": true };
    let mut found = round
        .writer
        .documents(COLLECTION)
        .find(filter)
        .sort(doc! { "_id": 1 })
        .hint(Hint::Name(APART.to_owned()))
        .batch_size(ANSWER)
        .read_concern(ReadConcern::majority())
        .await?;
    let mut exchange = Exchange::new(COLLECTION, round.floor);
    let mut entity: Option<Apart> = None;
    while let Some(raw) = found.try_next().await? {
        let key = key_of(&raw)?;
        match &mut entity {
            Some(open) if open.key == key && open.chunks.len() < AT_ONCE => open.chunks.push(raw),
            _ => {
                let before = entity.replace(Apart { key, chunks: vec![raw] });
                if !merge(round, &mut exchange, before).await? {
                    return Ok(false);
                }
            }
        }
    }
    if !merge(round, &mut exchange, entity).await? {
        return Ok(false);
    }
    round.exchange(exchange).await
}

/// Chunks of an entity that follow each other.
struct Apart {
    key: Tagged,
    chunks: Vec<RawDocumentBuf>,
}

async fn merge(
    round: &mut Round<'_>,
    exchange: &mut Exchange,
    entity: Option<Apart>,
) -> Result<bool, StoreError> {
    let Some(Apart { key, chunks }) = entity else { return Ok(true) };
    for mut chunks in runs(round, chunks).await? {
        if exchange.is_full() {
            let full = std::mem::replace(exchange, Exchange::new(COLLECTION, round.floor));
            if !round.exchange(full).await? {
                return Ok(false);
            }
        }
        if let Some(before) = before(round, &key, &chunks).await? {
            chunks.insert(0, before);
        }
        let read: Result<Vec<Chunk<'_>>, _> = chunks.iter().map(|raw| Chunk::new(raw)).collect();
        let new = repack(round.writer.key(), &key, &read?, None)?;
        let gone: Result<Vec<Document>, _> =
            chunks.iter().map(|raw| id_of(COLLECTION, raw)).collect();
        exchange.add(gone?, new);
    }
    Ok(true)
}

/// The chunks of an entity, cut where a backfill wrote others in between.
async fn runs(
    round: &Round<'_>,
    chunks: Vec<RawDocumentBuf>,
) -> Result<Vec<Vec<RawDocumentBuf>>, StoreError> {
    let (Some(first), Some(last)) = (chunks.first(), chunks.last()) else { return Ok(Vec::new()) };
    if chunks.len() == 1 {
        return Ok(vec![chunks]);
    }
    let (first, last) = (id_of(COLLECTION, first)?, id_of(COLLECTION, last)?);
    let mut ids = round
        .writer
        .documents(COLLECTION)
        .find(doc! { "_id": { "$gte": first, "$lte": last } })
        .sort(doc! { "_id": 1 })
        .projection(doc! { "_id": 1 })
        .hint(Hint::Name(ID.to_owned()))
        .read_concern(ReadConcern::majority())
        .await?;
    let (mut runs, mut run) = (Vec::new(), Vec::new());
    let mut chunks = chunks.into_iter().peekable();
    while let Some(found) = ids.try_next().await? {
        let found = id_of(COLLECTION, &found)?;
        let ours = chunks.peek().map(|raw| id_of(COLLECTION, raw)).transpose()?;
        if ours == Some(found) {
            run.extend(chunks.next());
        } else if !run.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
    }
    runs.push(run);
    Ok(runs)
}

/// The entity's chunk before these, if it is small.
async fn before(
    round: &Round<'_>,
    key: &Tagged,
    chunks: &[RawDocumentBuf],
) -> Result<Option<RawDocumentBuf>, StoreError> {
    let Some(first) = chunks.first() else { return Ok(None) };
    let chain = round.writer.key();
    let (least, most) = (id_document(chain, key, 0), id_of(COLLECTION, first)?);
    let found = round
        .writer
        .documents(COLLECTION)
        .find_one(doc! { "_id": { "$gte": least, "$lt": most } })
        .sort(doc! { "_id": -1 })
        .hint(Hint::Name(ID.to_owned()))
        .read_concern(ReadConcern::majority())
        .await?;
    let bytes: usize = chunks.iter().map(|raw| raw.as_bytes().len()).sum();
    Ok(found.filter(|raw| raw.as_bytes().len() <= bytes.saturating_mul(ALONG)))
}

/// The entity of a chunk.
pub(super) fn key_of(raw: &RawDocumentBuf) -> Result<Tagged, StoreError> {
    let parts = || -> Result<_, bson::error::Error> {
        let id = raw.get_document("_id")?;
        Ok(Tagged { tag: id.get_i32("t")?, bytes: id.get_binary("k")?.bytes.to_vec() })
    };
    parts().map_err(|error| corrupt(COLLECTION, raw, &error.to_string()))
}
