//! Why an indexer stops. Passing faults do not: they are retried with a visible reason.

use abis::decode::DecodeError;
use chain::ChainError;
use domain::fold::FoldError;
use store::StoreError;

/// A fault of an indexer.
#[derive(Debug, thiserror::Error)]
pub enum IndexerError {
    /// From the chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// From the store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is configured is not what is stored, and nobody wants that to be changed by itself.
    #[error(
        "the configuration of {chain} asks for other data than what is stored: {differences}; set indexer.on_change = \
         \"rebuild\" to index everything anew while the stored data is served, or take the change back"
    )]
    SourcesChanged {
        /// Name of the chain.
        chain: String,
        /// What differs.
        differences: String,
    },
    /// What was stored of the configuration cannot be read.
    #[error(
        "what the database notes of the configuration it was made by cannot be used: {0}; it may be of a newer sooho: \
         upgrade, or remove the chain's data by `sooho rewind --drop` and index anew"
    )]
    Sources(String),
    /// Blocks that together change more than a transaction can hold.
    #[error(
        "{blocks} blocks from {block} on do not fit into a transaction: from now on about {events} events go into one; \
         raise store.cache_mb for larger ones: {source}"
    )]
    BatchTooLarge {
        /// Height of the first.
        block: u64,
        /// How many.
        blocks: u64,
        /// Events that are tried next.
        events: usize,
        /// What the store says.
        source: StoreError,
    },
    /// A block that changes more than a transaction can hold.
    #[error(
        "block {block} alone does not fit into a transaction, so it cannot be stored as a whole: {source}"
    )]
    BlockTooLarge {
        /// Height.
        block: u64,
        /// What the store says, and what to raise.
        source: StoreError,
    },
    /// A log that is not what the configuration says.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// State and chain contradict each other.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// A commit was cancelled because the process ends.
    #[error("the commit was cancelled; the next start continues at the watermark")]
    Cancelled,
    /// The stored blocks are not on this chain, further down than blocks can be taken back.
    #[error(
        "block {block} is {chain} on the chain but {stored} in the database, below the undo window: either the node \
         serves another chain than the one indexed here (give each chain an id and a database of its own), or the reorg \
         is deeper than `undo_window`: then raise that, remove the chain's data by `sooho rewind --drop` and index anew"
    )]
    ForeignChain {
        /// Height.
        block: u64,
        /// Hash on the chain.
        chain: alloy_primitives::B256,
        /// Hash in the database.
        stored: alloy_primitives::B256,
    },
}

impl IndexerError {
    /// Whether trying again may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Chain(error) => error.is_transient(),
            Self::Store(error) => error.retryable(),
            Self::Cancelled | Self::BatchTooLarge { .. } => true,
            Self::Decode(_)
            | Self::Fold(_)
            | Self::ForeignChain { .. }
            | Self::BlockTooLarge { .. }
            | Self::SourcesChanged { .. }
            | Self::Sources(_) => false,
        }
    }
}
