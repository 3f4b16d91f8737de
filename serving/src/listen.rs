//! Listening to a chain: where it stands, and then each step it makes, none left out.

use std::{sync::Arc, time::Duration};

use api_kit::{health::not_indexed, problem::Problem};
use domain::ids::ChainId;
use store::Snapshot;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, sleep},
};

use crate::{
    book::Step,
    deps::{ChainDeps, Deps},
};

/// The pools in memory are a moment behind the store, and that one a moment behind them when it is asked anew.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(5);

/// Hears of the steps of a chain.
#[derive(Debug)]
pub(crate) struct Listener {
    steps: Receiver<Arc<Step>>,
    /// The step that led to what is known already.
    known: u64,
}

/// Where a chain stands, and who hears of what follows.
///
/// # Errors
/// `NOT_READY` before anything is indexed, `STORE_UNAVAILABLE`, `STATE_STALE` where the pools in memory do not follow.
pub(crate) async fn listen(
    deps: &Deps,
    chain_id: ChainId,
    chain: &ChainDeps,
) -> Result<(Arc<Snapshot>, Listener), Problem> {
    let begun = Instant::now();
    let steps = chain.book.steps();
    loop {
        let told = chain.book.newest_step();
        let snapshot =
            deps.reader.snapshot(chain_id).await?.ok_or_else(|| not_indexed(chain_id))?;
        // the same one, and none was told meanwhile
        if let Some(told) = told.filter(|told| told.block == snapshot.block()) {
            return Ok((Arc::new(snapshot), Listener { steps, known: told.number }));
        }
        if begun.elapsed() > PATIENCE {
            let detail = "what is committed is not followed at the moment; try again later";
            return Err(Problem::unavailable("STATE_STALE", detail));
        }
        sleep(LOOK).await;
    }
}

impl Listener {
    /// The next step; `None` when the service ends.
    ///
    /// # Errors
    /// `TOO_SLOW` for who is so far behind that steps are lost, `RESYNC` where it is not known what lies between two
    /// versions. Nothing follows either.
    pub(crate) async fn next(&mut self) -> Option<Result<Arc<Step>, Problem>> {
        loop {
            match self.steps.recv().await {
                Ok(step) if step.number <= self.known => {}
                Ok(step) if step.is_gap => return Some(Err(resync())),
                Ok(step) => {
                    self.known = step.number;
                    return Some(Ok(step));
                }
                Err(RecvError::Lagged(missed)) => return Some(Err(too_slow(missed))),
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

fn resync() -> Problem {
    Problem::unavailable(
        "RESYNC",
        "everything was read anew, and what lies between is not known: read what you need, and subscribe again",
    )
}

fn too_slow(missed: u64) -> Problem {
    Problem::unavailable(
        "TOO_SLOW",
        format!(
            "answers were taken more slowly than blocks came, {missed} steps are lost: read what you need, and subscribe again"
        ),
    )
}
