//! One run of a job, under its lease, with a line in its history.

use std::time::Duration;

use store::{
    StoreError,
    market::{JobLease, Outcome, Run},
};
use tokio::time::{sleep, timeout};

use super::{Job, Report};
use crate::metrics::gauge_value;

/// How long a run may go on whose process is gone.
const TTL: Duration = Duration::from_secs(30);
/// How long a run may take.
const LONGEST: Duration = Duration::from_secs(1_800);

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ran {
    /// It was made.
    Ended(Report),
    /// Somebody else makes it now: host and process id.
    Busy(String),
}

impl Job {
    /// One run, now. It is noted in the job's history.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn run_now(&self) -> Result<Ran, StoreError> {
        let market = self.market();
        let Some(lease) = market.acquire_job(&self.name, TTL).await? else {
            let job = market.reader().job(&self.name).await?;
            let holder = job.and_then(|job| job.holder);
            return Ok(Ran::Busy(holder.unwrap_or_else(|| "another process".to_owned())));
        };
        let outcome = self.run_leased(&lease).await;
        if let Err(error) = lease.release().await {
            tracing::debug!(job = self.name, %error, "the lease of a run was not given back, it runs out");
        }
        outcome.map(Ran::Ended)
    }

    async fn run_leased(&self, lease: &JobLease) -> Result<Report, StoreError> {
        let start = self.collector.now();
        self.next_run(start);
        let run = timeout(LONGEST, self.work.run());
        let report = tokio::select! {
            report = run => report.unwrap_or_else(|_| Report {
                outcome: Outcome::Failed,
                detail: format!("it took more than {} s", LONGEST.as_secs()),
            }),
            () = renew(lease) => Report {
                outcome: Outcome::Failed,
                detail: "another process has taken it over".to_owned(),
            },
        };
        let end = self.collector.now();
        let metrics = self.collector.metrics();
        metrics.runs.with_label_values(&[self.name(), report.outcome.name()]).inc();
        let took = Duration::from_millis(end.saturating_sub(start));
        metrics.seconds.with_label_values(&[self.name()]).observe(took.as_secs_f64());
        if report.outcome != Outcome::Failed {
            let at = gauge_value(end / 1_000);
            metrics.last_run.with_label_values(&[self.name()]).set(at);
        }
        let next = self.next_run(end);
        let run = Run { start, end, outcome: report.outcome, detail: report.detail.clone() };
        self.market().record_run(&self.name, &run, next).await?;
        Ok(report)
    }
}

/// Keeps the lease; ends when it is lost.
async fn renew(lease: &JobLease) {
    loop {
        sleep(TTL / 3).await;
        if let Ok(false) = lease.renew().await {
            return;
        }
    }
}
