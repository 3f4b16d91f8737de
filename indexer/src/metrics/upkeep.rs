//! Metrics of the upkeep of the store.

use prometheus::{IntCounterVec, IntGaugeVec, Opts, Registry};

/// Labelled by chain.
#[derive(Debug, Clone)]
pub struct UpkeepMetrics {
    /// `sooho_indexer_upkeep_removed_total`: chunks that were merged into others, or forgotten.
    pub removed: IntCounterVec,
    /// `sooho_indexer_upkeep_written_total`: chunks that took their place.
    pub written: IntCounterVec,
    /// `sooho_indexer_history_from_block`: the lowest block as of which entities can be read; 0: any.
    pub history_from: IntGaugeVec,
}

impl UpkeepMetrics {
    /// Registers the metrics.
    pub(super) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let counter = |name, help| IntCounterVec::new(Opts::new(name, help), &["chain"]);
        let metrics = Self {
            removed: counter(
                "sooho_indexer_upkeep_removed_total",
                "Chunks of history and rows that were merged into others, or forgotten",
            )?,
            written: counter(
                "sooho_indexer_upkeep_written_total",
                "Chunks of history and rows that took the place of others",
            )?,
            history_from: IntGaugeVec::new(
                Opts::new(
                    "sooho_indexer_history_from_block",
                    "Lowest block as of which entities can be read; 0 when any",
                ),
                &["chain"],
            )?,
        };
        registry.register(Box::new(metrics.removed.clone()))?;
        registry.register(Box::new(metrics.written.clone()))?;
        registry.register(Box::new(metrics.history_from.clone()))?;
        Ok(metrics)
    }
}
