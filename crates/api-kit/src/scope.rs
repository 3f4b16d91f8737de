//! The block a request reads at: one snapshot per chain, opened at the first read and shared by all that follow.

use std::sync::Arc;

use domain::{block::BlockRef, ids::ChainId};
use store::{Reader, Snapshot};
use tokio::sync::Mutex;

use crate::{health::not_indexed, problem::Problem};

type Snapshots = Vec<(ChainId, Arc<Snapshot>)>;

/// The scope of one request. Make one per request; clones share the snapshots.
#[derive(Debug, Clone)]
pub struct Scope {
    reader: Reader,
    // a request names one chain as a rule, a handful at most
    snapshots: Arc<Mutex<Snapshots>>,
}

impl Scope {
    /// A scope without any snapshot yet.
    #[must_use]
    pub fn new(reader: Reader) -> Self {
        Self { reader, snapshots: Arc::default() }
    }

    /// The chain at the request's block.
    ///
    /// # Errors
    /// `NOT_READY` before the chain's first batch, `STORE_UNAVAILABLE` when the store does not answer.
    pub async fn at(&self, chain: ChainId) -> Result<Arc<Snapshot>, Problem> {
        // held while the snapshot opens, so that two fields of a request never open two
        let mut snapshots = self.snapshots.lock().await;
        if let Some((_, snapshot)) = snapshots.iter().find(|(id, _)| *id == chain) {
            return Ok(Arc::clone(snapshot));
        }
        let snapshot = self.reader.recent(chain).await?.ok_or_else(|| not_indexed(chain))?;
        let snapshot = Arc::new(snapshot);
        snapshots.push((chain, Arc::clone(&snapshot)));
        Ok(snapshot)
    }

    /// What was read so far: chains, and the blocks they were read at.
    pub async fn blocks(&self) -> Vec<(ChainId, BlockRef)> {
        let snapshots = self.snapshots.lock().await;
        snapshots.iter().map(|(chain, snapshot)| (*chain, snapshot.block())).collect()
    }

    /// Puts the chain at another block, for answers that follow it: what is read from now on is of that one.
    pub async fn renew(&self, chain: ChainId, snapshot: Arc<Snapshot>) {
        let mut snapshots = self.snapshots.lock().await;
        snapshots.retain(|(id, _)| *id != chain);
        snapshots.push((chain, snapshot));
    }
}
