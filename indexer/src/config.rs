//! Settings of one chain's indexer.

use std::{sync::Arc, time::Duration};

use abis::dynamic::Contracts;
use domain::{config::Watch, ids::ChainId};

/// What to index, and how eagerly.
#[derive(Debug, Clone)]
pub struct IndexerConfig {
    /// EIP-155 id.
    pub chain_id: ChainId,
    /// Name for logs and metrics.
    pub name: String,
    /// Symbol of the native currency.
    pub native_symbol: String,
    /// First block; at or below the creation of everything watched.
    pub start_block: u64,
    /// Contracts.
    pub watch: Watch,
    /// Contracts that are known by their ABI only.
    pub contracts: Arc<Contracts>,
    /// Blocks per log request during backfill.
    pub range: u64,
    /// Requests under way at once during backfill.
    pub concurrency: usize,
    /// Whether the transactions of events are read: who sent them, at what price.
    pub transactions: bool,
    /// Blocks below the head that can still be taken back.
    pub undo_window: u64,
    /// Wait between looks at the head.
    pub poll_interval: Duration,
    /// Events per transaction, roughly: a block is never split.
    pub events_per_commit: usize,
}

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Up to the head at the time it is reached, then stop.
    Head,
    /// Up to this block, then stop; waits for it if it is not mined yet.
    Block(u64),
    /// For ever.
    Follow,
}
