//! The pools with most locked value.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{decimal::Decimal, entity::Pool, ids::PoolId};
use store::{PoolCursor, PoolOrder, PoolQuery};

use super::LIFE;

#[cfg(test)]
mod tests;

/// So many are read.
const READ: usize = 1_000;
/// If fewer are left, or more have come, they are read again.
const FEWEST: usize = 600;
const MOST: usize = 2_000;
/// Who reads them takes no longer, or another one does.
const PATIENCE: Duration = Duration::from_secs(2);

/// The greater, the more is locked; of the same value as the store puts them in order.
type Rank = (Decimal, usize, PoolId);

fn rank(pool: &Pool) -> Rank {
    of(pool.figures.total_value_locked_usd, pool.id)
}

const fn of(usd: Decimal, id: PoolId) -> Rank {
    let length = match id {
        PoolId::Contract(_) => 20,
        PoolId::Key(_) => 32,
    };
    (usd, length, id)
}

/// The first pools of the list, or whether somebody reads them.
#[derive(Debug, Default)]
pub(super) struct Standing {
    known: Option<(Leaders, Instant)>,
    /// Since when somebody does.
    reading: Option<Instant>,
}

impl Standing {
    /// What is known; else whether the one who asks is to read it.
    pub(super) fn known(&mut self, now: Instant) -> (Option<Leaders>, bool) {
        let since = |at: Instant| now.saturating_duration_since(at);
        if let Some((known, _)) = self.known.as_ref().filter(|(_, read)| since(*read) < LIFE) {
            return (Some(known.clone()), false);
        }
        self.known = None;
        let loads = self.reading.is_none_or(|at| since(at) >= PATIENCE);
        if loads {
            self.reading = Some(now);
        }
        (None, loads)
    }

    /// Takes what was read.
    pub(super) fn take(&mut self, leaders: Leaders, read: Instant) {
        (self.known, self.reading) = (Some((leaders, read)), None);
    }

    /// Forgets what is too old, and who reads for another block. Whether something is left.
    pub(super) fn air(&mut self, now: Instant) -> bool {
        self.reading = None;
        self.known.take_if(|(_, read)| now.saturating_duration_since(*read) >= LIFE);
        self.known.is_some()
    }

    pub(super) fn forget(&mut self) {
        (self.known, self.reading) = (None, None);
    }

    /// Brings it to where these pools are what was found of those.
    pub(super) fn follow(&mut self, changed: &BTreeSet<PoolId>, found: &BTreeMap<PoolId, Pool>) {
        let keeps = self.known.as_mut().is_none_or(|(known, _)| known.follow(changed, found));
        if !keeps {
            self.known = None;
        }
    }

    /// What it takes, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.known.as_ref().map_or(0, |(known, _)| known.pools.len() * size_of::<Pool>())
    }
}

/// All pools down to one.
#[derive(Debug, Clone)]
pub(super) struct Leaders {
    /// Most locked value first.
    pools: Arc<Vec<Arc<Pool>>>,
    /// Those that rank lower are not here; `None`: all are.
    floor: Option<Rank>,
}

impl Leaders {
    /// Whether the pools of a query can be among them.
    pub(super) fn may_have(query: &PoolQuery) -> bool {
        query.order == PoolOrder::Tvl
            && query.up_to.is_none()
            && matches!(query.after, None | Some(PoolCursor::Tvl { .. }))
            && usize::try_from(query.limit).is_ok_and(|limit| limit <= FEWEST)
    }

    /// What has to be read.
    pub(super) fn query() -> PoolQuery {
        let limit = u32::try_from(READ).unwrap_or(u32::MAX);
        PoolQuery { order: PoolOrder::Tvl, limit, ..PoolQuery::default() }
    }

    /// What was read by [`Leaders::query`].
    pub(super) fn of(found: Vec<Pool>) -> Self {
        let floor = if found.len() < READ { None } else { found.last().map(rank) };
        Self { pools: Arc::new(found.into_iter().map(Arc::new).collect()), floor }
    }

    /// The pools of a query; `None` where some of them may not be here.
    pub(super) fn page(&self, query: &PoolQuery) -> Option<Vec<Arc<Pool>>> {
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let begin = match query.after {
            Some(PoolCursor::Tvl { usd, id }) => {
                self.pools.partition_point(|pool| rank(pool) >= of(usd, id))
            }
            _ => 0,
        };
        let is_meant = |pool: &&Arc<Pool>| {
            query.protocol.is_none_or(|protocol| pool.protocol == protocol)
                && query.dex.as_ref().is_none_or(|dex| pool.dex == *dex)
                && query.token.is_none_or(|token| [pool.token0, pool.token1].contains(&token))
        };
        let found = self.pools.iter().skip(begin).filter(is_meant).take(limit);
        let found: Vec<Arc<Pool>> = found.cloned().collect();
        (found.len() == limit || self.floor.is_none()).then_some(found)
    }

    /// Whether they still are all down to one, and enough.
    fn follow(&mut self, changed: &BTreeSet<PoolId>, found: &BTreeMap<PoolId, Pool>) -> bool {
        let floor = self.floor;
        let mut pools: Vec<Arc<Pool>> = self.pools.to_vec();
        pools.retain(|pool| !changed.contains(&pool.id));
        let leads = |pool: &&Pool| floor.is_none_or(|floor| rank(pool) >= floor);
        pools.extend(found.values().filter(leads).cloned().map(Arc::new));
        pools.sort_by_key(|pool| Reverse(rank(pool)));
        let keeps = pools.len() <= MOST && (self.floor.is_none() || pools.len() >= FEWEST);
        self.pools = Arc::new(pools);
        keeps
    }
}
