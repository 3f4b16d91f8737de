//! Running work in a transaction, again and again while the trouble is a passing one.

use std::time::Duration;

use mongodb::{
    Client, ClientSession,
    error::UNKNOWN_TRANSACTION_COMMIT_RESULT,
    options::{ReadConcern, WriteConcern},
};
use tokio::time::{Instant, sleep};
use tracing::warn;

use crate::error::StoreError;

/// How long a transaction is tried; a `mongod` that was killed is back in a few seconds.
const PATIENCE: Duration = Duration::from_secs(30);
/// First pause between attempts; doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What is done inside a transaction. It may be run several times, each time from the start.
pub(crate) trait Work: Sync {
    /// What it gives back.
    type Output: Send;

    /// One run.
    fn run(
        &self,
        session: &mut ClientSession,
    ) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}

/// Runs the work in one transaction: all of it is stored when this is `Ok`.
pub(crate) async fn transact<W: Work>(client: &Client, work: &W) -> Result<W::Output, StoreError> {
    transact_in(&mut client.start_session().await?, work).await
}

/// The same in a session that is used again and again. What it left open is ended first.
pub(crate) async fn transact_in<W: Work>(
    session: &mut ClientSession,
    work: &W,
) -> Result<W::Output, StoreError> {
    let deadline = Instant::now() + PATIENCE;
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match attempt(session, work, deadline).await {
            Ok(output) => return Ok(output),
            Err(error) => error,
        };
        if !error.retryable() || Instant::now() + pause >= deadline {
            return Err(error);
        }
        warn!(%error, "transaction did not go through, it is tried again");
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn attempt<W: Work>(
    session: &mut ClientSession,
    work: &W,
    deadline: Instant,
) -> Result<W::Output, StoreError> {
    // a run that was cancelled half-way ended without a word; an error says that there was none
    drop(session.abort_transaction().await);
    session
        .start_transaction()
        .read_concern(ReadConcern::snapshot())
        .write_concern(WriteConcern::majority())
        .await?;
    match work.run(session).await {
        Ok(output) => commit(session, deadline).await.map(|()| output),
        Err(error) => {
            if let Err(abort) = session.abort_transaction().await {
                // the server forgets it by itself when the session is gone
                warn!(error = %abort, "the transaction could not be aborted");
            }
            Err(error)
        }
    }
}

/// Commits; when the answer is lost, asks again: the server knows whether it happened.
async fn commit(session: &mut ClientSession, deadline: Instant) -> Result<(), StoreError> {
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match session.commit_transaction().await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if !error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT)
            || Instant::now() + pause >= deadline
        {
            return Err(error.into());
        }
        warn!(%error, "the outcome of a commit is unknown, it is asked for again");
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
