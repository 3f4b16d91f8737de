//! Errors of the executable and the exit codes that scripts see.

use std::{net::SocketAddr, process::ExitCode};

use chain::ChainError;
use indexer::IndexerError;
use observe::config::ConfigError;
use store::StoreError;

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

impl Error {
    /// The process's exit code; 2 is the command line's own.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Config(_) | Self::Invalid(_) | Self::Listen { .. } => CONFIGURATION,
            Self::Store(_) | Self::Indexer { source: IndexerError::Store(_), .. } => STORE,
            Self::Chain(_) | Self::Indexer { .. } => CHAIN,
            Self::NotRunning { .. } => NOT_RUNNING,
            Self::Service { .. } => OTHER,
        })
    }
}
