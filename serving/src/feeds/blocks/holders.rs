//! Who holds shares of V2 pairs, in order of size: read and put in order once for a block, however many pages are read. That
//! there are too many is remembered, too.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use alloy_primitives::{Address, U256};
use api_kit::problem::Problem;
use domain::ids::{ChainId, PoolId};
use store::{ShareQuery, SharesOf};

use crate::feeds::view::{At, View};

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
pub(super) struct Holders(Arc<Mutex<BTreeMap<ChainId, OfChain>>>);

#[derive(Debug, Default)]
struct OfChain {
    /// Who has it reads; the others wait for what it finds.
    reading: Arc<tokio::sync::Mutex<()>>,
    newest: Option<OfBlock>,
}

#[derive(Debug)]
struct OfBlock {
    at: At,
    /// `None` of a pair with too many.
    held: BTreeMap<PoolId, Option<Held>>,
}

impl OfChain {
    fn get(&self, at: &At, pool: PoolId) -> Option<Option<Held>> {
        self.newest.as_ref().filter(|newest| newest.at.is_same(at))?.held.get(&pool).cloned()
    }

    fn add(&mut self, at: At, pool: PoolId, held: Option<Held>) {
        let newest = self.newest.get_or_insert_with(|| OfBlock { at, held: BTreeMap::new() });
        if !newest.at.is_same(&at) {
            // one that took longer than the next block must not take its place
            if at.turn < newest.at.turn {
                return;
            }
            *newest = OfBlock { at, held: BTreeMap::new() };
        }
        newest.at.turn = newest.at.turn.max(at.turn);
        if newest.held.len() >= KEPT {
            // any: they are all of this block
            newest.held.pop_first();
        }
        newest.held.insert(pool, held);
    }
}

impl Holders {
    fn chains(&self) -> MutexGuard<'_, BTreeMap<ChainId, OfChain>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those of a pair; `None` of one with too many.
    pub(super) async fn of(&self, view: &View, pool: PoolId) -> Result<Option<Held>, Problem> {
        self.once(view.at(), pool, || read(view, pool)).await
    }

    /// What is known, else what is read: by one at a time.
    async fn once<F: Future<Output = Result<Option<Held>, Problem>>>(
        &self,
        at: At,
        pool: PoolId,
        read: impl FnOnce() -> F,
    ) -> Result<Option<Held>, Problem> {
        let reading = {
            let mut chains = self.chains();
            let of_chain = chains.entry(at.chain).or_default();
            if let Some(known) = of_chain.get(&at, pool) {
                return Ok(known);
            }
            Arc::clone(&of_chain.reading)
        };
        let _alone = reading.lock().await;
        // whoever was there before may have read the same
        let known = self.chains().get(&at.chain).and_then(|of_chain| of_chain.get(&at, pool));
        if let Some(known) = known {
            return Ok(known);
        }
        let held = read().await?;
        self.chains().entry(at.chain).or_default().add(at, pool, held.clone());
        Ok(held)
    }
}

async fn read(view: &View, pool: PoolId) -> Result<Option<Held>, Problem> {
    let query = ShareQuery { of: SharesOf::Pool(pool), after: None, limit: MOST + 1 };
    let shares = view.snapshot.shares(&query).await?;
    if shares.len() > MOST as usize {
        return Ok(None);
    }
    let held = shares.into_iter().map(|((_, account), share)| (account, share.balance));
    Ok(Some(Arc::new(by_size(held.collect()))))
}

fn by_size(mut held: Vec<(Address, U256)>) -> Vec<(Address, U256)> {
    held.retain(|(_, balance)| !balance.is_zero());
    held.sort_unstable_by(|(a, more), (b, less)| less.cmp(more).then(a.cmp(b)));
    held
}
