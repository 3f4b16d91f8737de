//! One block's step: an overlay over the state, discarded on error.

use std::collections::{BTreeMap, HashMap};

use alloy_primitives::Address;

use super::{BlockChanges, Entity, FoldError, Key, State};
use crate::{
    block::BlockRef,
    config::Watch,
    entity::{Counters, Pool, TokenMetadata},
    event::{Event, EventKind, EventMeta},
    ids::PoolId,
    row::{LiquidityEvent, Position, RowMeta, Rows, Swap},
};

/// The step in progress.
pub(super) struct Step<'a> {
    base: &'a State,
    pub(super) block: BlockRef,
    pub(super) watch: &'a Watch,
    pub(super) metadata: &'a HashMap<Address, TokenMetadata>,
    after: BTreeMap<Key, Option<Entity>>,
    pub(super) rows: Rows,
    pub(super) counters: Counters,
}

impl<'a> Step<'a> {
    pub(super) fn new(
        base: &'a State,
        block: BlockRef,
        watch: &'a Watch,
        metadata: &'a HashMap<Address, TokenMetadata>,
    ) -> Self {
        let counters = base.counters;
        Self {
            base,
            block,
            watch,
            metadata,
            after: BTreeMap::new(),
            rows: Rows::default(),
            counters,
        }
    }

    /// Folds one event. Events of contracts that no watched factory made are no business of ours.
    pub(super) fn event(&mut self, event: &Event) -> Result<(), FoldError> {
        let meta = &event.meta;
        let known = match &event.kind {
            EventKind::V2PairCreated { .. }
            | EventKind::V3PoolCreated { .. }
            | EventKind::V4Initialize { .. } => self.create(meta, &event.kind)?,
            EventKind::Erc721Transfer { .. } | EventKind::Erc1155Transfer { .. } => {
                self.nft(meta, &event.kind)?
            }
            EventKind::V2Sync { .. }
            | EventKind::V2Mint { .. }
            | EventKind::V2Burn { .. }
            | EventKind::V2Swap { .. } => self.pair(meta, &event.kind)?,
            _ => self.concentrated(meta, &event.kind)?,
        };
        self.counters.events += u64::from(known);
        Ok(())
    }

    pub(super) fn finish(self) -> BlockChanges {
        let before = self
            .after
            .keys()
            .map(|key| (*key, self.base.entities.get(key).cloned().flatten()))
            .collect();
        BlockChanges {
            block: self.block,
            rows: self.rows,
            before,
            after: self.after,
            counters_before: self.base.counters,
            counters_after: self.counters,
        }
    }

    /// The entity as of the event before this one.
    pub(super) fn get(&self, key: &Key) -> Result<Option<&Entity>, FoldError> {
        match self.after.get(key).or_else(|| self.base.entities.get(key)) {
            Some(image) => Ok(image.as_ref()),
            None => Err(FoldError::NotLoaded(*key)),
        }
    }

    pub(super) fn put(&mut self, entity: Entity) {
        self.after.insert(entity.key(), Some(entity));
    }

    pub(super) fn remove(&mut self, key: Key) {
        self.after.insert(key, None);
    }

    /// A copy of the pool, marked as touched by this block.
    pub(super) fn pool(&self, id: PoolId) -> Result<Option<Pool>, FoldError> {
        Ok(match self.get(&Key::Pool(id))? {
            Some(Entity::Pool(pool)) => {
                Some(Pool { updated_block: self.block.number, ..pool.clone() })
            }
            _ => None,
        })
    }

    pub(super) fn add_swap(&mut self, mut pool: Pool, swap: Swap) {
        pool.swap_count += 1;
        self.counters.swaps += 1;
        self.rows.swaps.push(swap);
        self.put(Entity::Pool(pool));
    }

    pub(super) fn add_liquidity(&mut self, mut pool: Pool, event: LiquidityEvent) {
        pool.liquidity_event_count += 1;
        self.counters.liquidity_events += 1;
        self.rows.liquidity.push(event);
        self.put(Entity::Pool(pool));
    }

    pub(super) const fn row_meta(&self, meta: &EventMeta, item: u32) -> RowMeta {
        RowMeta {
            position: Position { block: self.block.number, log_index: meta.log_index, item },
            timestamp: self.block.timestamp,
            tx_hash: meta.tx_hash,
            tx_index: meta.tx_index,
        }
    }

    pub(super) const fn out_of_range(
        &self,
        what: &'static str,
        key: Key,
        meta: &EventMeta,
    ) -> FoldError {
        FoldError::OutOfRange { what, key, block: self.block.number, log_index: meta.log_index }
    }
}
