//! How far a chain is indexed.

use domain::{block::BlockRef, entity::Counters};

/// The newest block whose changes are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watermark {
    /// The block.
    pub block: BlockRef,
    /// Running counts as of the block.
    pub counters: Counters,
}
