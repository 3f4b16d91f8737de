//! Why a feed says nothing that can be believed.

use abis::feeds::Round;
use alloy_primitives::{I256, U256};

/// What is wrong with a feed's answer. It concerns this feed alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedFault {
    /// The contract reverts.
    #[error("the feed reverts ({0}); check its proxy in the configuration")]
    Reverted(String),
    /// What it answers is no round, or no decimals: no feed stands there.
    #[error("no price feed answers there; check its proxy in the configuration")]
    Unreadable,
    /// The round was never answered.
    #[error("its round has no answer")]
    NoAnswer,
    /// Zero or less.
    #[error("it answers {0}, which is no price")]
    NotPositive(I256),
    /// From the future.
    #[error("its answer is of {0}, after the block that was asked")]
    Future(U256),
    /// Older than its heartbeat allows.
    #[error("its answer is {age} s old, more than the {oldest} s of its heartbeat and margin")]
    Stale {
        /// Seconds.
        age: u64,
        /// Seconds.
        oldest: u64,
    },
    /// It had not begun then.
    #[error("it has no answer from that time or before")]
    NotYet,
}

impl FeedFault {
    /// All names.
    pub const NAMES: [&str; 7] =
        ["reverted", "unreadable", "no_answer", "not_positive", "future", "stale", "not_yet"];

    /// For labels of metrics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Reverted(_) => "reverted",
            Self::Unreadable => "unreadable",
            Self::NoAnswer => "no_answer",
            Self::NotPositive(_) => "not_positive",
            Self::Future(_) => "future",
            Self::Stale { .. } => "stale",
            Self::NotYet => "not_yet",
        }
    }
}

/// Whether the answer of a round can be a price, without its age; the time of the answer in Unix seconds.
pub(super) fn answered(round: &Round, now: u64) -> Result<u64, FeedFault> {
    if round.updated_at.is_zero() {
        return Err(FeedFault::NoAnswer);
    }
    let updated = u64::try_from(round.updated_at).ok().filter(|updated| *updated <= now);
    let updated = updated.ok_or(FeedFault::Future(round.updated_at))?;
    if round.answer <= I256::ZERO {
        return Err(FeedFault::NotPositive(round.answer));
    }
    Ok(updated)
}

/// The same with its age at a time.
pub(super) fn fresh(round: &Round, now: u64, oldest: u64) -> Result<u64, FeedFault> {
    let updated = answered(round, now)?;
    let age = now.saturating_sub(updated);
    if age > oldest { Err(FeedFault::Stale { age, oldest }) } else { Ok(updated) }
}
