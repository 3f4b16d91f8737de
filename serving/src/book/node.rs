//! What only a node knows of pools: fees that hooks set at any time. Read at the book's block, by its hash.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use abis::state;
use alloy_primitives::{Address, B256};
use chain::Client;
use domain::{ids::PoolId, route::Tax};

/// Pools whose fees are read at a block at most.
const MOST: usize = 500;
/// A block's pools wait so long for them.
const PATIENCE: Duration = Duration::from_secs(1);

/// The chain behind a book.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its nodes.
    pub client: Client,
    /// V4 pool managers by the configured names of their DEXes.
    pub managers: BTreeMap<String, Address>,
    /// Tokens that are known to take a part of what is transferred.
    pub taxes: Vec<Tax>,
    /// Whether transfers of other tokens are tried out.
    pub tries_transfers: bool,
}

/// Fees in pips by pool, and whether all were read.
#[derive(Debug, Default)]
pub(super) struct Fees {
    pub(super) known: HashMap<PoolId, u32>,
    pub(super) is_whole: bool,
}

impl Node {
    /// The fees that these pools of DEXes take after the block with this hash.
    pub(super) async fn fees(&self, pools: &BTreeMap<PoolId, String>, block: B256) -> Fees {
        let mut asked = Vec::new();
        let mut calls = Vec::new();
        for (pool, dex) in pools.iter().take(MOST) {
            if let (PoolId::Key(id), Some(manager)) = (pool, self.managers.get(dex)) {
                asked.push(*pool);
                calls.push(state::v4_slot0_call(*manager, *id));
            }
        }
        if calls.is_empty() {
            return Fees { known: HashMap::new(), is_whole: true };
        }
        let answers = tokio::time::timeout(PATIENCE, self.client.call_many(&calls, block)).await;
        let Ok(Ok(answers)) = answers else {
            tracing::debug!(pools = calls.len(), "fees that hooks set could not be read");
            return Fees::default();
        };
        let is_whole = answers.iter().all(Result::is_ok);
        let fees = asked.into_iter().zip(answers);
        let known = fees.filter_map(|(pool, answer)| {
            let answer = answer.ok()?;
            Some((pool, state::v4_lp_fee(&answer)?))
        });
        let known = known.collect();
        Fees { known, is_whole }
    }
}
