//! One block's step: what each event asks of the state.

use std::collections::HashMap;

use alloy_primitives::Address;

use super::{Entity, EntityType, FoldError, Key, State, candle::Candles, growth::Insides, v2};
use crate::{
    block::{Block, BlockRef},
    config::{Dex, Watch},
    contract::ContractLog,
    decimal::Decimal,
    entity::{Counters, Pool, TokenMetadata},
    event::{Event, EventKind, EventMeta},
    ids::PoolId,
    row::{ContractEvent, LiquidityEvent, Position, RowMeta, Rows, Swap},
};

/// The step in progress.
pub(super) struct Step<'a> {
    state: &'a mut State,
    pub(super) source: &'a Block,
    pub(super) block: BlockRef,
    pub(super) watch: &'a Watch,
    pub(super) metadata: &'a HashMap<Address, TokenMetadata>,
    pub(super) rows: Rows,
    pub(super) counters: Counters,
    pub(super) pair_lists: v2::Lists,
    pub(super) candles: Candles,
    pub(super) insides: Insides,
}

impl<'a> Step<'a> {
    pub(super) fn new(
        state: &'a mut State,
        source: &'a Block,
        watch: &'a Watch,
        metadata: &'a HashMap<Address, TokenMetadata>,
    ) -> Self {
        let counters = state.counters();
        Self {
            state,
            source,
            block: source.header,
            watch,
            metadata,
            rows: Rows::default(),
            counters,
            pair_lists: v2::Lists::default(),
            candles: Candles::default(),
            insides: Insides::default(),
        }
    }

    /// Folds the block: first the events of contracts known before it, then those of contracts that it brought, each in
    /// log order. The order decides prices, and the reference has this one.
    pub(super) fn run(&mut self) -> Result<(), FoldError> {
        let source = self.source;
        let mut second = Vec::new();
        for event in &source.events {
            if self.is_of_new_pool(event) {
                second.push(event);
            } else {
                self.event(event)?;
            }
        }
        second.into_iter().try_for_each(|event| self.event(event))?;
        self.take_insides()?;
        self.rows.pair_liquidity.extend(std::mem::take(&mut self.pair_lists).into_rows());
        self.rows.candles = std::mem::take(&mut self.candles).into_steps();
        Ok(())
    }

    /// Whether a pool contract that this very block created speaks. V4's pools speak through their manager, which is old.
    fn is_of_new_pool(&self, event: &Event) -> bool {
        let key = Key::Pool(PoolId::Contract(event.meta.address));
        matches!(self.state.get(&key), Some(Entity::Pool(pool)) if pool.created.block == self.block.number)
    }

    /// Folds one event. Events of contracts that no watched factory made are no business of ours.
    fn event(&mut self, event: &Event) -> Result<(), FoldError> {
        let meta = &event.meta;
        let known = match &event.kind {
            EventKind::V2PairCreated { .. }
            | EventKind::V3PoolCreated { .. }
            | EventKind::V4Initialize { .. } => self.create(meta, &event.kind)?,
            EventKind::Erc721Transfer { .. } => {
                // a position manager may be watched as a collection, too
                let position = self.position(meta, &event.kind)?;
                self.nft(meta, &event.kind)? || position
            }
            EventKind::Erc1155Transfer { .. } => self.nft(meta, &event.kind)?,
            EventKind::PositionIncreased { .. }
            | EventKind::PositionDecreased { .. }
            | EventKind::PositionCollected { .. }
            | EventKind::PositionSubscribed { .. }
            | EventKind::PositionUnsubscribed { .. } => self.position(meta, &event.kind)?,
            EventKind::V4ModifyLiquidity { .. } => {
                let known = self.concentrated(meta, &event.kind)?;
                if known {
                    self.v4_position_changed(meta, &event.kind)?;
                }
                known
            }
            EventKind::V2Sync { .. }
            | EventKind::V2Transfer { .. }
            | EventKind::V2Mint { .. }
            | EventKind::V2Burn { .. }
            | EventKind::V2Swap { .. } => self.pair(meta, &event.kind)?,
            EventKind::Contract(log) => {
                let (meta, address) = (self.row_meta(meta, 0), meta.address);
                let row = ContractEvent { meta, address, log: ContractLog::clone(log) };
                self.rows.contract_events.push(row);
                true
            }
            _ => self.concentrated(meta, &event.kind)?,
        };
        self.counters.events += u64::from(known);
        Ok(())
    }

    /// The entity as it was saved last.
    pub(super) fn get(&self, key: &Key) -> Result<Option<&Entity>, FoldError> {
        self.state.image(key)
    }

    /// The same, as its type. A key of another type has no such entity.
    pub(super) fn find<T: EntityType>(&self, key: &Key) -> Result<Option<&T>, FoldError> {
        Ok(self.state.image(key)?.and_then(T::of))
    }

    /// Changes an entity in place; one that does not exist begins with its defaults.
    pub(super) fn change<T: EntityType + Default>(
        &mut self,
        key: &Key,
        change: impl FnOnce(&mut T),
    ) -> Result<(), FoldError> {
        self.change_or_make(key, T::default, |value, _| change(value)).map(|_| ())
    }

    /// Changes an entity in place, or makes one and changes that; `change` is told whether it is new.
    pub(super) fn change_or_make<T: EntityType, R>(
        &mut self,
        key: &Key,
        make: impl FnOnce() -> T,
        change: impl FnOnce(&mut T, bool) -> R,
    ) -> Result<Option<R>, FoldError> {
        let image = self.state.image_mut(key)?;
        let new = image.is_none();
        let image = image.get_or_insert_with(|| make().into());
        Ok(T::of_mut(image).map(|value| change(value, new)))
    }

    /// Changes a pool that exists in place, and marks it as touched by this block.
    pub(super) fn change_pool<R>(
        &mut self,
        id: PoolId,
        change: impl FnOnce(&mut Pool) -> R,
    ) -> Result<Option<R>, FoldError> {
        let number = self.block.number;
        let image = self.state.image_mut(&Key::Pool(id))?;
        Ok(image.as_mut().and_then(Pool::of_mut).map(|pool| {
            pool.updated_block = number;
            change(pool)
        }))
    }

    /// Saves an image: whoever loads the entity from now on sees it.
    pub(super) fn save(&mut self, key: Key, image: impl Into<Entity>) {
        self.state.replace(key, Some(image.into()));
    }

    pub(super) fn remove(&mut self, key: Key) {
        self.state.replace(key, None);
    }

    /// The DEX a pool belongs to.
    pub(super) fn dex_of(&self, pool: &Pool) -> Option<&'a Dex> {
        self.watch.dex(pool.factory)
    }

    /// Counts a swap and keeps its row; the pool has counted it.
    pub(super) fn keep_swap(&mut self, swap: Swap, tracked: Decimal) -> Result<(), FoldError> {
        self.counters.swaps += 1;
        self.account_swapped(&swap.meta, tracked)?;
        self.rows.swaps.push(swap);
        Ok(())
    }

    /// Counts a liquidity event and keeps its row; the pool has counted it.
    pub(super) fn keep_liquidity(&mut self, event: LiquidityEvent) -> Result<(), FoldError> {
        self.counters.liquidity_events += 1;
        self.account_moved_liquidity(&event.meta)?;
        self.rows.liquidity.push(event);
        Ok(())
    }

    pub(super) fn row_meta(&self, meta: &EventMeta, item: u32) -> RowMeta {
        let sender = self.source.sender(meta.tx_index);
        RowMeta {
            position: Position { block: self.block.number, log_index: meta.log_index, item },
            timestamp: self.block.timestamp,
            tx_hash: meta.tx_hash,
            tx_index: meta.tx_index,
            origin: sender.map(|sender| sender.from),
            gas_price: sender.map(|sender| sender.gas_price),
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
