//! An index, read through the store as services read it.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use domain::{
    entity::Pool,
    fold::{Entity, EntityType, Key},
    row::{LiquidityEvent, Swap},
};
use sooho::config::ChainConfig;
use store::{PoolQuery, RowQuery, Snapshot, Store};

/// More than there is of anything.
const ALL: u32 = 1_000_000;

/// An index and its newest block.
pub(super) struct Index {
    snapshot: Snapshot,
    /// Its newest block.
    pub(super) head: u64,
    /// What was indexed.
    pub(super) config: ChainConfig,
}

impl Index {
    pub(super) async fn open(store: &Store, config: ChainConfig) -> Result<Self> {
        let snapshot = store.reader().snapshot(config.id).await?.context("nothing is indexed")?;
        let mark = store.reader().watermark(config.id).await?.context("nothing is indexed")?;
        Ok(Self { snapshot, head: mark.block.number, config })
    }

    /// An entity as of a block.
    pub(super) async fn entity(&self, key: &Key, block: u64) -> Result<Option<Entity>> {
        Ok(self.snapshot.entity_at(key, block).await?)
    }

    /// The same, as its type.
    pub(super) async fn at<T: EntityType + Clone>(
        &self,
        key: Key,
        block: u64,
    ) -> Result<Option<T>> {
        let Some(entity) = self.entity(&key, block).await? else { return Ok(None) };
        T::of(&entity).cloned().map(Some).with_context(|| format!("{key:?} is something else"))
    }

    /// All pools as of now.
    pub(super) async fn pools(&self) -> Result<Vec<Pool>> {
        let query = PoolQuery { limit: ALL, ..PoolQuery::default() };
        Ok(self.snapshot.pools(&query).await?)
    }

    /// All swaps, oldest first.
    pub(super) async fn swaps(&self) -> Result<Vec<Swap>> {
        let mut rows = self.snapshot.swaps(&RowQuery { limit: ALL, ..RowQuery::default() }).await?;
        rows.reverse();
        Ok(rows)
    }

    /// All liquidity events, oldest first.
    pub(super) async fn liquidity(&self) -> Result<Vec<LiquidityEvent>> {
        let mut rows =
            self.snapshot.liquidity(&RowQuery { limit: ALL, ..RowQuery::default() }).await?;
        rows.reverse();
        Ok(rows)
    }

    /// Pools, their ticks, tokens, totals and accounts.
    pub(super) async fn keys(&self) -> Result<BTreeSet<Key>> {
        let mut keys = BTreeSet::new();
        for pool in self.pools().await? {
            keys.extend([Key::Pool(pool.id), Key::Factory(pool.factory)]);
            for token in [pool.token0, pool.token1] {
                keys.extend([Key::Token(token), Key::TokenFigures(pool.factory, token)]);
            }
            let ticks = self.snapshot.ticks(pool.id).await?;
            keys.extend(ticks.iter().map(|tick| Key::Tick(pool.id, tick.index)));
        }
        keys.extend(self.swaps().await?.iter().filter_map(|row| row.meta.origin).map(Key::Account));
        Ok(keys)
    }
}
