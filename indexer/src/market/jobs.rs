//! The price jobs: each source is asked by its own clock, in one of the processes that share a database.
//!
//! Who holds the lease of [`COLLECTOR`] runs them; the others stand by and take over when it falls silent. Whoever
//! begins makes up for what was missed: a job whose last run began before its last time is due at once. Each run holds a
//! lease of its own, too, so that a run by hand and one by the clock do not ask a source twice.
//!
//! Nothing here fails the process, or waits for it: a source that errs is left out, and said once.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::market::Millis;
use futures::future::BoxFuture;
use observe::Shutdown;
use rand::Rng as _;
use store::{
    StoreError,
    market::{MarketWriter, Outcome},
};
use tokio::{sync::watch, time::sleep};
use tokio_util::task::TaskTracker;

use super::{collector::Collector, streams::PriceStream};
use crate::{
    metrics::gauge_value,
    schedule::{Schedule, ScheduleError},
};

mod leader;
mod run;
mod shown;
mod source;
mod times;

pub use run::Ran;
pub use source::{Part, SourceWork};
use times::Times;

/// The job whose lease says which process runs all the others.
pub const COLLECTOR: &str = "collector";

/// Between looks whether a run of somebody else is over.
const BUSY: Duration = Duration::from_secs(2);

/// How far apart the clocks of replicas may be, in milliseconds.
const SKEW: Millis = 60_000;

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// What it did, or what went wrong, for people.
    pub detail: String,
}

/// What a job does.
pub trait Work: Send + Sync + fmt::Debug {
    /// One run. What goes wrong is in the report.
    fn run(&self) -> BoxFuture<'_, Report>;
}

/// Something that is done by the clock.
#[derive(Debug)]
pub struct Job {
    name: String,
    expression: String,
    jitter: Duration,
    work: Box<dyn Work>,
    collector: Collector,
    /// Whether it runs whenever a process begins to collect, too.
    at_start: bool,
    /// Whether the last run failed: that is said once.
    failing: AtomicBool,
}

impl Job {
    /// A job under a name that is its own, by a cron expression (empty: only by hand), each run later by a random part of
    /// the jitter.
    #[must_use]
    pub fn new(
        name: &str,
        expression: &str,
        jitter: Duration,
        work: Box<dyn Work>,
        collector: Collector,
    ) -> Self {
        let (name, expression) = (name.to_owned(), expression.to_owned());
        let failing = AtomicBool::new(false);
        Self { name, expression, jitter, work, collector, at_start: false, failing }
    }

    /// The same job, which runs whenever a process begins to collect, too; not if it has no times at all.
    #[must_use]
    pub fn at_start(self) -> Self {
        Self { at_start: true, ..self }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its cron expression.
    #[must_use]
    pub fn expression(&self) -> &str {
        &self.expression
    }

    fn market(&self) -> &MarketWriter {
        self.collector.market()
    }

    fn times(&self) -> Option<Times> {
        Times::new(&self.expression)
    }

    /// When it runs after this time; told to whoever watches that it does.
    fn next_run(&self, now: Millis) -> Option<Millis> {
        let next = self.times().and_then(|times| times.next(now));
        if let Some(next) = next {
            let at = gauge_value(next / 1_000);
            self.collector.metrics().next_run.with_label_values(&[self.name()]).set(at);
        }
        next
    }

    /// When it should have run last, if it has not.
    async fn missed(&self, now: Millis) -> Result<Option<Millis>, StoreError> {
        let Some(due) = self.times().and_then(|times| times.last(now)) else { return Ok(None) };
        let stored = self.market().reader().job(&self.name).await?;
        // a run of the future was noted by a clock that was ahead: until then no other would be made
        let past = |start: &Millis| *start <= now.saturating_add(SKEW);
        let last = stored.and_then(|job| job.runs.iter().map(|run| run.start).find(past));
        Ok((last < Some(due)).then_some(due))
    }

    /// A run whose time has come, unless somebody else made it meanwhile.
    async fn tick(&self) {
        let most = u64::try_from(self.jitter.as_millis()).unwrap_or(u64::MAX);
        let wait = Duration::from_millis(rand::rng().random_range(0..=most));
        let begun = self.collector.now();
        sleep(wait).await;
        match self.missed(begun).await {
            Ok(Some(_)) => {
                self.run_and_tell().await;
            }
            Ok(None) => {
                self.next_run(self.collector.now());
                tracing::debug!(job = self.name, "this run was made already");
            }
            Err(error) => self.store_away(&error),
        }
    }

    /// A run that was missed, if one was.
    async fn catch_up(&self) {
        for outcome in [Outcome::Done, Outcome::Partly, Outcome::Failed] {
            // an alert needs a zero to rise from
            let labels = [self.name(), outcome.name()];
            self.collector.metrics().runs.with_label_values(&labels).inc_by(0);
        }
        let mut said = false;
        loop {
            match self.missed(self.collector.now()).await {
                Ok(due) if due.is_some() || (self.at_start && self.times().is_some()) => {
                    if !std::mem::replace(&mut said, true) {
                        tracing::info!(
                            job = self.name,
                            "a price job makes up for the time before this process: it runs now"
                        );
                    }
                    if self.run_and_tell().await {
                        return;
                    }
                    // perhaps the lease of a process that was killed while it ran: that runs out
                    sleep(BUSY).await;
                }
                Ok(_) => {
                    let next = self.next_run(self.collector.now());
                    if let Err(error) = self.market().set_next_run(&self.name, next).await {
                        self.store_away(&error);
                    }
                    return;
                }
                Err(error) => {
                    self.store_away(&error);
                    return;
                }
            }
        }
    }

    /// Whether it was not somebody else who makes it.
    async fn run_and_tell(&self) -> bool {
        match self.run_now().await {
            Ok(Ran::Ended(report)) => self.tell(&report),
            Ok(Ran::Busy(holder)) => {
                tracing::debug!(job = self.name, holder, "it runs already");
                return false;
            }
            Err(error) => self.store_away(&error),
        }
        true
    }

    /// The change from well to failing and back is said, each run only for whoever looks closely.
    fn tell(&self, report: &Report) {
        let failed = report.outcome == Outcome::Failed;
        let before = self.failing.swap(failed, Ordering::Relaxed);
        let (job, detail) = (self.name.as_str(), report.detail.as_str());
        match (before, failed) {
            (false, true) => {
                tracing::warn!(job, detail, "a price job fails; it is tried again at its times");
            }
            (true, false) => tracing::info!(job, detail, "a price job is well again"),
            _ => tracing::debug!(job, detail, outcome = report.outcome.name(), "a price job ran"),
        }
    }

    fn store_away(&self, error: &StoreError) {
        if !self.failing.swap(true, Ordering::Relaxed) {
            tracing::warn!(job = self.name, %error, "a price job cannot run: the store does not answer it");
        }
    }
}

/// All jobs and streams of a process.
#[derive(Debug)]
pub struct Prices {
    collector: Collector,
    jobs: Vec<Arc<Job>>,
    streams: Vec<Box<dyn PriceStream>>,
    ttl: Duration,
}

impl Prices {
    /// Jobs and streams; another process takes over when this one is silent for `ttl`.
    #[must_use]
    pub fn new(
        collector: Collector,
        jobs: Vec<Job>,
        streams: Vec<Box<dyn PriceStream>>,
        ttl: Duration,
    ) -> Self {
        Self { collector, jobs: jobs.into_iter().map(Arc::new).collect(), streams, ttl }
    }

    /// Names and cron expressions of the jobs.
    pub fn planned(&self) -> impl Iterator<Item = (String, String)> {
        self.jobs.iter().map(|job| (job.name.clone(), job.expression.clone()))
    }

    /// Runs until the shutdown. What goes wrong is in the log and the metrics.
    pub async fn run(self, shutdown: Shutdown) {
        if self.collector.book().tokens().is_empty() {
            return;
        }
        let (leading, leads) = watch::channel(false);
        let schedule = match self.schedule(&leads) {
            Ok(schedule) => schedule,
            Err(error) => {
                tracing::error!(%error, "no price is collected");
                return;
            }
        };
        let tracker = TaskTracker::new();
        let by_clock = {
            let shutdown = shutdown.clone();
            async move {
                if let Err(error) = schedule.run(shutdown).await {
                    tracing::error!(%error, "no price is collected any more");
                }
            }
        };
        tracker.spawn(by_clock);
        tracker.spawn(shown::watch(self.collector.clone(), shutdown.clone()));
        let mut led = leads.clone();
        let leader = leader::hold(self.collector.clone(), self.ttl, leading, shutdown.clone());
        tracker.spawn(leader);
        while led.wait_for(|leading| *leading).await.is_ok() {
            let term = shutdown.child_token();
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = async { drop(led.wait_for(|leading| !*leading).await) } => {}
                () = self.lead(&term) => {}
            }
            term.cancel();
            if shutdown.is_cancelled() {
                break;
            }
        }
        tracker.close();
        tracker.wait().await;
    }

    /// What the one does that runs the jobs, beside those that the clock starts.
    async fn lead(&self, term: &Shutdown) {
        // old prices are shown as old at once
        if let Err(error) = self.collector.sheet().await {
            tracing::warn!(%error, "the price sheet was not made, will try again");
        }
        let missed = futures::future::join_all(self.jobs.iter().map(|job| job.catch_up()));
        let streams = self.streams.iter().map(|stream| stream.follow(self.collector.clone(), term));
        let streams = futures::future::join_all(streams);
        tokio::join!(missed, streams);
        term.cancelled().await;
    }

    fn schedule(&self, leads: &watch::Receiver<bool>) -> Result<Schedule, ScheduleError> {
        let mut schedule = Schedule::default();
        for job in &self.jobs {
            let (run, leads) = (Arc::clone(job), leads.clone());
            schedule.add(&format!("prices: {}", job.name), &job.expression, move || {
                let (run, leading) = (Arc::clone(&run), *leads.borrow());
                async move {
                    if leading {
                        run.tick().await;
                    }
                }
            })?;
        }
        Ok(schedule)
    }
}
