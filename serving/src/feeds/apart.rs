//! Work that keeps a core busy: apart from requests that wait for something, and no more of it at once than searches for
//! routes may be.

use api_kit::problem::Problem;

use crate::{book::Busy, deps::ChainDeps};

/// Waits for its turn, and does it. Begun work is done, also when nobody waits for it any more.
pub(crate) async fn apart<T: Send + 'static>(
    chain: &ChainDeps,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let permit = chain.book.searches().permit().await.map_err(|Busy { waited }| {
        let detail = format!(
            "too much is being computed: nothing ended within {} s; try again in a moment",
            waited.as_secs()
        );
        Problem::too_many("RATE_LIMITED", detail)
    })?;
    let working = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(permit);
        done
    });
    working.await.map_err(|error| {
        tracing::error!(%error, "an answer was not computed to its end");
        Problem::internal()
    })
}
