//! What operators decide about feeds.

use std::{collections::BTreeSet, str::FromStr};

use alloy_primitives::Address;
use domain::ids::PoolId;
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// Bars of one answer if nothing is said.
pub const HISTORY_CAP: u32 = 5_000;
/// Pools of a listing if nothing is said.
pub const MOST_POOLS: u32 = 10_000;
/// Bytes of answers that are kept if nothing is said.
pub const CACHE_BYTES: usize = 32 << 20;

/// What operators decided about the feeds of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedSettings {
    /// Blocks that have to stand on a block before feeds that read each block once may know it; `None`: until nobody can
    /// take it back.
    pub confirmations: Option<u64>,
    /// Most bars of one answer.
    pub history_cap: u32,
    /// Unit of `nextTime`.
    pub next_time: TimeUnit,
    /// What a bar opens with.
    pub open: BarOpen,
    /// Most pools of a listing: those with the most swaps.
    pub most_pools: u32,
    /// Answers of the newest block that are kept in memory, in bytes; 0: none.
    pub cache_bytes: usize,
    /// Pools that no feed shows.
    pub excluded_pools: BTreeSet<PoolId>,
    /// Tokens whose pools no feed shows.
    pub excluded_tokens: BTreeSet<Address>,
    /// Tokens that prices are told in before all others.
    pub stablecoins: BTreeSet<Address>,
    /// Tokens that prices are told in where there is no stablecoin; the native currency is one without being named.
    pub natives: BTreeSet<Address>,
}

impl Default for FeedSettings {
    fn default() -> Self {
        Self {
            confirmations: None,
            history_cap: HISTORY_CAP,
            next_time: TimeUnit::default(),
            open: BarOpen::default(),
            most_pools: MOST_POOLS,
            cache_bytes: CACHE_BYTES,
            excluded_pools: BTreeSet::new(),
            excluded_tokens: BTreeSet::new(),
            stablecoins: BTreeSet::new(),
            natives: BTreeSet::new(),
        }
    }
}

/// Unit of a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeUnit {
    /// Seconds, as the reference server sends them.
    #[default]
    Seconds,
    /// Milliseconds, as the charting library documents its own field.
    Milliseconds,
}

impl TimeUnit {
    /// Unix seconds in this unit.
    #[must_use]
    pub const fn of(self, seconds: u64) -> u64 {
        match self {
            Self::Seconds => seconds,
            Self::Milliseconds => seconds.saturating_mul(1_000),
        }
    }
}

/// What a bar opens with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BarOpen {
    /// What the bar before it closed with: a pool has a price between trades, too.
    #[default]
    PreviousClose,
    /// The price after its first trade.
    FirstTrade,
}

/// How deep a block has to lie before feeds that read each block once may know it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Confirmations {
    /// Until nobody can take it back.
    #[default]
    Finality,
    /// So many blocks stand on it.
    Blocks(u64),
}

/// A setting that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` says not how deep a block has to lie: write \"finality\" or \"12 blocks\" (0 to 100000)"
)]
pub struct ConfirmationsError(String);

/// Deeper is a mistake.
const DEEPEST: u64 = 100_000;

impl Confirmations {
    /// As [`FeedSettings`] has it.
    #[must_use]
    pub const fn blocks(self) -> Option<u64> {
        match self {
            Self::Finality => None,
            Self::Blocks(blocks) => Some(blocks),
        }
    }
}

impl FromStr for Confirmations {
    type Err = ConfirmationsError;

    fn from_str(text: &str) -> Result<Self, ConfirmationsError> {
        if text == "finality" {
            return Ok(Self::Finality);
        }
        let number = text.strip_suffix(" blocks").or_else(|| text.strip_suffix(" block"));
        let digits = number.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let blocks = digits.and_then(|digits| digits.parse().ok());
        blocks
            .filter(|blocks| *blocks <= DEEPEST)
            .map(Self::Blocks)
            .ok_or_else(|| ConfirmationsError(text.chars().take(80).collect()))
    }
}

impl TryFrom<String> for Confirmations {
    type Error = ConfirmationsError;

    fn try_from(text: String) -> Result<Self, ConfirmationsError> {
        text.parse()
    }
}

impl From<Confirmations> for String {
    fn from(confirmations: Confirmations) -> Self {
        match confirmations {
            Confirmations::Finality => "finality".to_owned(),
            Confirmations::Blocks(blocks) => format!("{blocks} blocks"),
        }
    }
}
