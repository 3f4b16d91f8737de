//! Metrics of locked value by balances.

use prometheus::{GaugeVec, IntGaugeVec, Opts, Registry};

/// Labelled by chain and DEX, never by pool.
#[derive(Debug, Clone)]
pub struct ReconcileMetrics {
    /// `sooho_reconciled_pools`: pools asked in the last run.
    pub pools: IntGaugeVec,
    /// `sooho_reconciled_unanswered_pools`: of those, pools whose contracts gave no answer that can be read.
    pub unanswered: IntGaugeVec,
    /// `sooho_locked_value_drift_pools`: pools whose summed locked value differs from balances by more than 0.1 %.
    pub drifting: IntGaugeVec,
    /// `sooho_locked_value_drift_max_ratio`: the greatest such difference, as a part of what is locked.
    pub worst: GaugeVec,
    /// `sooho_reconciled_block`: the block of the last run.
    pub block: IntGaugeVec,
    /// `sooho_reconciled_last_run_timestamp_seconds`: when the last run ended, in Unix seconds.
    pub last_run: IntGaugeVec,
}

impl ReconcileMetrics {
    /// Registers the metrics.
    pub(super) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let of_dex = |name, help| IntGaugeVec::new(Opts::new(name, help), &["chain", "dex"]);
        let of_chain = |name, help| IntGaugeVec::new(Opts::new(name, help), &["chain"]);
        let worst = Opts::new(
            "sooho_locked_value_drift_max_ratio",
            "Greatest difference of a pool's summed locked value from balances, as a part of what is locked",
        );
        let metrics = Self {
            pools: of_dex("sooho_reconciled_pools", "Pools whose balances the last run asked for")?,
            unanswered: of_dex(
                "sooho_reconciled_unanswered_pools",
                "Pools of the last run whose contracts gave no answer that can be read",
            )?,
            drifting: of_dex(
                "sooho_locked_value_drift_pools",
                "Pools whose summed locked value differs from balances by more than 0.1 % of what is locked",
            )?,
            worst: GaugeVec::new(worst, &["chain", "dex"])?,
            block: of_chain("sooho_reconciled_block", "Block of the balances read last")?,
            last_run: of_chain(
                "sooho_reconciled_last_run_timestamp_seconds",
                "When balances were read last, in Unix seconds",
            )?,
        };
        for gauge in [
            &metrics.pools,
            &metrics.unanswered,
            &metrics.drifting,
            &metrics.block,
            &metrics.last_run,
        ] {
            registry.register(Box::new(gauge.clone()))?;
        }
        registry.register(Box::new(metrics.worst.clone()))?;
        Ok(metrics)
    }
}
