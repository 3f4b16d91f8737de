//! What the indexer says of pools whose stored ticks are not whole.

use prometheus::{IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

/// Metrics of mending, labelled by chain name.
#[derive(Debug, Clone)]
pub struct MendMetrics {
    incomplete: IntGaugeVec,
    mended: IntCounterVec,
}

impl MendMetrics {
    /// Registers the metrics.
    ///
    /// # Errors
    /// When the registry has them already.
    pub fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let incomplete = Opts::new(
            "sooho_indexer_pools_incomplete",
            "Pools whose stored ticks are not whole and that their history does not mend",
        );
        let mended = Opts::new(
            "sooho_indexer_pools_mended_total",
            "Pools whose stored ticks were not whole and were rebuilt from their history",
        );
        let metrics = Self {
            incomplete: IntGaugeVec::new(incomplete, &["chain"])?,
            mended: IntCounterVec::new(mended, &["chain"])?,
        };
        registry.register(Box::new(metrics.incomplete.clone()))?;
        registry.register(Box::new(metrics.mended.clone()))?;
        Ok(metrics)
    }

    /// `sooho_indexer_pools_incomplete` of a chain.
    #[must_use]
    pub fn incomplete(&self, chain: &str) -> IntGauge {
        self.incomplete.with_label_values(&[chain])
    }

    /// `sooho_indexer_pools_mended_total` of a chain.
    #[must_use]
    pub fn mended(&self, chain: &str) -> IntCounter {
        self.mended.with_label_values(&[chain])
    }
}
