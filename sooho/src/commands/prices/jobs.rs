//! `sooho prices run`: sources asked by hand.

use domain::market::Source;
use indexer::market::jobs::Ran;
use observe::Shutdown;
use serde_json::json;
use store::market::Outcome;

use super::super::{backup::interrupted, table::table};
use crate::{error::Error, prices::Market};

#[expect(clippy::print_stdout, reason = "the answer of a command")]
pub(super) async fn run(
    market: &Market<'_>,
    source: Option<Source>,
    as_json: bool,
    shutdown: &Shutdown,
) -> Result<(), Error> {
    let mut jobs = market.jobs();
    if let Some(source) = source {
        jobs.retain(|job| job.name() == source.name());
        if jobs.is_empty() {
            return Err(Error::Invalid(format!(
                "{source} has nothing to be asked for: give a token of prices.tokens a feed of it, and switch it on"
            )));
        }
    }
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for job in &jobs {
        let ran = tokio::select! {
            () = shutdown.cancelled() => return Err(interrupted("prices run")),
            ran = job.run_now() => ran?,
        };
        let (outcome, detail) = match ran {
            Ran::Ended(report) => (report.outcome.name(), report.detail),
            Ran::Busy(holder) => ("busy", format!("it runs at {holder} now")),
        };
        if outcome == Outcome::Failed.name() {
            failed.push(job.name().to_owned());
        }
        rows.push([job.name().to_owned(), outcome.to_owned(), detail]);
    }
    if as_json {
        let runs: Vec<_> = rows
            .iter()
            .map(|[source, outcome, detail]| json!({ "source": source, "outcome": outcome, "detail": detail }))
            .collect();
        println!("{:#}", json!(runs));
    } else {
        print!("{}", table(["source", "outcome", "what it did"], &rows));
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Error::Service { service: "prices run", reason: format!("{} failed", failed.join(", ")) })
}
