//! Minutes that were not pushed, asked for by HTTP until they are there.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{candle::Resolution, market::Millis};
use tokio::{
    sync::{Notify, mpsc},
    time::sleep,
};

use crate::{
    error::MarketError,
    source::{PriceSource, Series},
    stream::{Backoff, Gone, StreamRules, Update, hand_on},
};

/// Holes that are kept apart; beyond them those of a feed become one, with what lies between, which then comes twice.
const MOST: usize = 4_096;

#[derive(Debug, Clone)]
struct Hole {
    id: Arc<str>,
    /// The first missing minute.
    from: Millis,
    /// The first that is not.
    to: Millis,
}

/// What is missing; what was noted first is asked for first.
#[derive(Debug, Default)]
pub(super) struct Holes {
    queue: Mutex<VecDeque<Hole>>,
    added: Notify,
}

impl Holes {
    /// Notes a hole.
    pub(super) fn add(&self, id: &Arc<str>, from: Millis, to: Millis) {
        let mut queue = self.lock();
        let many = queue.len() >= MOST;
        match queue.iter_mut().find(|hole| many && hole.id == *id) {
            Some(hole) => (hole.from, hole.to) = (hole.from.min(from), hole.to.max(to)),
            None => queue.push_back(Hole { id: Arc::clone(id), from, to }),
        }
        self.added.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Hole>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fills holes as they are noted, until nobody reads any more.
    pub(super) async fn fill(
        &self,
        source: &dyn PriceSource,
        rules: StreamRules,
        out: &mpsc::Sender<Update>,
    ) -> Gone {
        let (mut backoff, mut failing) = (Backoff::new(rules), false);
        loop {
            let next = self.lock().pop_front();
            let Some(Hole { id, from, to }) = next else {
                self.added.notified().await;
                continue;
            };
            let mut least = None;
            match source.bars(&id, Resolution::M1, from, to).await {
                Ok(Series { bars, until }) => {
                    for bar in bars {
                        let update = Update { id: Arc::clone(&id), said: None, closed: Some(bar) };
                        if hand_on(out, update).await.is_err() {
                            return Gone;
                        }
                    }
                    if until < to {
                        self.add(&id, until.max(from), to);
                    }
                    failing = false;
                    if until > from {
                        backoff = Backoff::new(rules);
                        continue;
                    }
                }
                Err(error) if error.is_transient() => {
                    if std::mem::replace(&mut failing, true) {
                        tracing::debug!(%id, %error, "missed minutes are asked for again");
                    } else {
                        tracing::warn!(%id, %error, "missed minutes are asked for again");
                    }
                    self.add(&id, from, to);
                    if let MarketError::Wait { wait, .. } = error {
                        least = Some(wait);
                    }
                }
                Err(error) => {
                    tracing::error!(%id, from, to, %error, "missed minutes stay missing");
                    continue;
                }
            }
            sleep(backoff.wait().max(least.unwrap_or_default())).await;
        }
    }
}
