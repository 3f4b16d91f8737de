//! What happened in a run of blocks, of all pools: for readers that take block after block.

use std::{collections::BTreeMap, ops::RangeInclusive};

use bson::{Bson, Document, RawDocument, RawDocumentBuf, doc};
use domain::{
    block::BlockRef,
    entity::Pool,
    fold::Key,
    ids::PoolId,
    row::{LiquidityEvent, Position, Swap},
    version::PoolVersion,
};
use futures::TryStreamExt as _;

use super::{
    Snapshot,
    plan::{ID, Plan},
};
use crate::{
    documents::{Stored, decode_doc, id_prefix, pool, undo},
    error::StoreError,
    history::{self, Chunk, id_document, tagged},
    rows::{Kept, Selection},
};

/// Pools whose versions are looked for by one command.
const POOLS: usize = 1_000;

impl Snapshot {
    /// Swaps of these blocks, ascending; of more than `limit` only the newest are given.
    pub async fn swaps_in(
        &self,
        blocks: RangeInclusive<u64>,
        limit: u32,
    ) -> Result<Vec<Swap>, StoreError> {
        self.rows_in(blocks, limit).await
    }

    /// Liquidity events of these blocks, likewise.
    pub async fn liquidity_in(
        &self,
        blocks: RangeInclusive<u64>,
        limit: u32,
    ) -> Result<Vec<LiquidityEvent>, StoreError> {
        self.rows_in(blocks, limit).await
    }

    /// Pools that were created in these blocks, ascending; of more than `limit` only the oldest are given.
    pub async fn pools_created_in(
        &self,
        blocks: RangeInclusive<u64>,
        limit: u32,
    ) -> Result<Vec<Pool>, StoreError> {
        self.find::<pool::Doc>(created(self.key(), &blocks, limit)).await
    }

    /// These pools as of the last block below the run that changed them, and after each block of it that did, ascending,
    /// with the blocks that made the versions: one command for a thousand pools. Where the history is not kept so far
    /// back a pool's versions begin later, or are none.
    pub async fn pools_in(
        &self,
        pools: &[PoolId],
        blocks: RangeInclusive<u64>,
    ) -> Result<BTreeMap<PoolId, Vec<(u64, PoolVersion)>>, StoreError> {
        let mut found = BTreeMap::new();
        for some in pools.chunks(POOLS) {
            let (database, mut session) = self.parts().await;
            let mut cursor = database
                .collection::<RawDocumentBuf>(history::COLLECTION)
                .aggregate(versions(self.key(), some, &blocks))
                .session(&mut *session)
                .with_type::<RawDocumentBuf>()
                .await?;
            let mut answers = cursor.stream(&mut session);
            while let Some(answer) = answers.try_next().await? {
                let (place, chunks) =
                    answered(&answer).map_err(|error| corrupt(&answer, &error))?;
                let Some(pool) = some.get(place) else { continue };
                let mut versions = Vec::new();
                for raw in chunks {
                    versions_of(&Chunk::new(raw)?, &blocks, &mut versions)?;
                }
                found.insert(*pool, versions);
            }
        }
        Ok(found)
    }

    /// The newest block that nobody can take back any more; `None` while all that is stored can be.
    pub async fn settled(&self) -> Result<Option<BlockRef>, StoreError> {
        let head = Some(doc! { "head": 1 });
        let Some(oldest) = self.raw(oldest_record(self.key()), head).await?.pop() else {
            return Ok(Some(self.block()));
        };
        let part: undo::Doc = decode_doc(undo::Doc::COLLECTION, &oldest)?;
        Ok(part.head().and_then(|(_, below)| below).map(|below| below.block))
    }

    async fn rows_in<R: Kept>(
        &self,
        blocks: RangeInclusive<u64>,
        limit: u32,
    ) -> Result<Vec<R>, StoreError> {
        let before = Position { block: blocks.end().saturating_add(1), log_index: 0, item: 0 };
        let selection = Selection {
            from_block: Some(*blocks.start()),
            before: Some(before),
            limit: Some(limit),
            ..Selection::default()
        };
        let mut rows = self.rows::<R>(&selection).await?;
        rows.reverse();
        Ok(rows)
    }
}

/// Adds what a chunk says: the last version below the blocks, if none is there yet or it is a later one, and all in them.
fn versions_of(
    chunk: &Chunk<'_>,
    blocks: &RangeInclusive<u64>,
    versions: &mut Vec<(u64, PoolVersion)>,
) -> Result<(), StoreError> {
    chunk.each_pool(|at, version| {
        if at < *blocks.start() {
            versions.clear();
        }
        if at <= *blocks.end() {
            versions.push((at, version.clone()));
        }
        at < *blocks.end()
    })
}

fn answered(answer: &RawDocument) -> Result<(usize, Vec<&RawDocument>), bson::error::Error> {
    let place = usize::try_from(answer.get_i64("i")?).unwrap_or(usize::MAX);
    let mut chunks = Vec::new();
    for part in ["below", "within"] {
        for chunk in answer.get_array(part)? {
            chunks.extend(chunk?.as_document());
        }
    }
    Ok((place, chunks))
}

fn corrupt(answer: &RawDocument, error: &bson::error::Error) -> StoreError {
    let id = answer.get_i64("i").map(|place| place.to_string()).unwrap_or_default();
    StoreError::Corrupt { collection: history::COLLECTION, id, why: error.to_string() }
}

/// Of each pool the chunk that holds what was valid before the blocks, and those that begin in them.
fn versions(chain: i64, pools: &[PoolId], blocks: &RangeInclusive<u64>) -> Vec<Document> {
    let below = blocks.start().saturating_sub(1);
    let asked: Vec<Bson> = (0_i64..)
        .zip(pools)
        .map(|(place, pool)| {
            let key = tagged(&Key::Pool(*pool));
            let at = |block| id_document(chain, &key, block);
            doc! { "i": place, "least": at(0), "below": at(below), "last": at(*blocks.end()) }
                .into()
        })
        .collect();
    let lookup = |name: &str, conditions: [Document; 2], rest: Vec<Document>| {
        let mut pipeline = vec![doc! { "$match": { "$expr": { "$and": conditions.to_vec() } } }];
        pipeline.extend(rest);
        doc! { "$lookup": {
            "from": history::COLLECTION,
            "let": { "least": "$q.least", "below": "$q.below", "last": "$q.last" },
            "pipeline": pipeline,
            "as": name,
        } }
    };
    let than = |operator: &str, bound: &str| doc! { operator: ["$_id", bound] };
    vec![
        // any document of the chain: the questions need one to come from
        doc! { "$match": { "_id": id_prefix(&doc! { "c": chain }) } },
        doc! { "$sort": { "_id": 1 } },
        doc! { "$limit": 1 },
        doc! { "$project": { "_id": 0, "q": { "$literal": asked } } },
        doc! { "$unwind": "$q" },
        lookup(
            "below",
            [than("$gte", "$$least"), than("$lte", "$$below")],
            vec![doc! { "$sort": { "_id": -1 } }, doc! { "$limit": 1 }],
        ),
        lookup(
            "within",
            [than("$gt", "$$below"), than("$lte", "$$last")],
            vec![doc! { "$sort": { "_id": 1 } }],
        ),
        doc! { "$project": { "i": "$q.i", "below": 1, "within": 1 } },
    ]
}

fn created(chain: i64, blocks: &RangeInclusive<u64>, limit: u32) -> Plan {
    let bound = |block| pool::created_bound(chain, block, 0);
    let span =
        doc! { "$gte": bound(*blocks.start()), "$lt": bound(blocks.end().saturating_add(1)) };
    Plan {
        collection: pool::Doc::COLLECTION,
        filter: doc! { "created": span },
        sort: doc! { "created": 1 },
        index: "created",
        limit: Some(limit),
    }
}

fn oldest_record(chain: i64) -> Plan {
    let filter = doc! { "_id": id_prefix(&doc! { "c": chain }), "_id.n": 0 };
    Plan {
        collection: undo::Doc::COLLECTION,
        filter,
        sort: doc! { "_id": 1 },
        index: ID,
        limit: Some(1),
    }
}
