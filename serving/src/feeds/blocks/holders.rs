//! Who holds shares of V2 pairs, in order of size: put in order once for a block, however many pages are read.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use alloy_primitives::{Address, B256, U256};
use api_kit::problem::Problem;
use domain::ids::{ChainId, PoolId};
use store::{ShareQuery, SharesOf};

use crate::feeds::view::View;

#[cfg(test)]
mod tests;

/// Accounts of a pair that are looked through at most.
const MOST: u32 = 20_000;
/// Pairs whose holders are kept.
const KEPT: usize = 16;

/// Accounts and their shares in smallest units, largest first; none without any.
pub(in crate::feeds) type Held = Arc<Vec<(Address, U256)>>;

/// Those of the newest block of each chain; clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Holders(Arc<Mutex<BTreeMap<ChainId, OfBlock>>>);

#[derive(Debug, Default)]
struct OfBlock {
    hash: B256,
    held: BTreeMap<PoolId, Held>,
}

impl OfBlock {
    fn add(&mut self, hash: B256, pool: PoolId, held: Held) {
        if self.hash != hash {
            *self = Self { hash, held: BTreeMap::new() };
        }
        if self.held.len() >= KEPT {
            // any: they are all of this block
            self.held.pop_first();
        }
        self.held.insert(pool, held);
    }
}

impl Holders {
    fn chains(&self) -> MutexGuard<'_, BTreeMap<ChainId, OfBlock>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those of a pair; `None` of one with too many.
    pub(super) async fn of(&self, view: &View, pool: PoolId) -> Result<Option<Held>, Problem> {
        let hash = view.block().hash;
        let known = |chains: &BTreeMap<ChainId, OfBlock>| {
            chains.get(&view.chain_id).filter(|of| of.hash == hash)?.held.get(&pool).cloned()
        };
        if let Some(held) = known(&self.chains()) {
            return Ok(Some(held));
        }
        let query = ShareQuery { of: SharesOf::Pool(pool), after: None, limit: MOST + 1 };
        let shares = view.snapshot.shares(&query).await?;
        if shares.len() > MOST as usize {
            return Ok(None);
        }
        let held = shares.into_iter().map(|((_, account), share)| (account, share.balance));
        let held = Arc::new(by_size(held.collect()));
        self.chains().entry(view.chain_id).or_default().add(hash, pool, Arc::clone(&held));
        Ok(Some(held))
    }
}

fn by_size(mut held: Vec<(Address, U256)>) -> Vec<(Address, U256)> {
    held.retain(|(_, balance)| !balance.is_zero());
    held.sort_unstable_by(|(a, more), (b, less)| less.cmp(more).then(a.cmp(b)));
    held
}
