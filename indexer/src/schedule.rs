//! Jobs that run by the clock: one line each.
//!
//! A job never overlaps with itself: a run that is still going lets the next one pass. All end with the process's
//! shutdown.

use std::{fmt, sync::Arc};

use futures::future::BoxFuture;
use observe::Shutdown;
use tokio::sync::Mutex;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::task::TaskTracker;

mod audit;
mod reconcile;
#[cfg(test)]
mod tests;

pub use audit::AuditJob;
pub use reconcile::ReconcileJob;

/// What a schedule cannot do.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// An expression that is none.
    #[error(
        "`{0}` is no schedule: give second, minute, hour, day of month, month and day of week, as in \"0 */5 * * * *\" \
         for every five minutes (UTC), or nothing to switch it off"
    )]
    Expression(String),
    /// The scheduler itself.
    #[error("the scheduler failed: {0}")]
    Scheduler(#[from] JobSchedulerError),
}

/// Whether this is a schedule: six fields, the first of them seconds. Empty means never.
///
/// # Errors
/// [`ScheduleError::Expression`].
pub fn check(expression: &str) -> Result<(), ScheduleError> {
    if expression.is_empty() {
        return Ok(());
    }
    Job::new(expression, |_, _| {})
        .map(drop)
        .map_err(|_| ScheduleError::Expression(expression.chars().take(80).collect()))
}

type Run = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// Jobs, and when they run.
#[derive(Default)]
pub struct Schedule {
    jobs: Vec<(String, String, Run)>,
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.jobs.iter().map(|(name, expression, _)| (name, expression));
        f.debug_map().entries(names).finish()
    }
}

impl Schedule {
    /// Adds a job under a name for the log. An empty expression adds none.
    ///
    /// # Errors
    /// [`ScheduleError::Expression`].
    pub fn add<F>(
        &mut self,
        name: &str,
        expression: &str,
        run: impl Fn() -> F + Send + Sync + 'static,
    ) -> Result<(), ScheduleError>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        check(expression)?;
        if !expression.is_empty() {
            let run: Run = Arc::new(move || Box::pin(run()));
            self.jobs.push((name.to_owned(), expression.to_owned(), run));
        }
        Ok(())
    }

    /// Runs the jobs until the shutdown, then ends those under way at their next wait and waits for them.
    ///
    /// # Errors
    /// [`ScheduleError::Scheduler`].
    pub async fn run(self, shutdown: Shutdown) -> Result<(), ScheduleError> {
        if self.jobs.is_empty() {
            shutdown.cancelled().await;
            return Ok(());
        }
        let (mut scheduler, running) = (JobScheduler::new().await?, TaskTracker::new());
        for (name, expression, run) in self.jobs {
            let (turn, shutdown, running) =
                (Arc::new(Mutex::new(())), shutdown.clone(), running.clone());
            let job = Job::new_async(expression.as_str(), move |_, _| {
                let (name, turn, shutdown, run) =
                    (name.clone(), Arc::clone(&turn), shutdown.clone(), Arc::clone(&run));
                Box::pin(running.track_future(async move {
                    let Ok(_turn) = turn.try_lock() else {
                        tracing::info!(
                            job = name,
                            "the last run still goes on, this one is left out"
                        );
                        return;
                    };
                    tokio::select! {
                        () = shutdown.cancelled() => {}
                        () = run() => {}
                    }
                }))
            });
            scheduler.add(job?).await?;
        }
        scheduler.start().await?;
        shutdown.cancelled().await;
        scheduler.shutdown().await?;
        running.close();
        running.wait().await;
        Ok(())
    }
}
