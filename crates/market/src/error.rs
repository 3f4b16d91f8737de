//! What can go wrong with a source.

use std::time::Duration;

use domain::market::Source;

/// Why a source gave nothing. No text holds a key: URLs are shown without their path and query.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MarketError {
    /// It wants to be left alone.
    #[error("{source_name} wants no calls for {} s: {why}", wait.as_secs())]
    Wait {
        /// Who.
        source_name: Source,
        /// For how long.
        wait: Duration,
        /// What it said, or that the circuit is open.
        why: String,
    },
    /// It cannot be reached, takes too long, or answers with a server's error.
    #[error("{source_name} does not answer: {why}; it is tried again")]
    Unavailable {
        /// Who.
        source_name: Source,
        /// How that showed.
        why: String,
    },
    /// It refuses the question: a wrong key, an unknown pair.
    #[error(
        "{source_name} refuses: {why}; check its key and the ids of its feeds in the configuration"
    )]
    Refused {
        /// Who.
        source_name: Source,
        /// What it said, bounded, without secrets.
        why: String,
    },
    /// The answer is not what the source's documentation says.
    #[error("{source_name} gives an answer that cannot be read: {why}")]
    Odd {
        /// Who.
        source_name: Source,
        /// Where it departs.
        why: String,
    },
    /// What is configured of it cannot be used.
    #[error("{source_name} cannot be asked: {why}")]
    Misconfigured {
        /// Who.
        source_name: Source,
        /// What is wrong, and how it should be.
        why: String,
    },
    /// It has no such data: an interval or a range that it does not serve.
    #[error("{source_name} does not serve {what}")]
    NotServed {
        /// Who.
        source_name: Source,
        /// What.
        what: String,
    },
}

impl MarketError {
    /// Whether the same question may succeed later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Wait { .. } | Self::Unavailable { .. } | Self::Odd { .. })
    }
}
