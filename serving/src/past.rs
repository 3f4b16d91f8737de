//! Headers of blocks that nobody can take back any more: the node says what they are, and what it said once holds for
//! ever.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use api_kit::problem::Problem;
use chain::Client;
use domain::block::BlockRef;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};

use crate::{
    failure,
    node::{LiveNode, too_late},
};

mod known;

use self::known::Known;

/// Questions to the node at a time, whoever has them.
const AT_ONCE: usize = 4;

/// Headers of final blocks, as the node tells them. Clones share what is known.
#[derive(Debug, Clone)]
pub struct PastBlocks {
    client: Client,
    known: Arc<Mutex<Known>>,
    room: Arc<Semaphore>,
}

impl PastBlocks {
    /// Of the chain of this node; nothing is known yet.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client, known: Arc::default(), room: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The headers at these heights, in their order. All of them lie below every block that can still be taken back: what is
    /// told is never asked again.
    ///
    /// # Errors
    /// `CHAIN_UNAVAILABLE`, `CHAIN_LAGS`, `CHAIN_TIMEOUT`.
    pub(crate) async fn headers(&self, numbers: &[u64]) -> Result<Vec<BlockRef>, Problem> {
        self.headers_by(LiveNode::deadline(), numbers).await
    }

    /// The newest block that is not younger than a time, from one that is not to one that is: a search in so many parts at a
    /// time. The blocks between them are as [`PastBlocks::headers`] wants them.
    ///
    /// # Errors
    /// As there.
    pub(crate) async fn at_time(
        &self,
        (low, high): (u64, u64),
        timestamp: u64,
    ) -> Result<u64, Problem> {
        let deadline = LiveNode::deadline();
        let (mut low, mut high) = self.known().narrow((low, high), timestamp);
        while high - low > 1 {
            for header in self.headers_by(deadline, &between(low, high)).await? {
                if header.timestamp <= timestamp {
                    low = low.max(header.number);
                } else {
                    high = high.min(header.number);
                }
            }
        }
        Ok(low)
    }

    async fn headers_by(
        &self,
        deadline: Instant,
        numbers: &[u64],
    ) -> Result<Vec<BlockRef>, Problem> {
        let mut found: BTreeMap<u64, BlockRef> = {
            let mut known = self.known();
            numbers.iter().filter_map(|number| Some((*number, known.get(*number)?))).collect()
        };
        let missing: Vec<u64> =
            numbers.iter().copied().filter(|number| !found.contains_key(number)).collect();
        if !missing.is_empty() {
            let asked = async {
                let _room = self.room.acquire().await.map_err(|_| Problem::internal())?;
                self.client.blocks(&missing).await.map_err(failure::of_chain)
            };
            let asked = timeout_at(deadline, asked).await.map_err(|_| too_late())??;
            let mut known = self.known();
            for block in asked {
                known.keep(block);
                found.insert(block.number, block);
            }
        }
        let headers = numbers.iter().map(|number| found.get(number).copied());
        headers.collect::<Option<Vec<_>>>().ok_or_else(Problem::internal)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Headers that are asked for at once when a time is looked for.
const PARTS: u64 = 16;

/// Heights between two, spread evenly; at least one where there is any.
fn between(low: u64, high: u64) -> Vec<u64> {
    let gap = high - low;
    let parts = gap.min(PARTS + 1);
    // the product of a gap and a small number: heights stay far below 2^59
    (1..parts).map(|part| low + gap / parts * part + gap % parts * part / parts).collect()
}
