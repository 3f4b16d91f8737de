//! What is read of the store beside the node.

use api_kit::problem::Problem;
use tokio::time::{Instant, timeout_at};

/// What is read of the store, if it answers in time: whoever asks the node waits for neither longer than that.
pub(crate) async fn in_time<T, E: Into<Problem>>(
    deadline: Instant,
    read: impl Future<Output = Result<T, E>>,
) -> Result<T, Problem> {
    timeout_at(deadline, read).await.map_or_else(|_| Err(late()), |read| read.map_err(Into::into))
}

fn late() -> Problem {
    let detail = "the store did not answer in time; try again in a moment";
    Problem::unavailable("STORE_UNAVAILABLE", detail)
}
