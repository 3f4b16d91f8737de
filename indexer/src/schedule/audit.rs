//! The audit as a job: a few values each run, so that drift shows before a user sees it.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::sync::watch;

use crate::{
    audit::{Audit, Report, Sample, Scope},
    metrics::{Metrics, gauge_value},
};

/// Values of each kind per run.
const SAMPLE: Sample = Sample::Some(10);

/// Compares a few values of one chain whenever it is run, as long as this process is the one that writes the chain.
#[derive(Debug, Clone)]
pub struct AuditJob {
    audit: Audit,
    leading: watch::Receiver<bool>,
    metrics: Arc<Metrics>,
}

impl AuditJob {
    /// A job; `leading` says whether this process writes the chain.
    #[must_use]
    pub fn new(audit: Audit, leading: watch::Receiver<bool>, metrics: Arc<Metrics>) -> Self {
        let job = Self { audit, leading, metrics };
        // from the first scrape on: an alert needs a zero to rise from
        for kind in crate::audit::Kind::ALL {
            let labels = [job.audit.chain(), kind.name()];
            job.metrics.audit_checked.with_label_values(&labels).inc_by(0);
            job.metrics.audit_drift.with_label_values(&labels).inc_by(0);
        }
        job
    }

    /// One run. What differs is a warning and a metric; what prevents the comparison is a warning.
    pub async fn run(self) {
        if !*self.leading.borrow() {
            return;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let scope = Scope { sample: SAMPLE, seed: now.as_secs(), block: None };
        match self.audit.run(scope).await {
            Ok(report) => {
                self.count(&report);
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                let last = self.metrics.audit_last_run.with_label_values(&[self.audit.chain()]);
                last.set(gauge_value(now.as_secs()));
            }
            Err(error) if error.is_transient() => {
                tracing::info!(chain = self.audit.chain(), %error, "audit not made this time");
            }
            Err(error) => {
                tracing::warn!(chain = self.audit.chain(), %error, "audit not made");
            }
        }
    }

    fn count(&self, report: &Report) {
        for (kind, tally) in &report.tallies {
            let labels = [report.chain.as_str(), kind.name()];
            self.metrics.audit_checked.with_label_values(&labels).inc_by(tally.checked);
            self.metrics.audit_drift.with_label_values(&labels).inc_by(tally.differing);
            for difference in &tally.first {
                tracing::warn!(
                    chain = report.chain,
                    block = report.block.number,
                    kind = kind.name(),
                    what = difference.what,
                    stored = difference.stored,
                    on_chain = difference.chain,
                    "the store differs from the chain; `sooho verify --sample all` tells how much"
                );
            }
        }
        let (checked, differing) = (report.checked(), report.differing());
        tracing::debug!(chain = report.chain, checked, differing, "audited");
    }
}
