//! Which block is the newest: for everybody for a moment, and for one answer for as long as it takes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use alloy_primitives::B256;
use api_kit::problem::Problem;
use domain::{block::BlockRef, ids::ChainId};
use tokio::{sync::Mutex as Turns, time::Instant};

use super::{LiveNode, lock};

#[cfg(test)]
mod tests;

/// A newest block is believed for so long: blocks come less often.
const HOLDS: Duration = Duration::from_millis(100);
/// For so long a lower one is taken for that of an endpoint which is behind.
const NOT_LOWER: Duration = Duration::from_secs(1);

/// The newest block that was heard of.
#[derive(Debug, Default)]
pub(super) struct Newest(Option<(Instant, BlockRef)>);

impl Newest {
    /// It, while it is believed.
    pub(super) fn held(&self, now: Instant) -> Option<BlockRef> {
        self.0.filter(|(at, _)| now < *at + HOLDS).map(|(_, block)| block)
    }

    /// Takes in what a node says, and says which one it is.
    pub(super) fn learn(&mut self, block: BlockRef, now: Instant) -> BlockRef {
        match self.0 {
            Some((at, known)) if known.number > block.number && now < at + NOT_LOWER => known,
            _ => {
                self.0 = Some((now, block));
                block
            }
        }
    }

    pub(super) fn forget(&mut self) {
        self.0 = None;
    }
}

/// The newest block as one answer has it: whoever needs it first looks, and the others speak of the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head(Arc<Turns<Option<BlockRef>>>);

impl Head {
    /// The block.
    pub(super) async fn get(
        &self,
        node: &LiveNode,
        deadline: Instant,
    ) -> Result<BlockRef, Problem> {
        // whoever looks has a deadline
        let mut held = self.0.lock().await;
        match *held {
            Some(block) => Ok(block),
            None => Ok(*held.insert(node.head(deadline).await?)),
        }
    }

    /// The one to take instead of a block that no node has.
    pub(super) async fn instead_of(
        &self,
        gone: BlockRef,
        node: &LiveNode,
        deadline: Instant,
    ) -> Result<BlockRef, Problem> {
        let mut held = self.0.lock().await;
        match *held {
            Some(block) if block != gone => Ok(block),
            _ => {
                node.look_again();
                Ok(*held.insert(node.head(deadline).await?))
            }
        }
    }
}

/// The newest blocks of an answer, by chain. An answer that follows the index has others at each of its blocks.
#[derive(Debug, Default)]
pub(crate) struct Heads(Mutex<HashMap<ChainId, (B256, Head)>>);

impl Heads {
    /// Where the stored part of the answer is of the block with this hash.
    pub(crate) fn of(&self, chain: ChainId, stored: B256) -> Head {
        let mut heads = lock(&self.0);
        match heads.get(&chain) {
            Some((at, head)) if *at == stored => head.clone(),
            _ => {
                let head = Head::default();
                heads.insert(chain, (stored, head.clone()));
                head
            }
        }
    }
}
