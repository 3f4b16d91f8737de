//! Headers of blocks that nobody can take back any more: the node says what they are, and what it said once holds for
//! ever.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use api_kit::problem::Problem;
use chain::Client;
use domain::block::BlockRef;

use crate::failure;

/// Headers that are kept.
const KEPT: usize = 4_096;

/// Headers of final blocks, as the node tells them.
#[derive(Debug, Clone)]
pub struct PastBlocks {
    client: Client,
    known: Arc<Mutex<BTreeMap<u64, BlockRef>>>,
}

impl PastBlocks {
    /// Of the chain of this node; nothing is known yet.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client, known: Arc::default() }
    }

    /// The headers at these heights, in their order.
    pub(crate) async fn headers(&self, numbers: &[u64]) -> Result<Vec<BlockRef>, Problem> {
        let known = |number: &u64| self.known().get(number).copied();
        let missing: Vec<u64> =
            numbers.iter().copied().filter(|number| known(number).is_none()).collect();
        let mut found = BTreeMap::new();
        if !missing.is_empty() {
            let asked = self.client.blocks(&missing).await.map_err(failure::of_chain)?;
            found.extend(asked.into_iter().map(|block| (block.number, block)));
        }
        let headers =
            numbers.iter().map(|number| found.get(number).copied().or_else(|| known(number)));
        let headers = headers.collect::<Option<Vec<_>>>().ok_or_else(Problem::internal)?;
        let mut known = self.known();
        known.extend(found);
        // the lowest are as good to lose as any
        while known.len() > KEPT {
            known.pop_first();
        }
        Ok(headers)
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<u64, BlockRef>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
