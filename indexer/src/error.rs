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
            Self::Cancelled => true,
            Self::Decode(_) | Self::Fold(_) | Self::ForeignChain { .. } => false,
        }
    }
}
