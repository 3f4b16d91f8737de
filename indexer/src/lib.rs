//! The batch layer: blocks and logs from the chain are decoded, folded and committed with their watermark.
//!
//! One [`Indexer`] per chain, and one chain has one that writes: the others stand by. It holds nothing that the store does not: each batch loads the entities it touches, and a
//! process that dies anywhere continues at the watermark.

pub mod audit;
mod batch;
mod behind;
pub mod config;
mod contracts;
mod error;
pub mod estimate;
mod follow;
mod generations;
pub mod lease;
pub mod market;
mod memory;
mod mend;
mod metadata;
pub mod metrics;
mod pending;
mod portion;
pub mod progress;
pub mod reconcile;
mod remember;
pub mod schedule;
mod upkeep;

pub use audit::Audit;
pub use config::{IndexerConfig, Target};
pub use error::IndexerError;
pub use generations::OnChange;
pub use lease::{Indexer, Standby};
pub use metrics::Metrics;
pub use progress::{Phase, Progress};
pub use reconcile::Reconcile;
pub use remember::remember;
pub use schedule::Schedule;
pub use upkeep::{Retention, RetentionError};
