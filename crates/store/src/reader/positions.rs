//! Positions that are tokens, and their rows.

use std::sync::Arc;

use alloy_primitives::{Address, U256};
use bson::{Document, RawDocumentBuf, doc};
use domain::{
    figures::NftPosition,
    fold::{Entity, EntityType as _, Key},
    ids::PoolId,
    row::{Position, PositionEvent, PositionSnapshot, token_key},
};

use super::{
    RowQuery, Snapshot,
    plan::{ID, Plan, range},
};
use crate::{
    codec::{Addr, Pid},
    documents::{
        end_of,
        figures::{self, NFT_POSITIONS, nft_position},
        id_prefix,
    },
    error::StoreError,
    rows::{Kept, Selection},
};

/// Which position: by manager and token id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PositionId {
    /// The position's manager.
    pub manager: Address,
    /// The token.
    pub token_id: U256,
}

/// Whose positions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum PositionsOf {
    /// Everybody's.
    #[default]
    All,
    /// Of this owner.
    Owner(Address),
    /// In this pool.
    Pool(PoolId),
}

/// Which positions; by manager and token id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct PositionQuery {
    /// Whose.
    pub of: PositionsOf,
    /// Of this manager only.
    pub manager: Option<Address>,
    /// Continue after this position.
    pub after: Option<PositionId>,
    /// At most so many.
    pub limit: u32,
}

impl PositionId {
    /// The entity's key, for reading it as of a block.
    #[must_use]
    pub const fn key(&self) -> Key {
        Key::NftPosition(self.manager, self.token_id)
    }
}

impl Snapshot {
    /// Positions, by manager and token id.
    pub async fn positions(
        &self,
        query: &PositionQuery,
    ) -> Result<Vec<(PositionId, NftPosition)>, StoreError> {
        if query.limit == 0 {
            return Ok(Vec::new());
        }
        self.run(plan(self.key(), query)).await
    }

    /// A position.
    pub async fn position(&self, id: PositionId) -> Result<Option<NftPosition>, StoreError> {
        Ok(self.run(by_id(self.key(), id)).await?.pop().map(|(_, position)| position))
    }

    /// A position as it was after a block.
    pub async fn position_at(
        &self,
        id: PositionId,
        block: u64,
    ) -> Result<Option<NftPosition>, StoreError> {
        let entity = self.entity_at(&id.key(), block).await?;
        Ok(entity.as_ref().and_then(NftPosition::of).cloned())
    }

    /// Snapshots of V3 positions, newest first.
    pub async fn position_snapshots(
        &self,
        query: &RowQuery,
    ) -> Result<Vec<PositionSnapshot>, StoreError> {
        self.rows(&query.into()).await
    }

    /// Snapshots of one V3 position, newest first, below a place in the chain.
    pub async fn snapshots_of(
        &self,
        id: PositionId,
        before: Option<Position>,
        limit: u32,
    ) -> Result<Vec<PositionSnapshot>, StoreError> {
        let is_its =
            |row: &PositionSnapshot| row.manager == id.manager && row.token_id == id.token_id;
        self.rows_of(of_token(id, before), limit, is_its).await
    }

    /// Transfers and subscriptions of V4 positions, newest first. The query's pool is their manager's contract.
    pub async fn position_events(
        &self,
        query: &RowQuery,
    ) -> Result<Vec<PositionEvent>, StoreError> {
        self.rows(&query.into()).await
    }

    /// The same of one position.
    pub async fn events_of(
        &self,
        id: PositionId,
        before: Option<Position>,
        limit: u32,
    ) -> Result<Vec<PositionEvent>, StoreError> {
        let is_its = |row: &PositionEvent| row.manager == id.manager && row.token_id == id.token_id;
        self.rows_of(of_token(id, before), limit, is_its).await
    }

    /// Rows of a position, page by page: what is listed like it and is not its own does not count.
    async fn rows_of<R: Kept>(
        &self,
        mut selection: Selection,
        limit: u32,
        is_its: impl Fn(&R) -> bool + Send + Sync,
    ) -> Result<Vec<R>, StoreError> {
        let mut found = Vec::new();
        selection.limit = Some(limit);
        loop {
            let page: Vec<R> = self.rows(&selection).await?;
            let whole = page.len() == limit as usize;
            selection.before = page.last().map(|row| row.meta().position);
            found.extend(page.into_iter().filter(|row| is_its(row)));
            if !whole || found.len() >= limit as usize {
                found.truncate(limit as usize);
                return Ok(found);
            }
        }
    }

    async fn run(&self, plan: Plan) -> Result<Vec<(PositionId, NftPosition)>, StoreError> {
        positions(&self.raw(plan, None).await?)
    }
}

/// What documents of positions hold.
pub(super) fn positions(
    found: &[RawDocumentBuf],
) -> Result<Vec<(PositionId, NftPosition)>, StoreError> {
    let mut positions = Vec::with_capacity(found.len());
    for raw in found {
        if let (Key::NftPosition(manager, token_id), Entity::NftPosition(position)) =
            figures::decode(NFT_POSITIONS, raw)?
        {
            positions.push((PositionId { manager, token_id }, Arc::unwrap_or_clone(position)));
        }
    }
    Ok(positions)
}

/// The rows listed under a token, and of strangers whose ids end alike.
pub(super) fn of_token(id: PositionId, before: Option<Position>) -> Selection {
    Selection { account: Some(token_key(id.token_id)), before, ..Selection::default() }
}

pub(super) fn plan(chain: i64, query: &PositionQuery) -> Plan {
    // below the manager's own nothing is skipped
    let after = query.after.filter(|after| query.manager.is_none_or(|it| it <= after.manager));
    let after = after.map(|after| nft_position(chain, after.manager, after.token_id));
    let ids = match query.manager {
        Some(manager) => {
            let prefix = doc! { "c": chain, "f": Addr(manager) };
            match after {
                Some(after) => doc! { "$gt": after, "$lt": end_of(&prefix) },
                None => id_prefix(&prefix),
            }
        }
        None => range(chain, true, after),
    };
    let (filter, index): (Document, _) = match query.of {
        PositionsOf::All => (doc! { "_id": ids }, ID),
        PositionsOf::Owner(owner) => (doc! { "owner": Addr(owner), "_id": ids }, "owner"),
        PositionsOf::Pool(pool) => (doc! { "pool": Pid(pool), "_id": ids }, "pool"),
    };
    let limit = Some(query.limit);
    Plan { collection: NFT_POSITIONS, filter, sort: doc! { "_id": 1 }, index, limit }
}

pub(super) fn by_id(chain: i64, id: PositionId) -> Plan {
    Plan {
        collection: NFT_POSITIONS,
        filter: doc! { "_id": nft_position(chain, id.manager, id.token_id) },
        sort: doc! { "_id": 1 },
        index: ID,
        limit: Some(1),
    }
}
