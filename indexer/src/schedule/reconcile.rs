//! Balances as a job.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use store::Writer;
use tokio::sync::watch;

use crate::{
    metrics::{Metrics, gauge_value},
    reconcile::{Reconcile, Summary},
};

/// Asks what pools hold whenever it is run, as long as this process is the one that writes the chain.
#[derive(Debug, Clone)]
pub struct ReconcileJob {
    reconcile: Reconcile,
    writing: watch::Receiver<Option<Writer>>,
    metrics: Arc<Metrics>,
}

impl ReconcileJob {
    /// A job; `writing` has the writer of the chain while there is one.
    #[must_use]
    pub const fn new(
        reconcile: Reconcile,
        writing: watch::Receiver<Option<Writer>>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { reconcile, writing, metrics }
    }

    /// One run. What prevents it is in the log, and the next one tries again.
    pub async fn run(self) {
        let Some(writer) = self.writing.borrow().clone() else { return };
        let chain = self.reconcile.chain();
        match self.reconcile.run(&writer).await {
            Ok(Some(summary)) => self.tell(&summary),
            Ok(None) => tracing::debug!(chain, "no block to reconcile"),
            Err(error) if error.is_transient() => {
                tracing::info!(chain, %error, "balances not read this time");
            }
            Err(error) => tracing::warn!(chain, %error, "balances not read"),
        }
    }

    fn tell(&self, summary: &Summary) {
        let chain = self.reconcile.chain();
        let metrics = &self.metrics.reconcile;
        for (dex, found) in &summary.dexes {
            let labels = [chain, dex.as_str()];
            metrics.pools.with_label_values(&labels).set(gauge_value(found.pools));
            metrics.unanswered.with_label_values(&labels).set(gauge_value(found.unanswered));
            metrics.drifting.with_label_values(&labels).set(gauge_value(found.told));
            // a part: near enough for a chart
            let worst = found.worst.to_string().parse().unwrap_or(f64::MAX);
            metrics.worst.with_label_values(&labels).set(worst);
            tracing::debug!(
                chain, dex, block = summary.block.number, pools = found.pools,
                drifting = found.drifting, told = found.told, worst = %found.worst, "reconciled"
            );
        }
        let block = gauge_value(summary.block.number);
        metrics.block.with_label_values(&[chain]).set(block);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        metrics.last_run.with_label_values(&[chain]).set(gauge_value(now.as_secs()));
    }
}
