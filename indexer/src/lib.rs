//! The batch layer: blocks and logs from the chain are decoded, folded and committed with their watermark.
//!
//! One [`Indexer`] per chain. It holds nothing that the store does not: each batch loads the entities it touches, and a
//! process that dies anywhere continues at the watermark.

mod batch;
pub mod config;
mod error;
mod follow;
mod metadata;
pub mod metrics;
pub mod progress;

pub use config::{IndexerConfig, Target};
pub use error::IndexerError;
pub use follow::Indexer;
pub use metrics::Metrics;
pub use progress::{Phase, Progress};
