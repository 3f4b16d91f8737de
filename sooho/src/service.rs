//! The services that one process can run.

use std::net::SocketAddr;

use clap::ValueEnum;

use crate::config::Config;

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Service {
    /// Batch layer
    Indexer,
    /// DEX API
    Serving,
    /// Community API
    NftApi,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Indexer, Self::Serving, Self::NftApi];

    /// Name in messages; also the section of the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Indexer => "indexer",
            Self::Serving => "serving",
            Self::NftApi => "nft_api",
        }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(self, config: &Config) -> SocketAddr {
        match self {
            Self::Indexer => config.indexer.listen,
            Self::Serving => config.serving.listen,
            Self::NftApi => config.nft_api.listen,
        }
    }
}
