//! `/admin/prices/jobs`: who collects prices, how the last runs went, and when the next ones are due.

use axum::{Json, Router, routing::get};
use domain::{iso, market::Millis};
use serde::Serialize;
use store::market::{JobStatus, MarketReader, Run};

use crate::problem::Problem;

/// A job as it is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its name.
    pub name: String,
    /// Its cron expression, in UTC; empty: only by hand.
    pub cron: String,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Its name: a source, `repair`, or `collector` for what holds all others together.
    pub name: String,
    /// Its cron expression, in UTC; `null` where this process has none for it.
    pub cron: Option<String>,
    /// Host and process id of who runs it now; of `collector`: of who collects.
    pub holder: Option<String>,
    /// When it runs next.
    pub next_run: Option<String>,
    /// The last runs, newest first.
    pub runs: Vec<RunView>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    /// When it began.
    pub start: String,
    /// When it ended.
    pub end: String,
    /// How long it took, in milliseconds.
    pub millis: Millis,
    /// `done`, `partly` or `failed`.
    pub outcome: &'static str,
    /// What it did, or what went wrong.
    pub detail: String,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Jobs {
    /// All jobs that are configured or ever ran, by name.
    pub jobs: Vec<JobView>,
}

impl From<Run> for RunView {
    fn from(run: Run) -> Self {
        let Run { start, end, outcome, detail } = run;
        let millis = end.saturating_sub(start);
        let (start, end) = (iso::format(start), iso::format(end));
        Self { start, end, millis, outcome: outcome.name(), detail }
    }
}

/// How the jobs stand.
///
/// # Errors
/// `STORE_UNAVAILABLE` when the store does not answer.
pub async fn read(reader: &MarketReader, planned: &[Planned]) -> Result<Jobs, Problem> {
    let mut stored = reader.jobs().await?;
    for Planned { name, .. } in planned {
        if stored.iter().all(|job| job.name != *name) {
            let (name, holder) = (name.clone(), None);
            stored.push(JobStatus { name, holder, expires: None, runs: Vec::new(), next: None });
        }
    }
    stored.sort_by(|a, b| a.name.cmp(&b.name));
    let view = |job: JobStatus| JobView {
        cron: planned.iter().find(|plan| plan.name == job.name).map(|plan| plan.cron.clone()),
        // without a lease the name is of who ran it last
        holder: job.holder.filter(|_| job.expires.is_some()),
        next_run: job.next.map(iso::format),
        runs: job.runs.into_iter().map(RunView::from).collect(),
        name: job.name,
    };
    Ok(Jobs { jobs: stored.into_iter().map(view).collect() })
}

/// The route.
pub fn routes(reader: MarketReader, planned: Vec<Planned>) -> Router {
    let jobs = async move || read(&reader, &planned).await.map(Json);
    Router::new().route("/admin/prices/jobs", get(jobs))
}
