//! Errors of the executable and the exit codes that scripts see.

use std::{net::SocketAddr, process::ExitCode};

use chain::ChainError;
use indexer::{IndexerError, audit::AuditError};
use observe::config::ConfigError;
use store::{StoreError, backup::BackupError, reindex::ReindexError};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The configuration is well-formed but makes no sense.
    #[error("configuration: {0}")]
    Invalid(String),
    /// From the store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// From a backup.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// From rebuilding what is derived.
    #[error(transparent)]
    Reindex(#[from] ReindexError),
    /// A snapshot that could not be fetched.
    #[error("the snapshot at {url} cannot be fetched: {reason}; see `snapshot` of the chain")]
    Download {
        /// Where.
        url: String,
        /// Why not.
        reason: String,
    },
    /// From the chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// From an indexer.
    #[error("indexing {chain}: {source}")]
    Indexer {
        /// Name of the chain.
        chain: String,
        /// Its fault.
        source: IndexerError,
    },
    /// A comparison that was not made.
    #[error("verifying {chain}: {source}")]
    Audit {
        /// Name of the chain.
        chain: String,
        /// Why not.
        source: AuditError,
    },
    /// A comparison that found something.
    #[error(
        "{differing} of {checked} values differ from the chain; if the node is right, take the chain back below the \
         first wrong block (`sooho rewind --to BLOCK`, or --drop) and index again"
    )]
    Differs {
        /// Values that differ.
        differing: u64,
        /// Values compared.
        checked: u64,
    },
    /// A block that cannot be gone back to.
    #[error(
        "block {to} of {chain} is below what can be taken back (the lowest is {lowest}, see `undo_window`): to start over, \
         remove all that is stored of it by `sooho rewind --drop --chain {chain}` and index it anew"
    )]
    BelowUndo {
        /// Name of the chain.
        chain: String,
        /// The block asked for.
        to: u64,
        /// What can be reached.
        lowest: u64,
    },
    /// A question that was answered with no.
    #[error("nothing was removed: {0}")]
    Declined(&'static str),
    /// An address that is taken.
    #[error(
        "{service} cannot listen on {address} ({source}); stop what uses it or set {service}.listen"
    )]
    Listen {
        /// Service.
        service: &'static str,
        /// Address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A service that ended.
    #[error("{service} ended: {reason}")]
    Service {
        /// Service.
        service: &'static str,
        /// Why.
        reason: String,
    },
    /// No running service to ask.
    #[error("no service answers at {url} ({reason}); start it with `sooho up`")]
    NotRunning {
        /// Asked.
        url: String,
        /// Why.
        reason: String,
    },
    /// A service that answers with a refusal.
    #[error("{url} answers {status}: {said}")]
    Unwell {
        /// Asked.
        url: String,
        /// Status of the answer.
        status: u16,
        /// How its body begins.
        said: String,
    },
}

/// 1: anything else.
const OTHER: u8 = 1;
/// 3: configuration.
const CONFIGURATION: u8 = 3;
/// 4: chain or its endpoints.
const CHAIN: u8 = 4;
/// 5: store.
const STORE: u8 = 5;
/// 6: not running.
const NOT_RUNNING: u8 = 6;
/// 7: another process writes the chain.
const HELD: u8 = 7;
/// 8: the store differs from the chain.
const DIFFERS: u8 = 8;

impl Error {
    /// The process's exit code; 2 is the command line's own.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Config(_)
            | Self::Invalid(_)
            | Self::Listen { .. }
            | Self::Indexer { source: IndexerError::SourcesChanged { .. }, .. } => CONFIGURATION,
            Self::Store(StoreError::LeaseHeld { .. } | StoreError::LeaseLost { .. })
            | Self::Backup(BackupError::Store(StoreError::LeaseLost { .. }))
            | Self::Reindex(ReindexError::Store(StoreError::LeaseLost { .. }))
            | Self::Indexer { source: IndexerError::Store(StoreError::LeaseHeld { .. }), .. } => {
                HELD
            }
            Self::Reindex(ReindexError::Unknown { .. }) => CONFIGURATION,
            Self::Store(_)
            | Self::Backup(_)
            | Self::Reindex(_)
            | Self::Indexer {
                source: IndexerError::Store(_) | IndexerError::BlockTooLarge { .. },
                ..
            }
            | Self::Audit { source: AuditError::Store(_) | AuditError::Nothing(_), .. }
            | Self::BelowUndo { .. } => STORE,
            Self::Chain(_) | Self::Indexer { .. } | Self::Audit { .. } => CHAIN,
            Self::Differs { .. } => DIFFERS,
            Self::NotRunning { .. } => NOT_RUNNING,
            Self::Service { .. }
            | Self::Declined(_)
            | Self::Download { .. }
            | Self::Unwell { .. } => OTHER,
        })
    }
}
