//! A block whose entities are read, and what all reads of it share.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use alloy_primitives::{Address, B256};
use domain::{entity::Protocol, ids::PoolId, row::Position};
use store::{Snapshot, StoreError};
use subgraph::{QueryError, entities::BlockInfo};
use tokio::sync::OnceCell;

use super::budget::Meter;

/// What a subgraph is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    /// Configured name of the DEX.
    pub(crate) dex: String,
    /// Its rules.
    pub(crate) protocol: Protocol,
    /// Its factory or manager.
    pub(crate) factory: Address,
    /// Its manager of positions.
    pub(crate) position_manager: Option<Address>,
}

/// A block whose entities are read. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    snapshot: Snapshot,
    about: Arc<About>,
    block: BlockInfo,
    /// The block, where the store is ahead of it.
    past: Option<u64>,
    known: Arc<Mutex<BTreeMap<PoolId, Arc<PoolFacts>>>>,
    /// Values of all rows that the request was given so far.
    held: Arc<AtomicUsize>,
    /// Blocks above times that somebody asked for.
    above: Arc<Mutex<BTreeMap<u64, Option<u64>>>>,
    /// A time at or above that of the block, once somebody asked.
    time: Arc<OnceCell<u64>>,
    meter: Meter,
}

/// Values that a request is given at most, some 64 bytes each.
const HELD: usize = 4_000_000;

/// What never changes about a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PoolFacts {
    pub(super) dex: String,
    pub(super) tokens: [Address; 2],
    /// Of its tokens; none where a contract does not tell.
    pub(super) decimals: [Option<u8>; 2],
    /// Whether the reference knows it.
    pub(super) counted: bool,
}

impl Moment {
    /// The newest block of a snapshot.
    pub(super) fn newest(snapshot: Snapshot, about: Arc<About>, meter: Meter) -> Self {
        let newest = snapshot.block();
        let block = BlockInfo {
            number: newest.number,
            hash: newest.hash.into(),
            parent: newest.parent_hash.into(),
            timestamp: newest.timestamp,
        };
        Self {
            snapshot,
            about,
            block,
            past: None,
            known: Arc::default(),
            held: Arc::default(),
            above: Arc::default(),
            time: Arc::default(),
            meter,
        }
    }

    /// The same at a block below; what is not known of it is nothing.
    pub(super) fn at(&self, block: BlockInfo) -> Self {
        let past = (block.number < self.snapshot.block().number).then_some(block.number);
        Self { block, past, time: Arc::default(), ..self.clone() }
    }

    /// What the subgraph counts.
    pub(super) const fn meter(&self) -> &Meter {
        &self.meter
    }

    /// A block that is later than a time in Unix seconds, as all above it are, near the lowest such one; none: not even the
    /// newest is.
    pub(super) async fn block_above(&self, time: u64) -> Result<Option<u64>, QueryError> {
        let known = || self.above.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().get(&time).copied();
        if let Some(found) = found {
            return Ok(found);
        }
        let found = self.snapshot.block_above(time).await.map_err(|e| unread(&e))?;
        known().insert(time, found);
        Ok(found)
    }

    /// A time in Unix seconds at or above that of the block and near it, where the store is ahead of it.
    pub(super) async fn time_above(&self) -> Result<Option<u64>, QueryError> {
        let Some(block) = self.past else { return Ok(None) };
        let look = || async { self.snapshot.time_above(block).await };
        let time = self.time.get_or_try_init(look).await.map_err(|e| unread(&e))?;
        Ok(Some(*time))
    }

    /// Gives so many values more.
    pub(super) fn hold(&self, values: usize) -> Result<(), QueryError> {
        let before = self.held.fetch_add(values, Ordering::Relaxed);
        match before.saturating_add(values) > HELD {
            true => Err(QueryError::new("query is too expensive")),
            false => Ok(()),
        }
    }

    /// The block.
    pub(super) const fn block(&self) -> &BlockInfo {
        &self.block
    }

    /// What is read.
    pub(super) const fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// What it is about.
    pub(super) fn about(&self) -> &About {
        &self.about
    }

    /// The block, where entities have to be read as they were.
    pub(super) const fn past(&self) -> Option<u64> {
        self.past
    }

    /// Rows stand below this.
    pub(super) const fn end(&self) -> Position {
        Position { block: self.block.number.saturating_add(1), log_index: 0, item: 0 }
    }

    /// What never changes about pools, whichever of these exist.
    pub(super) async fn facts(
        &self,
        pools: impl IntoIterator<Item = PoolId> + Send,
    ) -> Result<BTreeMap<PoolId, Arc<PoolFacts>>, QueryError> {
        let wanted: BTreeSet<PoolId> = pools.into_iter().collect();
        let mut found = BTreeMap::new();
        let mut missing = Vec::new();
        {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            for id in wanted {
                match known.get(&id) {
                    Some(facts) => drop(found.insert(id, Arc::clone(facts))),
                    None => missing.push(id),
                }
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let pools = self.snapshot.pools_by_ids(&missing).await.map_err(|e| unread(&e))?;
        let tokens: BTreeSet<Address> =
            pools.iter().flat_map(|pool| [pool.token0, pool.token1]).collect();
        let tokens: Vec<Address> = tokens.into_iter().collect();
        let tokens = self.snapshot.tokens_by_addresses(&tokens).await.map_err(|e| unread(&e))?;
        let decimals: BTreeMap<Address, Option<u8>> =
            tokens.into_iter().map(|token| (token.address, token.decimals)).collect();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for pool in pools {
            let tokens = [pool.token0, pool.token1];
            let facts = Arc::new(PoolFacts {
                dex: pool.dex,
                tokens,
                decimals: tokens.map(|token| decimals.get(&token).copied().flatten()),
                counted: pool.figures.counted,
            });
            known.insert(pool.id, Arc::clone(&facts));
            found.insert(pool.id, facts);
        }
        Ok(found)
    }

    /// Those of them that the reference knows, of this DEX.
    pub(super) async fn own_facts(
        &self,
        pools: impl IntoIterator<Item = PoolId> + Send,
    ) -> Result<BTreeMap<PoolId, Arc<PoolFacts>>, QueryError> {
        let mut found = self.facts(pools).await?;
        found.retain(|_, facts| facts.counted && facts.dex == self.about.dex);
        Ok(found)
    }
}

/// Why something could not be read, as clients are told.
pub(super) fn unread(error: &StoreError) -> QueryError {
    match error {
        StoreError::HistoryGone { .. } => QueryError::new(format!("the block is too old: {error}")),
        StoreError::TooMuch { .. } => QueryError::new("query is too expensive"),
        error => {
            tracing::warn!(%error, "entities of a subgraph were not read");
            QueryError::new("Store error: the store did not answer; try again in a moment")
        }
    }
}

/// A transaction's hash from a text that begins with one, as ids of events do.
pub(super) fn transaction_of(id: &str) -> Option<(B256, Option<u64>)> {
    let (hash, rest) = match id.split_once(['-', '#']) {
        Some((hash, rest)) => (hash, Some(rest)),
        None => (id, None),
    };
    let is_small = !hash.bytes().any(|byte| byte.is_ascii_uppercase());
    let hash = hash.strip_prefix("0x").filter(|_| is_small && hash.len() == 66)?;
    let hash = hash.parse().ok()?;
    match rest {
        None => Some((hash, None)),
        Some(rest) => rest.parse().ok().map(|number| (hash, Some(number))),
    }
}
