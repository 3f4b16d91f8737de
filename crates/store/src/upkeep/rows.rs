//! Rows of single blocks, into larger groups.

use bson::{Document, RawDocumentBuf, doc};
use futures::TryStreamExt as _;
use mongodb::options::{Hint, ReadConcern};

use super::{Exchange, Round, corrupt, id_of};
use crate::{
    error::StoreError,
    rows::{APART, BY_GROUP, COLLECTION, GROUP, KINDS, group, merged},
};

/// So many groups are merged although they have fewer rows than a group should have; the result is merged again.
const GROUPS: usize = 32;
/// Chunks per answer of the server.
const ANSWER: u32 = 200;

/// `false`: stop here.
pub(super) async fn compact(round: &mut Round<'_>) -> Result<bool, StoreError> {
    for kind in KINDS {
        let mut from = Some(0);
        while let Some(first) = next_apart(round, kind, from.unwrap_or_default()).await? {
            let run = Run::from(round, kind, first).await?;
            let Some(next) = run.next else {
                // what is left waits for more
                break;
            };
            if !merge(round, kind, run).await? {
                return Ok(false);
            }
            from = Some(next);
        }
    }
    Ok(true)
}

/// The first group from this block on that is to be merged.
async fn next_apart(round: &Round<'_>, kind: i32, from: u64) -> Result<Option<u64>, StoreError> {
    let key = round.writer.key();
    let groups = doc! { "$gte": group(key, kind, from), "$lt": group(key, kind, round.floor) };
    let found = round
        .writer
        .documents(COLLECTION)
        .find_one(doc! { "g": groups, "s": true })
        .sort(doc! { "g": 1 })
        .hint(Hint::Name(APART.to_owned()))
        .read_concern(ReadConcern::majority())
        .await?;
    found.as_ref().map(group_of).transpose()
}

/// Groups that follow each other and are to be merged.
struct Run {
    chunks: Vec<RawDocumentBuf>,
    groups: usize,
    rows: usize,
    /// Where to go on; `None` when it is not worth it yet.
    next: Option<u64>,
}

impl Run {
    async fn from(round: &Round<'_>, kind: i32, first: u64) -> Result<Self, StoreError> {
        let key = round.writer.key();
        // all groups: those of a backfill must not come to lie within one of ours
        let groups = doc! { "$gte": group(key, kind, first), "$lt": group(key, kind, round.floor) };
        let mut found = round
            .writer
            .documents(COLLECTION)
            .find(doc! { "g": groups })
            .sort(doc! { "g": 1 })
            .hint(Hint::Name(BY_GROUP.to_owned()))
            .batch_size(ANSWER)
            .read_concern(ReadConcern::majority())
            .await?;
        let mut run = Self { chunks: Vec::new(), groups: 0, rows: 0, next: None };
        let mut last = None;
        while let Some(raw) = found.try_next().await? {
            let group = group_of(&raw)?;
            if last != Some(group) {
                let foreign = !raw.get_bool("s").unwrap_or_default();
                if foreign || run.rows >= GROUP {
                    run.next = Some(group);
                    return Ok(run);
                }
                (last, run.groups) = (Some(group), run.groups + 1);
            }
            let count = raw.get_i64("n").map_err(|error| broken(&raw, &error))?;
            run.rows += usize::try_from(count).unwrap_or_default();
            run.chunks.push(raw);
        }
        if run.rows >= GROUP || run.groups >= GROUPS {
            run.next = Some(round.floor);
        }
        Ok(run)
    }
}

async fn merge(round: &mut Round<'_>, kind: i32, run: Run) -> Result<bool, StoreError> {
    // at the end of what can be merged, the last group may grow
    let grows = run.rows < GROUP && run.next == Some(round.floor);
    let new = merged(round.writer.key(), kind, &run.chunks, grows)?;
    let gone: Result<Vec<Document>, _> =
        run.chunks.iter().map(|raw| id_of(COLLECTION, raw)).collect();
    let mut exchange = Exchange::new(COLLECTION, round.floor);
    exchange.add(gone?, new);
    round.exchange(exchange).await
}

/// The first block of a chunk's group.
fn group_of(raw: &RawDocumentBuf) -> Result<u64, StoreError> {
    let block = raw.get_document("g").and_then(|group| group.get_i64("b"));
    block.map(i64::cast_unsigned).map_err(|error| broken(raw, &error))
}

fn broken(raw: &RawDocumentBuf, error: &impl std::fmt::Display) -> StoreError {
    corrupt(COLLECTION, raw, &error.to_string())
}
