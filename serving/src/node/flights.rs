//! Questions that several requests ask at the same time, asked once. They go on when whoever asked first does not wait.

use std::{
    collections::HashMap, future::Future, hash::Hash, sync::Arc, sync::Mutex, time::Duration,
};

use api_kit::problem::Problem;
use chain::ChainError;
use tokio::{
    sync::watch,
    time::{Instant, timeout, timeout_at},
};

use super::lock;
use crate::failure;

/// A question is given up after this, whoever waits for it.
pub(super) const LIMIT: Duration = Duration::from_secs(5);
/// Different questions under way at most.
const MOST: usize = 512;

type Answer<V> = Option<Result<V, Problem>>;

/// What is under way, by question.
#[derive(Debug)]
pub(super) struct Flights<K, V>(Mutex<HashMap<K, watch::Receiver<Answer<V>>>>);

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K, V> Flights<K, V>
where
    K: Hash + Eq + Clone + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// The answer to a question, which is asked unless it is under way.
    pub(super) async fn join(
        self: &Arc<Self>,
        key: K,
        asked: impl Future<Output = Result<V, ChainError>> + Send + 'static,
        deadline: Instant,
    ) -> Result<V, Problem> {
        let mut answer = self.board(key, asked)?;
        let answered = timeout_at(deadline, answer.wait_for(Option::is_some)).await;
        let Ok(answered) = answered else { return Err(too_late()) };
        let answered = answered.ok().and_then(|answer| answer.clone());
        // whoever asked is gone
        answered.unwrap_or_else(|| Err(too_late()))
    }

    fn board(
        self: &Arc<Self>,
        key: K,
        asked: impl Future<Output = Result<V, ChainError>> + Send + 'static,
    ) -> Result<watch::Receiver<Answer<V>>, Problem> {
        let mut going = lock(&self.0);
        // one whose task is gone will never be answered
        if let Some(flight) = going.get(&key).filter(|flight| flight.has_changed().is_ok()) {
            return Ok(flight.clone());
        }
        if going.len() >= MOST {
            return Err(busy());
        }
        let (sender, receiver) = watch::channel(None);
        going.insert(key.clone(), receiver.clone());
        drop(going);
        let flights = Arc::clone(self);
        tokio::spawn(async move {
            let answer = timeout(LIMIT, asked).await;
            let answer =
                answer.map_or_else(|_| Err(too_late()), |answer| answer.map_err(failure::of_chain));
            // whoever comes from now on asks anew: neither a failure nor a fact of a moment is kept
            lock(&flights.0).remove(&key);
            sender.send_replace(Some(answer));
        });
        Ok(receiver)
    }
}

/// The chain does not answer in time.
pub(crate) fn too_late() -> Problem {
    Problem::unavailable(
        "CHAIN_TIMEOUT",
        "the chain's node did not answer in time; try again in a moment",
    )
}

/// Too much is asked.
pub(crate) fn busy() -> Problem {
    Problem::unavailable(
        "LIVE_BUSY",
        "too much is asked of the chain at once; ask for less, or try again in a moment",
    )
}
