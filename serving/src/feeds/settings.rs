//! What operators decide about feeds.

/// What operators decide about the feeds of a chain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeedSettings {
    /// Blocks that have to stand on a block before feeds that read each block once may know it; `None`: until nobody can
    /// take it back.
    pub confirmations: Option<u64>,
}
