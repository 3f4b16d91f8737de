//! What an audit reads beyond what the services read.

use alloy_primitives::{Address, U256};
use bson::{Document, RawDocumentBuf, doc};
use domain::{
    block::BlockRef,
    entity::{NftBalance, Tick},
    ids::PoolId,
    row::{LiquidityEvent, Swap},
};
use futures::TryStreamExt as _;
use mongodb::options::Hint;

use super::{
    Past, Snapshot,
    lists::BATCH,
    plan::{ID, Plan},
};
use crate::{
    codec::{Num, Pid},
    documents::{Stored, decode_doc, end_of, id_prefix, nft_balance, nft_transfer, tick, undo},
    error::StoreError,
};

/// Rows of a span of blocks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// Swaps.
    pub swaps: u64,
    /// Liquidity events.
    pub liquidity: u64,
    /// NFT transfers, one per token id of a batch.
    pub nft_transfers: u64,
}

impl Snapshot {
    /// The ticks of a pool, by index.
    pub async fn ticks(&self, pool: PoolId) -> Result<Vec<Tick>, StoreError> {
        self.find::<tick::Doc>(ticks(self.key(), pool)).await
    }

    /// The balances with these keys that exist, by key.
    pub async fn nft_balances_by_keys(
        &self,
        keys: &[(Address, U256, Address)],
    ) -> Result<Vec<NftBalance>, StoreError> {
        self.find::<nft_balance::Doc>(balances(self.key(), keys)).await
    }

    /// The newest blocks that can be taken back, newest first.
    pub async fn recent_blocks(&self, limit: u32) -> Result<Vec<BlockRef>, StoreError> {
        let plan = recent(self.key(), limit);
        let mut found = Vec::new();
        for raw in self.raw(plan, Some(doc! { "head": 1 })).await? {
            let part: undo::Doc = decode_doc(undo::Doc::COLLECTION, &raw)?;
            found.extend(part.block());
        }
        Ok(found)
    }

    /// How many rows these blocks have, both ends included.
    pub async fn row_counts(&self, from: u64, to: u64) -> Result<RowCounts, StoreError> {
        Ok(RowCounts {
            swaps: self.count_rows::<Swap>(from, to).await?,
            liquidity: self.count_rows::<LiquidityEvent>(from, to).await?,
            nft_transfers: self.rows_of_blocks(nft_transfer::Doc::COLLECTION, from, to).await?,
        })
    }

    /// What is known of the chain as of an older block, from the undo records; `None` below them.
    pub async fn past(&self, block: u64) -> Result<Option<Past>, StoreError> {
        let newest = self.block();
        let mut past = Past::at(newest);
        if block >= newest.number {
            return Ok(Some(past));
        }
        let parts = self.raw(since(self.key(), block), None).await?;
        let parts: Result<Vec<undo::Doc>, _> =
            parts.iter().map(|raw| decode_doc(undo::Doc::COLLECTION, raw)).collect();
        // ascending: the first image of an entity is the oldest, and that is how it was
        let mut seen = 0;
        for part in parts? {
            seen += 1;
            past.learn(part)?;
        }
        Ok((seen > 0 && past.block.number == block).then_some(past))
    }

    async fn rows_of_blocks(
        &self,
        collection: &str,
        from: u64,
        to: u64,
    ) -> Result<u64, StoreError> {
        self.count_documents(collection, doc! { "_id": span(self.key(), from, to) }).await
    }

    /// Runs a plan and gives the documents as they are.
    pub(super) async fn raw(
        &self,
        plan: Plan,
        projection: Option<Document>,
    ) -> Result<Vec<RawDocumentBuf>, StoreError> {
        let (database, mut session) = self.parts().await;
        let collection = database.collection::<RawDocumentBuf>(plan.collection);
        let mut find = collection
            .find(plan.filter)
            .sort(plan.sort)
            .hint(Hint::Name(plan.index.to_owned()))
            .session(&mut *session);
        if let Some(projection) = projection {
            find = find.projection(projection);
        }
        find = match plan.limit {
            Some(limit) => find.limit(i64::from(limit)),
            // in as few messages as they fit into
            None => find.batch_size(BATCH),
        };
        let mut cursor = find.await?;
        Ok(cursor.stream(&mut session).try_collect().await?)
    }
}

pub(super) fn ticks(chain: i64, pool: PoolId) -> Plan {
    let filter = doc! { "_id": id_prefix(&doc! { "c": chain, "p": Pid(pool) }) };
    by_id(tick::Doc::COLLECTION, filter, 1, None)
}

pub(super) fn balances(chain: i64, keys: &[(Address, U256, Address)]) -> Plan {
    let ids: Vec<_> = keys.iter().map(|(a, t, o)| nft_balance::id(chain, *a, *t, *o)).collect();
    by_id(nft_balance::Doc::COLLECTION, doc! { "_id": { "$in": ids } }, 1, None)
}

/// The first parts, which name their block. Records of more than one part are rare: the others are skipped.
pub(super) fn recent(chain: i64, limit: u32) -> Plan {
    let filter = doc! { "_id": id_prefix(&doc! { "c": chain }), "_id.n": 0 };
    by_id(undo::Doc::COLLECTION, filter, -1, Some(limit))
}

/// The records of all blocks above this one.
pub(super) fn since(chain: i64, block: u64) -> Plan {
    let above = end_of(&doc! { "c": chain, "b": Num(block).bound() });
    let filter = doc! { "_id": { "$gt": above, "$lt": end_of(&doc! { "c": chain }) } };
    by_id(undo::Doc::COLLECTION, filter, 1, None)
}

/// Ids of rows in these blocks.
fn span(chain: i64, from: u64, to: u64) -> Document {
    let (from, to) = (Num(from).bound(), Num(to).bound());
    doc! { "$gte": { "c": chain, "b": from }, "$lt": end_of(&doc! { "c": chain, "b": to }) }
}

fn by_id(collection: &'static str, filter: Document, order: i32, limit: Option<u32>) -> Plan {
    Plan { collection, filter, sort: doc! { "_id": order }, index: ID, limit }
}
