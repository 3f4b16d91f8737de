//! Whether the store says what the chain says, at one block.
//!
//! The chain is asked for the state after the block that the store speaks of, by its hash. What is compared comes from
//! the contracts' own storage, not from their events: the fold is checked against what it imitates.

use chain::{ChainError, Client, source::Source};
use domain::{config::Watch, ids::ChainId};
use store::{Reader, StoreError};

mod ask;
mod events;
mod history;
mod nfts;
mod pools;
pub mod report;
mod sample;
mod view;

pub use report::{Difference, Kind, Report, Tally};
pub use sample::Sample;
use view::View;

use crate::config::IndexerConfig;

/// What is checked, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// How many of each kind.
    pub sample: Sample,
    /// Which ones: the same seed on the same data checks the same.
    pub seed: u64,
    /// At this block instead of the newest stored one; it must be one that can be taken back.
    pub block: Option<u64>,
}

/// Compares one chain.
#[derive(Debug, Clone)]
pub struct Audit {
    chain_id: ChainId,
    name: String,
    start_block: u64,
    watch: Watch,
    source: Source,
    reader: Reader,
}

/// Why a comparison was not made.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// From the chain.
    #[error(transparent)]
    Chain(ChainError),
    /// From the store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing to compare.
    #[error("nothing of chain {0} is stored yet: index it first (`sooho index --to head`)")]
    Nothing(String),
    /// A block of which the store knows no state.
    #[error(
        "the state of block {block} is not known any more, or not yet: choose a block from {lowest} to {newest}, or leave \
         out --block for the newest"
    )]
    NotKept {
        /// The block asked for.
        block: u64,
        /// Lowest block of which state is known.
        lowest: u64,
        /// Newest.
        newest: u64,
    },
    /// The node cannot answer for the block.
    #[error(
        "the node has no state of block {block} ({why}): it keeps too little of the past (pruned), or has not got there \
         yet; use an archive node in the chain's `rpc`, or run this on a store that is at the head"
    )]
    NoState {
        /// The block.
        block: u64,
        /// What the node says.
        why: String,
    },
    /// The chain moved on under the comparison.
    #[error("block {block} left the chain while it was compared; run this again")]
    Replaced {
        /// The block.
        block: u64,
    },
}

impl AuditError {
    /// Whether the next try may go better with nobody's help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Chain(error) => error.is_transient(),
            Self::Store(error) => error.retryable(),
            Self::Nothing(_) | Self::Replaced { .. } => true,
            Self::NotKept { .. } | Self::NoState { .. } => false,
        }
    }
}

impl Audit {
    /// An audit of this chain.
    #[must_use]
    pub fn new(config: &IndexerConfig, client: Client, reader: Reader) -> Self {
        Self {
            chain_id: config.chain_id,
            name: config.name.clone(),
            start_block: config.start_block,
            watch: config.watch.clone(),
            source: events::source(config, client),
            reader,
        }
    }

    /// Name of the chain.
    #[must_use]
    pub fn chain(&self) -> &str {
        &self.name
    }

    /// Compares.
    ///
    /// # Errors
    /// [`AuditError`]. What differs is no error: it is in the report.
    pub async fn run(&self, scope: Scope) -> Result<Report, AuditError> {
        let mut view = View::open(self, scope).await?;
        let mut report = Report::new(self.name.clone(), view.block);
        match self.compare(&mut view, &mut report).await {
            Err(AuditError::Chain(ChainError::Missing(why))) => {
                self.still_there(&view).await?;
                Err(AuditError::NoState { block: view.block.number, why })
            }
            Err(error) => Err(error),
            Ok(()) => {
                // a difference may be that of two branches
                self.still_there(&view).await?;
                Ok(report)
            }
        }
    }

    async fn compare(&self, view: &mut View, report: &mut Report) -> Result<(), AuditError> {
        self.history(view, report).await?;
        self.pools(view, report).await?;
        self.nfts(view, report).await?;
        self.events(view, report).await
    }

    const fn client(&self) -> &Client {
        self.source.client()
    }

    async fn still_there(&self, view: &View) -> Result<(), AuditError> {
        let block = view.block;
        match self.client().block(block.number).await.map_err(AuditError::Chain)? {
            Some(now) if now.hash != block.hash => {
                Err(AuditError::Replaced { block: block.number })
            }
            Some(_) => Ok(()),
            None => Err(AuditError::NoState {
                block: block.number,
                why: "it does not know this block".into(),
            }),
        }
    }
}
