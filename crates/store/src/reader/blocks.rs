//! What the store knows of blocks below its newest: those that a reorg can take back.

use bson::{Document, RawDocumentBuf, doc};
use domain::{block::BlockRef, entity::Counters};

use super::{
    Snapshot,
    plan::{ID, Plan},
};
use crate::{
    codec::Num,
    documents::{decode_doc, id_prefix, undo},
    error::StoreError,
};

impl Snapshot {
    /// The block at a height and the running counts as of it, where they are known: of the newest block, and of those
    /// above which every block can still be taken back.
    pub async fn mark_at(&self, number: u64) -> Result<Option<(BlockRef, Counters)>, StoreError> {
        let newest = self.block();
        if number >= newest.number {
            return Ok((number == newest.number).then(|| (newest, self.counters())));
        }
        // the record of the block above says what was below it
        let plan = record(self.key(), number + 1);
        let found = self.raw(plan, Some(heads())).await?;
        let Some(raw) = found.first() else { return Ok(None) };
        let (_, below) = head(raw)?.unzip();
        let below = below.flatten().filter(|below| below.block.number == number);
        Ok(below.map(|below| (below.block, below.counters)))
    }

    /// The newest block that is not younger than a time in Unix seconds, if it is among those whose undo records are kept.
    pub async fn block_at(&self, timestamp: u64) -> Result<Option<BlockRef>, StoreError> {
        let newest = self.block();
        if newest.timestamp <= timestamp {
            return Ok(Some(newest));
        }
        let found = self.raw(not_younger(self.key(), timestamp), Some(heads())).await?;
        let Some(raw) = found.first() else { return Ok(None) };
        Ok(head(raw)?.map(|(block, _)| block))
    }
}

/// What a record's first part says of its block and of the one below.
type Head = (BlockRef, Option<crate::Watermark>);

fn head(raw: &RawDocumentBuf) -> Result<Option<Head>, StoreError> {
    Ok(decode_doc::<undo::Doc>(undo::Doc::COLLECTION, raw)?.head())
}

fn heads() -> Document {
    doc! { "head": 1 }
}

fn record(chain: i64, block: u64) -> Plan {
    let mut id = undo::id_prefix(chain, block);
    id.insert("n", 0_i64);
    by_id(doc! { "_id": id })
}

pub(super) fn not_younger(chain: i64, timestamp: u64) -> Plan {
    by_id(doc! {
        "_id": id_prefix(&doc! { "c": chain }), "_id.n": 0,
        "head.block.t": { "$lte": Num(timestamp).bound() },
    })
}

fn by_id(filter: Document) -> Plan {
    let sort = doc! { "_id": -1 };
    Plan { collection: undo::Doc::COLLECTION, filter, sort, index: ID, limit: Some(1) }
}
