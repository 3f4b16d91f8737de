//! The moment that requests which come close together read at.
//!
//! A snapshot begins with a question: how far is the chain? Many requests a second would ask it as many times as there are requests,
//! beside one or two questions of their own. For a few milliseconds its answer is held: who comes meanwhile reads at the same
//! moment. It never goes back, and whatever a snapshot says is still of one block.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bson::Timestamp;
use domain::ids::ChainId;
use tokio::{sync::Mutex as Turn, time::timeout};

use super::{Reader, Snapshot, snapshot::session_at};
use crate::{error::StoreError, watermark::Watermark};

/// Longest wait for what another request hears of a chain.
const PATIENCE: Duration = Duration::from_secs(1);

/// How far a chain was.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    asked: Instant,
    time: Timestamp,
    key: i64,
    watermark: Watermark,
}

type OfChain = Arc<Turn<Option<Moment>>>;

/// The moments of the chains.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent {
    hold: Duration,
    chains: Arc<Mutex<BTreeMap<ChainId, OfChain>>>,
}

impl Recent {
    pub(super) fn of(&self, chain: ChainId) -> OfChain {
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(chains.entry(chain).or_default())
    }
}

impl Reader {
    /// The same reader; [`Reader::recent`] gives snapshots of a moment that was the newest so long ago at most.
    #[must_use]
    pub fn holding(mut self, hold: Duration) -> Self {
        self.recent = Recent { hold, chains: Arc::default() };
        self
    }

    /// How long ago the moment of [`Reader::recent`] was the newest at most.
    #[must_use]
    pub const fn hold(&self) -> Duration {
        self.recent.hold
    }

    /// [`Reader::snapshot`], or a snapshot of a moment that was the newest a moment ago ([`Reader::holding`]): then it costs no
    /// question. Of two, the one that was asked for later is never the older one.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn recent(&self, chain: ChainId) -> Result<Option<Snapshot>, StoreError> {
        if self.recent.hold.is_zero() {
            return self.snapshot(chain).await;
        }
        let (came, turn) = (Instant::now(), self.recent.of(chain));
        // one asks, the others wait for what it hears; not for long, so that a server that does not answer fails all of them at
        // once and not one after the other
        let Ok(mut newest) = timeout(PATIENCE, turn.lock()).await else {
            return self.snapshot(chain).await;
        };
        // whatever was asked since is new to who came before, however long the answer took
        let is_new = |asked: Instant| asked >= came || asked.elapsed() < self.recent.hold;
        if let Some(moment) = newest.as_ref().filter(|moment| is_new(moment.asked)) {
            let moment = moment.clone();
            drop(newest);
            return self.at(chain, moment).await.map(Some);
        }
        let asked = Instant::now();
        let snapshot = self.snapshot(chain).await?;
        *newest = snapshot.as_ref().and_then(|snapshot| {
            let (key, watermark) = (snapshot.key(), *snapshot.watermark());
            snapshot.time().map(|time| Moment { asked, time, key, watermark })
        });
        Ok(snapshot)
    }

    async fn at(&self, chain: ChainId, moment: Moment) -> Result<Snapshot, StoreError> {
        let Moment { time, key, watermark, .. } = moment;
        let session = session_at(&self.client, time).await?;
        Ok(Snapshot::new(self.database.clone(), session, chain, key, watermark))
    }
}
