//! What an indexer tells Prometheus.

use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry,
};

mod mend;
mod reconcile;
mod upkeep;

pub use mend::MendMetrics;
pub use reconcile::ReconcileMetrics;
pub use upkeep::UpkeepMetrics;

/// Metrics of all indexers of a process, labelled by chain name.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// `sooho_indexer_block`: newest committed block.
    pub block: IntGaugeVec,
    /// `sooho_indexer_head_block`: newest block the node told of.
    pub head: IntGaugeVec,
    /// `sooho_indexer_building_block`: newest block of the generation that is being built beside the served one; 0 when
    /// none is.
    pub building: IntGaugeVec,
    /// `sooho_indexer_node_behind_blocks`: blocks that the node lacks of what is stored already; 0 when none.
    pub node_behind: IntGaugeVec,
    /// `sooho_indexer_events_total`: events folded.
    pub events: IntCounterVec,
    /// `sooho_indexer_reverted_blocks_total`: blocks taken back by reorgs.
    pub reverted: IntCounterVec,
    /// `sooho_indexer_retries_total`: passing faults, by where they came from.
    pub retries: IntCounterVec,
    /// `sooho_indexer_leading`: 1 while this process is the one that writes the chain, 0 while it stands by.
    pub leading: IntGaugeVec,
    /// `sooho_audit_checked_total`: values compared with the chain, by kind.
    pub audit_checked: IntCounterVec,
    /// `sooho_audit_drift_total`: values that differed from the chain, by kind.
    pub audit_drift: IntCounterVec,
    /// `sooho_audit_last_run_timestamp_seconds`: when the last audit ended, in Unix seconds.
    pub audit_last_run: IntGaugeVec,
    /// `sooho_indexer_contract_undecoded_total`: logs of contracts that are not what their ABI says.
    pub undecoded: IntCounterVec,
    /// Locked value by balances.
    pub reconcile: ReconcileMetrics,
    /// Upkeep of the store.
    pub upkeep: UpkeepMetrics,
    /// Pools that were not whole.
    pub mend: MendMetrics,
    commit: HistogramVec,
}

impl Metrics {
    /// Registers the metrics.
    ///
    /// # Errors
    /// When the registry has them already.
    pub fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let gauge = |name, help| IntGaugeVec::new(Opts::new(name, help), &["chain"]);
        let counter =
            |name, help, labels: &[&str]| IntCounterVec::new(Opts::new(name, help), labels);
        let commit =
            HistogramOpts::new("sooho_indexer_commit_seconds", "Time of a commit to the store")
                .buckets(vec![0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0]);
        let metrics = Self {
            block: gauge("sooho_indexer_block", "Newest committed block")?,
            head: gauge("sooho_indexer_head_block", "Newest block the node told of")?,
            building: gauge(
                "sooho_indexer_building_block",
                "Newest block of the generation that is being built beside the served one; 0 when none is",
            )?,
            node_behind: gauge(
                "sooho_indexer_node_behind_blocks",
                "Blocks that the node lacks of what is stored already; 0 when none",
            )?,
            events: counter("sooho_indexer_events_total", "Events folded", &["chain"])?,
            reverted: counter(
                "sooho_indexer_reverted_blocks_total",
                "Blocks taken back by reorgs",
                &["chain"],
            )?,
            retries: counter(
                "sooho_indexer_retries_total",
                "Passing faults that were retried",
                &["chain", "origin"],
            )?,
            leading: gauge(
                "sooho_indexer_leading",
                "1 while this process is the one that writes the chain, 0 while it stands by",
            )?,
            audit_checked: counter(
                "sooho_audit_checked_total",
                "Values compared with the chain",
                &["chain", "kind"],
            )?,
            audit_drift: counter(
                "sooho_audit_drift_total",
                "Values that differed from the chain",
                &["chain", "kind"],
            )?,
            audit_last_run: gauge(
                "sooho_audit_last_run_timestamp_seconds",
                "When the last audit ended, in Unix seconds",
            )?,
            undecoded: counter(
                "sooho_indexer_contract_undecoded_total",
                "Logs of contracts that are not what their ABI says",
                &["chain", "contract", "event"],
            )?,
            reconcile: ReconcileMetrics::new(registry)?,
            upkeep: UpkeepMetrics::new(registry)?,
            mend: MendMetrics::new(registry)?,
            commit: HistogramVec::new(commit, &["chain"])?,
        };
        registry.register(Box::new(metrics.block.clone()))?;
        registry.register(Box::new(metrics.head.clone()))?;
        registry.register(Box::new(metrics.building.clone()))?;
        registry.register(Box::new(metrics.node_behind.clone()))?;
        registry.register(Box::new(metrics.events.clone()))?;
        registry.register(Box::new(metrics.reverted.clone()))?;
        registry.register(Box::new(metrics.retries.clone()))?;
        registry.register(Box::new(metrics.leading.clone()))?;
        registry.register(Box::new(metrics.audit_checked.clone()))?;
        registry.register(Box::new(metrics.audit_drift.clone()))?;
        registry.register(Box::new(metrics.audit_last_run.clone()))?;
        registry.register(Box::new(metrics.undecoded.clone()))?;
        registry.register(Box::new(metrics.commit.clone()))?;
        Ok(metrics)
    }

    /// `sooho_indexer_commit_seconds` of a chain.
    #[must_use]
    pub fn commit(&self, chain: &str) -> Histogram {
        self.commit.with_label_values(&[chain])
    }
}

/// Block heights fit; should one not, the gauge stands at its end.
pub(crate) fn gauge_value(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
