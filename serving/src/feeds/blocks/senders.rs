//! Who sent transactions that made pools, where no stored row says so. The node does: it is asked for their blocks, since
//! nodes that keep no index of old transactions do not find one by its hash. What it said is kept: the next reader asks for
//! the same blocks.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use alloy_primitives::{Address, B256};
use api_kit::problem::Problem;
use domain::ids::ChainId;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{failure, feeds::view::View};

#[cfg(test)]
mod tests;

/// Blocks that the node is asked for by one command.
const TOGETHER: usize = 16;
/// Blocks that the node is asked for by an answer at most: each comes with all its transactions.
const MOST: usize = 64;
/// Answers that the nodes of a chain are asked for at a time.
const AT_ONCE: usize = 1;
/// An answer waits so long for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// Transactions that are kept.
const KEPT: usize = 20_000;

/// The sender of a transaction, and its place in the block.
pub(super) type Sent = (Address, u32);

/// What is known; clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Senders {
    known: Arc<Mutex<Known>>,
    /// By chain: a node that is slow holds up nobody who asks another one.
    turns: Arc<Mutex<BTreeMap<ChainId, Arc<Semaphore>>>>,
}

#[derive(Debug, Default)]
struct Known {
    sent: BTreeMap<(ChainId, B256), Sent>,
    /// The oldest first.
    order: VecDeque<(ChainId, B256)>,
}

impl Known {
    fn add(&mut self, key: (ChainId, B256), sent: Sent, most: usize) {
        if self.sent.insert(key, sent).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > most {
            if let Some(oldest) = self.order.pop_front() {
                self.sent.remove(&oldest);
            }
        }
    }
}

impl Senders {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The senders of these transactions, which stand in these blocks.
    ///
    /// # Errors
    /// `RANGE_INVALID` when too many blocks would have to be asked for, `RATE_LIMITED` when others are asked for all the time; that
    /// of the node when it does not answer, or has other transactions in them.
    pub(super) async fn of(
        &self,
        view: &View,
        wanted: &BTreeMap<B256, u64>,
    ) -> Result<BTreeMap<B256, Sent>, Problem> {
        let mut found = self.remembered(view.chain_id, wanted);
        if missing(wanted, &found)?.is_empty() {
            return Ok(found);
        }
        let _turn = self.turn(view.chain_id, PATIENCE).await?;
        // who had the turn before may have asked for the same
        found = self.remembered(view.chain_id, wanted);
        for some in missing(wanted, &found)?.chunks(TOGETHER) {
            let told = view.chain()?.client.transactions_of(some).await;
            let told = told.map_err(failure::of_chain)?;
            let mut known = self.known();
            for transaction in told.into_iter().flat_map(|(_, transactions)| transactions) {
                if wanted.contains_key(&transaction.hash) {
                    let sent = (transaction.from, transaction.index);
                    known.add((view.chain_id, transaction.hash), sent, KEPT);
                    found.insert(transaction.hash, sent);
                }
            }
        }
        match wanted.iter().find(|(hash, _)| !found.contains_key(*hash)) {
            None => Ok(found),
            Some((hash, block)) => {
                let missing = format!("transaction {hash} of block {block}");
                Err(failure::of_chain(chain::ChainError::Missing(missing)))
            }
        }
    }

    async fn turn(
        &self,
        chain: ChainId,
        patience: Duration,
    ) -> Result<OwnedSemaphorePermit, Problem> {
        let turns = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Semaphore::new(AT_ONCE));
            Arc::clone(turns.entry(chain).or_insert_with(new))
        };
        let turn = timeout(patience, turns.acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or_else(|| {
            let detail = "the node is being asked who created the pools of other blocks; try again in a moment";
            Problem::too_many("RATE_LIMITED", detail)
        })
    }

    fn remembered(&self, chain: ChainId, wanted: &BTreeMap<B256, u64>) -> BTreeMap<B256, Sent> {
        let known = self.known();
        let sent = |hash: &B256| Some((*hash, *known.sent.get(&(chain, *hash))?));
        wanted.keys().filter_map(sent).collect()
    }
}

/// The blocks that the node has to be asked for.
fn missing(
    wanted: &BTreeMap<B256, u64>,
    found: &BTreeMap<B256, Sent>,
) -> Result<Vec<u64>, Problem> {
    let missing = wanted.iter().filter(|(hash, _)| !found.contains_key(*hash));
    let blocks: BTreeSet<u64> = missing.map(|(_, block)| *block).collect();
    if let Some(first_over) = blocks.iter().nth(MOST) {
        let detail = format!(
            "who created the pools of {} of these blocks only the node knows, which is asked for {MOST} at most: ask for blocks up to {}",
            blocks.len(),
            first_over.saturating_sub(1)
        );
        return Err(Problem::bad_request("RANGE_INVALID", detail));
    }
    Ok(blocks.into_iter().collect())
}
