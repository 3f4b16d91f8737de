//! Listening to a chain: where it stands, and then each step it makes, none left out.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use api_kit::{health::not_indexed, problem::Problem};
use domain::ids::ChainId;
use store::Snapshot;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::sleep,
};

use crate::{
    book::Step,
    deps::{ChainDeps, Deps},
};

/// The pools in memory are a moment behind the store.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(100);
/// Who begins reads by the snapshot of the newest step if that is younger; the store forgets how it was.
const FRESH: Duration = Duration::from_secs(60);

/// Hears of the steps of a chain.
#[derive(Debug)]
pub(crate) struct Listener {
    steps: Receiver<Arc<Step>>,
}

/// Where a chain stands by its pools in memory, which all who hear of it share, and who hears of what follows.
///
/// # Errors
/// `NOT_READY` before anything is indexed, `STORE_UNAVAILABLE`, `STATE_STALE` where the pools in memory do not follow.
pub(crate) async fn listen(
    deps: &Deps,
    chain_id: ChainId,
    chain: &ChainDeps,
) -> Result<(Arc<Snapshot>, Listener), Problem> {
    let begun = Instant::now();
    loop {
        let (told, steps) = chain.book.join();
        let listener = Listener { steps };
        match told {
            Some(told) if told.opened.elapsed() < FRESH => return Ok((told.snapshot, listener)),
            // a chain that stands still
            Some(told) => {
                let opened = Instant::now();
                let snapshot = deps.reader.snapshot(chain_id).await?;
                let snapshot = Arc::new(snapshot.ok_or_else(|| not_indexed(chain_id))?);
                if snapshot.block() == told.snapshot.block() {
                    chain.book.renew(&told, &snapshot, opened);
                    return Ok((snapshot, listener));
                }
            }
            None if deps.reader.watermark(chain_id).await?.is_none() => {
                return Err(not_indexed(chain_id));
            }
            None => {}
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
    /// `TOO_SLOW` for who is so far behind that steps are lost or cannot be read any more, `RESYNC` where it is not known what
    /// lies between two versions. Nothing follows either.
    pub(crate) async fn next(&mut self) -> Option<Result<Arc<Step>, Problem>> {
        Some(match self.steps.recv().await {
            Ok(step) if step.is_gap => {
                Err(resync("everything was read anew, and what lies between is not known"))
            }
            Ok(step) if !step.serves() => {
                Err(too_slow("what the next step brought cannot be read any more"))
            }
            Ok(step) => Ok(step),
            Err(RecvError::Lagged(missed)) => Err(too_slow(&format!("{missed} steps are lost"))),
            Err(RecvError::Closed) => return None,
        })
    }
}

/// A listener cannot be told all that is between what it knows and now.
pub(crate) fn resync(why: &str) -> Problem {
    Problem::unavailable("RESYNC", format!("{why}: read what you need, and subscribe again"))
}

fn too_slow(why: &str) -> Problem {
    let detail = format!(
        "answers were taken more slowly than blocks came, {why}: read what you need, and subscribe again"
    );
    Problem::unavailable("TOO_SLOW", detail)
}
