//! Moving what is held from block to block.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use alloy_primitives::Address;
use domain::{candle::Resolution, entity::Pool, figures::Interval, ids::PoolId, row::Swap};
use store::{Snapshot, StoreError};

use super::{Held, Hot, Place};
use crate::book::Step;

#[cfg(test)]
mod tests;

/// A step that changes more pools is forgotten for: catching up is no time to keep things.
const MOST: usize = 1_000;
/// Whoever keeps the pools waits no longer for what others may be reading, too.
const PATIENCE: Duration = Duration::from_millis(100);

/// What a step brought, as far as it was read.
#[derive(Debug, Default)]
struct Brought {
    pools: Option<Arc<BTreeMap<PoolId, Pool>>>,
    swaps: Option<Arc<BTreeMap<PoolId, Vec<Swap>>>>,
}

impl Hot {
    /// Begins anew at what a snapshot shows.
    pub(crate) fn stand(&self, snapshot: &Snapshot) {
        self.held(|held| held.stand(Place::of(snapshot)));
    }

    /// What was read of pools may be another by now, though no block says so.
    pub(crate) fn forget_pools(&self) {
        self.held(|held| {
            held.turn += 1;
            held.pools.clear();
            held.leaders.forget();
        });
    }

    /// What these tokens say of themselves may be another.
    pub(crate) fn forget_tokens(&self, tokens: impl IntoIterator<Item = Address>) {
        self.held(|held| {
            held.turn += 1;
            tokens.into_iter().for_each(|token| held.tokens.remove(&token));
        });
    }

    /// Takes a step. What cannot be brought to its block is forgotten.
    pub(crate) async fn follow(&self, step: &Step) {
        // whatever happens in a pool changes its figures, too
        let changed = step.blocks.iter().flat_map(|block| block.pools.iter().copied());
        let changed: BTreeSet<PoolId> = changed.collect();
        let Some(first) = step.blocks.first().map(|block| block.block) else {
            return self.stand(&step.snapshot);
        };
        let to = Place::of(&step.snapshot);
        let from = Place { block: first.parent_hash, ..to };
        let is_next = self.held(|held| held.place == Some(from)).unwrap_or_default();
        if !is_next || step.is_gap || !step.retracted.is_empty() || changed.len() > MOST {
            return self.stand(&step.snapshot);
        }
        match tokio::time::timeout(PATIENCE, self.read(step, &changed)).await {
            Ok(Ok(brought)) => {
                self.held(|held| held.follow(to, &changed, &brought, first.number));
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "what is kept in memory begins anew");
                self.stand(&step.snapshot);
            }
            Err(_) => {
                tracing::debug!("what is kept in memory begins anew: a step is read too slowly");
                self.stand(&step.snapshot);
            }
        }
    }

    /// What the step brought of what is held.
    async fn read(&self, step: &Step, changed: &BTreeSet<PoolId>) -> Result<Brought, StoreError> {
        let wanted = self.held(|held| held.wanted(changed, Instant::now()));
        let (pools, swaps) = wanted.unwrap_or_default();
        Ok(Brought {
            pools: if pools { Some(step.pools().await?) } else { None },
            swaps: if swaps { step.swaps().await? } else { None },
        })
    }
}

impl Held {
    /// Whether pools are needed to bring what is held to where these changed, and whether swaps are.
    fn wanted(&mut self, changed: &BTreeSet<PoolId>, now: Instant) -> (bool, bool) {
        self.swaps.air(now);
        self.periods.air(now);
        self.candles.air(now);
        self.pools.air(now);
        self.tokens.air(now);
        let leaders = self.leaders.air(now);
        let pools = leaders
            || !self.tokens.is_empty()
            || changed.iter().any(|pool| self.pools.has(pool, now));
        (pools, changed.iter().any(|pool| self.swaps.has(pool, now)))
    }

    /// Moves to another place.
    fn follow(&mut self, to: Place, changed: &BTreeSet<PoolId>, brought: &Brought, first: u64) {
        // whoever fails between leaves nothing that could be taken for the one or the other
        self.place = None;
        self.change(changed, brought, first);
        self.place = Some(to);
    }

    /// Takes over what changed from a block on.
    fn change(&mut self, changed: &BTreeSet<PoolId>, brought: &Brought, first: u64) {
        for pool in changed {
            for kind in [Interval::Hour, Interval::Day] {
                self.periods.remove(&(*pool, kind));
            }
            for resolution in Resolution::ALL {
                self.candles.remove(&(*pool, resolution));
            }
            match &brought.swaps {
                Some(swaps) => {
                    let newer = swaps.get(pool).map_or(&[][..], Vec::as_slice);
                    self.swaps.change(pool, |tail| tail.add(newer));
                }
                None => self.swaps.remove(pool),
            }
            let now = brought.pools.as_ref().and_then(|pools| pools.get(pool));
            self.pools.change(pool, |known| {
                now.is_some_and(|now| {
                    *known = Arc::new(now.clone());
                    true
                })
            });
        }
        let Some(pools) = &brought.pools else {
            self.tokens.clear();
            return self.leaders.forget();
        };
        // a token counts its pools
        for pool in pools.values().filter(|pool| pool.created.block >= first) {
            self.tokens.remove(&pool.token0);
            self.tokens.remove(&pool.token1);
        }
        self.leaders.follow(changed, pools);
    }
}
