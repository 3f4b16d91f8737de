//! What feeds share that read block after block, each block once: the newest block they may know, the events of a run of
//! blocks, pairs and assets.
//!
//! Such a reader never looks back. So a block is announced only when nobody can take it back any more, and nothing above it
//! is told: no event, and no pool or token that came later.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use api_kit::problem::Problem;
use domain::{block::BlockRef, ids::ChainId};
use prometheus::{IntCounterVec, Opts};

use super::view::View;
use crate::deps::Deps;

pub(super) mod announced;
pub(super) mod assets;
mod creations;
pub(super) mod event;
mod express;
#[cfg(test)]
mod fixtures;
pub(super) mod headers;
mod numbers;
pub(super) mod pools;
mod read;
pub(super) mod request;
mod reserves;
mod skip;

pub(super) use event::{Event, Kind};
pub(super) use numbers::whole;
pub(super) use read::{MOST_BLOCKS, Wanted};

/// What these feeds keep between requests.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    /// The highest block that was announced, by chain: it never goes back.
    announced: Arc<Mutex<BTreeMap<ChainId, BlockRef>>>,
    /// `sooho_feed_skipped_total{feed,reason}`.
    skipped: IntCounterVec,
}

impl Blocks {
    /// What they keep, with its metric in the service's registry.
    ///
    /// # Errors
    /// When the registry has it already.
    pub(super) fn new(deps: &Deps) -> Result<Self, prometheus::Error> {
        let help = "Events that a feed cannot express and left out of its answers, by reason.";
        let skipped =
            IntCounterVec::new(Opts::new("sooho_feed_skipped_total", help), &["feed", "reason"])?;
        deps.registry.register(Box::new(skipped.clone()))?;
        Ok(Self { announced: Arc::default(), skipped })
    }

    /// The highest of this block and those announced before. What is not stored (any more) is not announced again.
    fn raised(&self, view: &View, block: BlockRef) -> BlockRef {
        let newest = view.block().number;
        let mut announced = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        let highest = announced.entry(view.chain_id).or_insert(block);
        if highest.number < block.number || highest.number > newest {
            *highest = block;
        }
        *highest
    }

    /// What was announced last, if it is stored.
    fn highest(&self, view: &View) -> Option<BlockRef> {
        let announced = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = |block: &BlockRef| block.number <= view.block().number;
        announced.get(&view.chain_id).copied().filter(stored)
    }
}

/// A feed's name in routes and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Feed {
    /// DEX Screener, and GeckoTerminal, which reads the same.
    DexScreener,
    /// DEXTools.
    DexTools,
}

impl Feed {
    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::DexScreener => "dexscreener",
            Self::DexTools => "dextools",
        }
    }
}

/// The node's header at a height that nobody can take back.
async fn header(view: &View, number: u64) -> Result<BlockRef, Problem> {
    let found = view.chain()?.past.headers(&[number]).await?;
    found.first().copied().ok_or_else(Problem::internal)
}
