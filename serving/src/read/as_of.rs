//! The block that an answer speaks of: the newest, or an older one that the request names (`asOf`).

use std::sync::Arc;

use api_kit::{parse, problem::Problem, scope::Scope};
use domain::{
    block::BlockRef,
    entity::{Counters, Pool},
    fold::{EntityType, Key},
    ids::{ChainId, PoolId},
};
use store::Snapshot;

use crate::{
    deps::{ChainDeps, Deps},
    hot::Hot,
};

mod find;
mod start;

pub(crate) use self::start::start;

/// Which block a request means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum AsOf {
    /// The one at this height.
    Block(u64),
    /// The newest one that is not younger than this Unix time in seconds.
    Timestamp(u64),
}

impl AsOf {
    /// As a query string says it.
    pub(crate) fn parse(
        block: Option<&str>,
        timestamp: Option<&str>,
    ) -> Result<Option<Self>, Problem> {
        let number = |field, text| parse::uint64("AS_OF_INVALID", field, text);
        match (block, timestamp) {
            (None, None) => Ok(None),
            (Some(text), None) => Ok(Some(Self::Block(number("asOfBlock", text)?))),
            (None, Some(text)) => Ok(Some(Self::Timestamp(number("asOfTimestamp", text)?))),
            (Some(_), Some(_)) => Err(Problem::bad_request(
                "AS_OF_INVALID",
                "give `asOfBlock` or `asOfTimestamp`, not both",
            )),
        }
    }
}

/// A block below the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Older {
    block: BlockRef,
    /// What was counted up to it, where that is known.
    counters: Option<Counters>,
}

/// A chain as of the block of the answer.
#[derive(Debug, Clone)]
pub(crate) struct At {
    snapshot: Arc<Snapshot>,
    hot: Hot,
    older: Option<Older>,
    /// Whether the request names the block.
    named: bool,
}

impl At {
    /// The chain at the block that is meant; the newest where none is named.
    ///
    /// # Errors
    /// `BLOCK_IN_FUTURE`, `BLOCK_BEFORE_START`, and those of [`Scope::at`] and of the node.
    pub(crate) async fn open(
        scope: &Scope,
        (chain, deps): (ChainId, &ChainDeps),
        as_of: Option<AsOf>,
    ) -> Result<Self, Problem> {
        let snapshot = scope.at(chain).await?;
        let older = match as_of {
            Some(as_of) => find::older(&snapshot, deps, as_of).await?,
            None => None,
        };
        Ok(Self { snapshot, hot: deps.book.hot().clone(), older, named: as_of.is_some() })
    }

    /// The same for a request of its own.
    pub(crate) async fn of(
        deps: &Deps,
        chain: (ChainId, &ChainDeps),
        as_of: Option<AsOf>,
    ) -> Result<Self, Problem> {
        Self::open(&Scope::new(deps.reader.clone()), chain, as_of).await
    }

    /// What is stored.
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// What of it is in memory.
    pub(crate) const fn hot(&self) -> &Hot {
        &self.hot
    }

    /// The block of the answer.
    pub(crate) fn block(&self) -> BlockRef {
        self.older.map_or_else(|| self.snapshot.block(), |older| older.block)
    }

    /// The block of the answer, if it is not the newest.
    pub(crate) fn older(&self) -> Option<BlockRef> {
        self.older.map(|older| older.block)
    }

    /// The block of the answer, if the request names it, be it the newest.
    pub(crate) fn named_block(&self) -> Option<BlockRef> {
        self.named.then(|| self.block())
    }

    /// Its height, if it is not the newest.
    pub(crate) fn past(&self) -> Option<u64> {
        self.older.map(|older| older.block.number)
    }

    /// Its height, if the request names it, be it the newest: what cursors belong to.
    pub(crate) fn named(&self) -> Option<u64> {
        self.named_block().map(|block| block.number)
    }

    /// Running counts as of the block; of blocks that nobody can take back any more they are not known.
    pub(crate) fn counters(&self) -> Option<Counters> {
        self.older.map_or_else(|| Some(self.snapshot.counters()), |older| older.counters)
    }

    /// Refuses what is known of the newest block alone.
    ///
    /// # Errors
    /// `AS_OF_UNSUPPORTED`.
    pub(crate) fn only_now(&self, why: &str) -> Result<(), Problem> {
        if self.older.is_none() {
            return Ok(());
        }
        Err(Problem::unprocessable(
            "AS_OF_UNSUPPORTED",
            format!("`asOf` cannot be answered: {why}"),
        ))
    }

    /// Pools of now as they were at the block; those that existed.
    pub(crate) async fn pools_then(&self, pools: Vec<Pool>) -> Result<Vec<Pool>, Problem> {
        match self.past() {
            Some(block) => Ok(self.snapshot.pools_at(pools, block).await?),
            None => Ok(pools),
        }
    }

    /// These pools; those that existed.
    pub(crate) async fn pools(&self, ids: &[PoolId]) -> Result<Vec<Arc<Pool>>, Problem> {
        let Some(block) = self.past() else {
            return Ok(self.hot.pools_by_ids(&self.snapshot, ids).await?);
        };
        let then = self.snapshot.pools_by_ids_at(ids, block).await?;
        Ok(then.into_iter().map(Arc::new).collect())
    }

    /// A pool.
    pub(crate) async fn pool(&self, id: PoolId) -> Result<Option<Arc<Pool>>, Problem> {
        Ok(self.pools(&[id]).await?.pop())
    }

    /// Entities as they were at the block, which is not the newest, in the order of the keys.
    pub(crate) async fn then<T: EntityType + Clone>(
        &self,
        keys: &[Key],
        block: u64,
    ) -> Result<Vec<Option<T>>, Problem> {
        let found = self.snapshot.entities_at(keys, block).await?;
        Ok(found.iter().map(|entity| entity.as_ref().and_then(T::of).cloned()).collect())
    }

    /// The entity with a key as it was at a block.
    pub(crate) async fn then_one<T: EntityType + Clone>(
        &self,
        key: Key,
        block: u64,
    ) -> Result<Option<T>, Problem> {
        Ok(self.then::<T>(&[key], block).await?.pop().flatten())
    }
}
