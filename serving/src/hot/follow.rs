//! Moving what is held from block to block.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::{candle::Resolution, entity::Pool, figures::Interval, ids::PoolId, row::Swap};
use store::{Snapshot, StoreError};

use super::{Held, Hot, Place};
use crate::book::Step;

/// A step that changes more pools is forgotten for: catching up is no time to keep things.
const MOST: usize = 1_000;

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
            held.pools.clear();
            held.leaders.forget();
        });
    }

    /// Takes a step. What cannot be brought to its block is forgotten.
    pub(crate) async fn follow(&self, step: &Step) {
        // whatever happens in a pool changes its figures, too
        let changed = step.blocks.iter().flat_map(|block| block.pools.iter().copied());
        let changed: BTreeSet<PoolId> = changed.collect();
        if step.is_gap || !step.retracted.is_empty() || changed.len() > MOST {
            return self.stand(&step.snapshot);
        }
        match self.read(step).await {
            Ok(brought) => {
                let created = step.blocks.first().map_or(u64::MAX, |block| block.block.number);
                self.held(|held| {
                    held.place = Some(Place::of(&step.snapshot));
                    held.change(&changed, &brought, created);
                });
            }
            Err(error) => {
                tracing::debug!(%error, "what is kept in memory begins anew");
                self.stand(&step.snapshot);
            }
        }
    }

    /// What the step brought of what is held.
    async fn read(&self, step: &Step) -> Result<Brought, StoreError> {
        let wanted = self.held(|held| {
            let pools =
                held.leaders.is_known() || !held.pools.is_empty() || !held.tokens.is_empty();
            (pools, !held.swaps.is_empty())
        });
        let (pools, swaps) = wanted.unwrap_or_default();
        Ok(Brought {
            pools: if pools { Some(step.pools().await?) } else { None },
            swaps: if swaps { step.swaps().await? } else { None },
        })
    }
}

impl Held {
    /// Takes over what changed from a block on.
    fn change(&mut self, changed: &BTreeSet<PoolId>, brought: &Brought, from: u64) {
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
        for pool in pools.values().filter(|pool| pool.created.block >= from) {
            self.tokens.remove(&pool.token0);
            self.tokens.remove(&pool.token1);
        }
        self.leaders.follow(changed, pools);
    }
}
