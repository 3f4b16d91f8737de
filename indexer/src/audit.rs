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
mod positions;
pub mod report;
mod sample;
mod view;

pub use report::{Difference, Kind, Report, Tally};
pub use sample::Sample;
use view::View;

use crate::{config::IndexerConfig, error::IndexerError, generations::sources::Sources};

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
    config: IndexerConfig,
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
    /// What is noted of the configuration that the data was made by.
    #[error(transparent)]
    Sources(Box<IndexerError>),
    /// Another generation took its place.
    #[error(
        "what is stored was replaced by a new generation while it was compared; run this again"
    )]
    Rebuilt,
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

impl From<IndexerError> for AuditError {
    fn from(error: IndexerError) -> Self {
        Self::Sources(Box::new(error))
    }
}

impl AuditError {
    /// Whether the next try may go better with nobody's help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Chain(error) => error.is_transient(),
            Self::Store(error) => error.retryable(),
            Self::Nothing(_) | Self::Replaced { .. } | Self::Rebuilt => true,
            Self::NotKept { .. } | Self::NoState { .. } | Self::Sources(_) => false,
        }
    }
}

impl Audit {
    /// An audit of this chain.
    #[must_use]
    pub fn new(config: &IndexerConfig, client: Client, reader: Reader) -> Self {
        Self {
            config: config.clone(),
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
        let made_of = self.sources().await?;
        let report = match self.of(made_of.as_deref())? {
            Some(other) => other.run_as_is(scope).await,
            None => self.run_as_is(scope).await,
        };
        if self.sources().await? == made_of { report } else { Err(AuditError::Rebuilt) }
    }

    /// What the stored data was made of.
    async fn sources(&self) -> Result<Option<String>, AuditError> {
        match self.reader.snapshot(self.chain_id).await? {
            Some(snapshot) => Ok(snapshot.sources().await?),
            None => Ok(None),
        }
    }

    /// The audit of stored data that was made of something else: a changed configuration is being indexed, but not there
    /// yet.
    fn of(&self, made_of: Option<&str>) -> Result<Option<Self>, AuditError> {
        let sources = made_of.map(Sources::read).transpose()?;
        let Some(sources) = sources.filter(|sources| *sources != Sources::of(&self.config)) else {
            return Ok(None);
        };
        let config = sources.onto(&self.config)?;
        Ok(Some(Self::new(&config, self.client().clone(), self.reader.clone())))
    }

    async fn run_as_is(&self, scope: Scope) -> Result<Report, AuditError> {
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
        self.positions(view, report).await?;
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
