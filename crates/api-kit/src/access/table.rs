//! All keys, in memory. They are read anew while they are used, by one at a time.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::market::Millis;
use store::keys::{KeyRecord, Keys};
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};

use super::Scopes;
use crate::problem::Problem;

/// After this keys are read anew: so long one that was taken back may be used.
const FRESH: Duration = Duration::from_secs(5);
/// Who has a key that is not known waits for the next reading; between two of those lies so much.
const PAUSE: Duration = Duration::from_millis(200);
/// A reading may take so long; after one that failed the next is not tried before that.
const PATIENCE: Duration = Duration::from_secs(2);
/// While the store does not answer, what was known goes on for so long.
const STALE: Duration = Duration::from_secs(600);
/// How exactly it is noted when a key was used, in milliseconds.
const NOTED: Millis = 60_000;

/// A key that is known.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) record: KeyRecord,
    pub(super) scopes: Scopes,
    /// When its use was noted last.
    noted: AtomicU64,
}

#[derive(Debug)]
pub(super) struct Table {
    keys: Keys,
    state: RwLock<State>,
    /// Whose turn it is to read.
    turn: Mutex<()>,
}

#[derive(Debug, Clone, Default)]
struct State {
    by_id: Arc<HashMap<String, Arc<Known>>>,
    /// When they were read.
    read: Option<Instant>,
    /// When that failed, if it did last.
    failed: Option<Instant>,
}

impl State {
    fn is_younger(&self, age: Duration) -> bool {
        self.read.is_some_and(|read| read.elapsed() < age)
    }
}

impl Table {
    pub(super) fn new(keys: Keys) -> Self {
        Self { keys, state: RwLock::default(), turn: Mutex::default() }
    }

    /// The key of this id; `None` when there is none.
    ///
    /// # Errors
    /// While that cannot be told.
    pub(super) async fn find(&self, id: &str) -> Result<Option<Arc<Known>>, Problem> {
        let came = Instant::now();
        // of what is not there only a reading since can say so: it may have been made a moment ago
        let settles = |state: &State, is_known: bool| {
            state.read.is_some_and(|read| read >= came || (is_known && read.elapsed() < FRESH))
        };
        let state = self.state();
        let found = state.by_id.get(id).cloned();
        if settles(&state, found.is_some()) {
            return Ok(found);
        }
        let turn = match self.turn.try_lock() {
            Ok(turn) => turn,
            // somebody reads: who knows what it needs does not wait
            Err(_) if found.is_some() && state.is_younger(STALE) => return Ok(found),
            Err(_) => self.turn.lock().await,
        };
        let state = self.state();
        let outcome =
            if settles(&state, state.by_id.contains_key(id)) { Ok(()) } else { self.read().await };
        drop(turn);
        let state = self.state();
        let found = state.by_id.get(id).cloned();
        match outcome {
            Err(_) if found.is_some() && state.is_younger(STALE) => Ok(found),
            outcome => outcome.map(|()| found),
        }
    }

    /// Reads all.
    async fn read(&self) -> Result<(), Problem> {
        let State { by_id, read, failed } = self.state();
        if failed.is_some_and(|failed| failed.elapsed() < PATIENCE) {
            return Err(away());
        }
        if let Some(rest) = read.and_then(|read| PAUSE.checked_sub(read.elapsed())) {
            sleep(rest).await;
        }
        let begun = Instant::now();
        let error = match timeout(PATIENCE, self.keys.all()).await {
            Ok(Ok(all)) => {
                let known = |record: KeyRecord| {
                    let noted = by_id.get(&record.id).map(|known| known.noted());
                    let noted = AtomicU64::new(noted.max(record.used).unwrap_or_default());
                    let scopes = Scopes::known(&record.scopes);
                    (record.id.clone(), Arc::new(Known { record, scopes, noted }))
                };
                let by_id = Arc::new(all.into_iter().map(known).collect());
                self.set(State { by_id, read: Some(begun), failed: None });
                return Ok(());
            }
            Ok(Err(error)) => error.into(),
            Err(_) => away(),
        };
        tracing::warn!(
            code = error.code(),
            "keys cannot be read; those that are known go on for a while"
        );
        self.set(State { by_id, read, failed: Some(Instant::now()) });
        Err(error)
    }

    /// Notes that a key is used, once in a while.
    pub(super) fn used(&self, known: &Arc<Known>, now: Millis) {
        let last = known.noted();
        let is_due = now.saturating_sub(last) >= NOTED
            && known
                .noted
                .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if is_due {
            let (keys, known) = (self.keys.clone(), Arc::clone(known));
            tokio::spawn(async move {
                if let Err(error) = keys.used(&known.record.id, now).await {
                    tracing::warn!(%error, key = known.record.id, "the use of a key was not noted");
                }
            });
        }
    }

    fn set(&self, state: State) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    fn state(&self) -> State {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn away() -> Problem {
    Problem::unavailable(
        "STORE_UNAVAILABLE",
        "the database does not answer, so keys cannot be looked up; try again in a moment",
    )
}

impl Known {
    fn noted(&self) -> Millis {
        self.noted.load(Ordering::Relaxed)
    }
}
