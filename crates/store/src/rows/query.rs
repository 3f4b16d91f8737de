//! Pages of rows, newest first.

use alloy_primitives::{Address, B256};
use bson::{Document, RawDocumentBuf, doc};
use domain::{flat::FlatMeta, ids::PoolId, record::Both, row::Position};
use futures::TryStreamExt as _;
use mongodb::{ClientSession, Database, options::Hint};

use super::{COLLECTION, Kept, RawChunk, group, id, of_pool, short};
use crate::{
    documents::end_of,
    error::StoreError,
    reader::plan::{ID, Plan},
};

/// Chunks that the server sends at once, at least and at most: those of newest blocks have few rows each.
const BATCH: (u32, u32) = (32, 128);

/// Which rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// Of this pool.
    pub(crate) pool: Option<PoolId>,
    /// Of this account: it sent the transaction or takes part in the row.
    pub(crate) account: Option<Address>,
    /// Of this transaction.
    pub(crate) transaction: Option<B256>,
    /// At or above this block.
    pub(crate) from_block: Option<u64>,
    /// Below this position.
    pub(crate) before: Option<Position>,
    /// At most so many; `None`: all.
    pub(crate) limit: Option<u32>,
}

impl Selection {
    /// The chunks to look through, in descending order of time. The narrowest index is taken; what it does not know is
    /// compared row by row.
    pub(crate) fn plan<R: Kept>(&self, chain: i64) -> Plan {
        let kind = R::KIND;
        let groups = || {
            let floor = doc! { "c": chain, "t": kind };
            match self.before {
                Some(before) => doc! { "$gte": floor, "$lte": group(chain, kind, before.block) },
                None => doc! { "$gte": floor.clone(), "$lt": end_of(&floor) },
            }
        };
        let (filter, sort, index): (Document, Document, _) =
            if let Some(transaction) = self.transaction {
                let key = short(chain, kind, transaction.as_slice());
                (doc! { "x": key, "g": groups() }, doc! { "g": -1 }, "transaction")
            } else if let Some(account) = self.account {
                let key = short(chain, kind, account.as_slice());
                (doc! { "a": key, "g": groups() }, doc! { "g": -1 }, "account")
            } else if let Some(pool) = self.pool {
                let floor = of_pool(chain, kind, pool);
                let ceiling = match self.before {
                    Some(before) => id(chain, kind, pool, before),
                    None => end_of(&floor),
                };
                (doc! { "_id": { "$gte": floor, "$lt": ceiling } }, doc! { "_id": -1 }, ID)
            } else {
                (doc! { "g": groups() }, doc! { "g": -1 }, "group")
            };
        Plan { collection: COLLECTION, filter, sort, index, limit: None }
    }

    pub(super) fn wants<R: Kept>(&self, pool: PoolId, row: &Both<FlatMeta, R::Own>) -> bool {
        let meta = &row.first;
        let at = Position { block: meta.block, log_index: meta.log_index, item: meta.item };
        self.before.is_none_or(|before| at < before)
            && self.from_block.is_none_or(|from| at.block >= from)
            && self.pool.is_none_or(|wanted| wanted == pool)
            && self.transaction.is_none_or(|wanted| wanted == meta.tx_hash)
    }

    /// Whether a row is of the account: chunks are found by short keys, which others may have, too.
    pub(super) fn is_of_account<R: Kept>(&self, row: &R) -> bool {
        self.account.is_none_or(|account| {
            row.meta().origin == Some(account)
                || row.accounts().contains(&Some(account))
                || row.subject() == Some(account)
        })
    }

    /// The rows, newest first.
    pub(crate) async fn run<R: Kept>(
        &self,
        database: &Database,
        session: &mut ClientSession,
        chain: i64,
    ) -> Result<Vec<R>, StoreError> {
        let limit = self.limit.map_or(usize::MAX, |limit| limit as usize);
        let mut found: Vec<R> = Vec::new();
        if limit == 0 {
            return Ok(found);
        }
        let plan = self.plan::<R>(chain);
        let mut cursor = database
            .collection::<RawDocumentBuf>(plan.collection)
            .find(plan.filter)
            .sort(plan.sort)
            .hint(Hint::Name(plan.index.to_owned()))
            .batch_size(self.limit.map_or(BATCH.1, |limit| (limit / 2).clamp(BATCH.0, BATCH.1)))
            .session(&mut *session)
            .await?;
        let mut chunks = cursor.stream(session);
        let (mut group, disjoint) = (None, plan.index == ID);
        while let Some(raw) = chunks.try_next().await? {
            let chunk = RawChunk::new(&raw)?;
            // chunks of one pool never overlap, those of one group do: it is read to its end
            let ends = disjoint || group != Some(chunk.group);
            if ends && found.len() >= limit {
                break;
            }
            // all that follows is older than a group that began at or below the lowest block
            if ends && group.zip(self.from_block).is_some_and(|(first, from)| first <= from) {
                break;
            }
            group = Some(chunk.group);
            let mut rows = Vec::new();
            chunk.rows::<R>(|row| self.wants::<R>(chunk.pool(), row), &mut rows)?;
            rows.retain(|row| self.is_of_account(row));
            found.append(&mut rows);
        }
        found.sort_unstable_by_key(|row| std::cmp::Reverse(row.meta().position));
        found.truncate(limit);
        Ok(found)
    }
}
