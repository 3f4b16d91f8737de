//! What feeds share that read block after block, each block once: the newest block they may know, the events of a run of
//! blocks, pairs and assets.
//!
//! Such a reader never looks back. So a block is announced only when nobody can take it back any more, and nothing above it
//! is told: no event, and no pool or token that came later. Only who holds shares of a pair is told as of the newest block:
//! nobody adds that up.

use api_kit::problem::Problem;
use domain::{block::BlockRef, ids::PoolId};
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
mod highest;
mod holders;
mod numbers;
pub(super) mod pools;
mod read;
pub(super) mod request;
mod reserves;
mod senders;
mod skip;

pub(super) use event::{Event, Kind};
use highest::Highest;
use holders::{Held, Holders};
pub(super) use numbers::whole;
pub(super) use read::{MOST_BLOCKS, Wanted};
use senders::Senders;

/// What these feeds keep between requests.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    /// The highest block that was announced, by chain.
    highest: Highest,
    /// Who sent transactions that made pools, as the node told.
    senders: Senders,
    /// Holders of shares by size, of the newest block.
    holders: Holders,
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
        let (highest, senders, holders) = Default::default();
        Ok(Self { highest, senders, holders, skipped })
    }
}

impl Blocks {
    /// Who holds shares of a V2 pair, as of the newest block, largest first; `None` of a pair with too many.
    pub(super) async fn holders(&self, view: &View, pair: PoolId) -> Result<Option<Held>, Problem> {
        self.holders.of(view, pair).await
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

/// The header at a height up to the announced one: the store's where the block can still be taken back, else the node's.
async fn header(view: &View, number: u64) -> Result<BlockRef, Problem> {
    if let Some((block, _)) = view.snapshot.mark_at(number).await? {
        return Ok(block);
    }
    let found = view.chain()?.past.headers(&[number]).await?;
    found.first().copied().ok_or_else(Problem::internal)
}
