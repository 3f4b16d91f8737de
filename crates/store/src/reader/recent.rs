//! The moment that requests which come close together read at.
//!
//! A snapshot begins with a question: how far is the chain? Many requests a second would ask it as many times as there are requests,
//! beside one or two questions of their own. For a few milliseconds its answer is held: who comes meanwhile reads at the same
//! moment. While somebody is told of every move ([`super::Moves`]) it is held for longer, until a move is told of. It never goes
//! back, and whatever a snapshot says is still of one block.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bson::Timestamp;
use domain::{block::BlockRef, ids::ChainId};
use tokio::{sync::Mutex as Turn, time::timeout};

use super::{Reader, Snapshot, snapshot::session_at};
use crate::{error::StoreError, watermark::Watermark};

/// Longest wait for what another request hears of a chain.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a moment is held while moves are told of: as late as the news of one may be.
const WHILE_TOLD: Duration = Duration::from_millis(100);

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
    news: Arc<News>,
}

/// What is heard of moves.
#[derive(Debug, Default)]
struct News {
    listeners: AtomicUsize,
    /// When one was heard of last.
    moved: Mutex<Option<Instant>>,
    /// Where each chain stood when somebody asked last.
    blocks: Mutex<BTreeMap<ChainId, BlockRef>>,
}

/// Somebody is told of every move.
#[derive(Debug)]
pub(super) struct Listening(Arc<News>);

impl Listening {
    /// A chain moved: what was known before is old.
    pub(super) fn moved(&self) {
        self.0.moved();
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.listeners.fetch_sub(1, Ordering::Relaxed);
    }
}

impl News {
    fn moved(&self) {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        // while nobody else can write a later one
        *moved = Some(Instant::now());
    }

    /// Whether what was asked for then is still what there is, as far as was heard.
    fn stands(&self, asked: Instant, hold: Duration) -> bool {
        let is_told = self.listeners.load(Ordering::Relaxed) > 0;
        let hold = if is_told { hold.max(WHILE_TOLD) } else { hold };
        let moved = *self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        asked.elapsed() < hold && moved.is_none_or(|moved| asked > moved)
    }
}

impl Recent {
    /// From now on moves are told of, until this is dropped. Of those before nothing will be told.
    pub(super) fn listen(&self) -> Listening {
        self.news.moved();
        self.news.listeners.fetch_add(1, Ordering::Relaxed);
        Listening(Arc::clone(&self.news))
    }

    /// Where somebody has just read that a chain stands. If that is not where it stood before, all that is held is old, and so is
    /// what somebody is being told at this moment.
    pub(super) fn heard(&self, chain: ChainId, block: BlockRef) {
        if self.hold.is_zero() {
            return;
        }
        let mut blocks = self.news.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if blocks.insert(chain, block).is_some_and(|before| before != block) {
            self.news.moved();
        }
    }

    pub(super) fn of(&self, chain: ChainId) -> OfChain {
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(chains.entry(chain).or_default())
    }
}

impl Reader {
    /// The same reader; [`Reader::recent`] gives snapshots of a moment that was the newest so long ago at most. Clones share what they
    /// hear of moves ([`Reader::moves`]), and hold longer while they hear it.
    #[must_use]
    pub fn holding(mut self, hold: Duration) -> Self {
        self.recent = Recent { hold, ..Recent::default() };
        self
    }

    /// How long ago the moment of [`Reader::recent`] was the newest at most.
    #[must_use]
    pub fn hold(&self) -> Duration {
        match self.recent.hold {
            Duration::ZERO => Duration::ZERO,
            hold => hold.max(WHILE_TOLD),
        }
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
        let is_new =
            |asked: Instant| asked >= came || self.recent.news.stands(asked, self.recent.hold);
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
