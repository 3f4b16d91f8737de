//! Being woken when something moves. The store pushes it; without that, who follows looks now and then.

use std::time::Duration;

use store::{Moves, Reader, StoreError, market::PriceMoves};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

/// Before listening anew.
const REST: Duration = Duration::from_secs(1);

/// What the store tells of.
pub(crate) trait Told: Sized + Send + 'static {
    /// Its name, for the log.
    const WHAT: &'static str;

    /// Listens from now on.
    fn begin(reader: &Reader) -> impl Future<Output = Result<Self, StoreError>> + Send;
    /// The next time; `None` when no more is told.
    fn next(&mut self) -> impl Future<Output = Option<Result<(), StoreError>>> + Send;
}

impl Told for Moves {
    const WHAT: &'static str = "what is committed";

    async fn begin(reader: &Reader) -> Result<Self, StoreError> {
        reader.moves().await
    }

    async fn next(&mut self) -> Option<Result<(), StoreError>> {
        Self::next(self).await
    }
}

impl Told for PriceMoves {
    const WHAT: &'static str = "prices";

    async fn begin(reader: &Reader) -> Result<Self, StoreError> {
        reader.market().moves().await
    }

    async fn next(&mut self) -> Option<Result<(), StoreError>> {
        Self::next(self).await
    }
}

/// Wakes who follows the store.
#[derive(Debug)]
pub(crate) struct Wake {
    moved: Moved,
    _listening: AbortOnDropHandle<()>,
}

/// How often something moved, as far as was heard; who clones it is woken, too.
#[derive(Debug, Clone)]
pub(crate) struct Moved(watch::Receiver<u64>);

impl Wake {
    /// Listens until it is dropped.
    pub(crate) fn listen<T: Told>(reader: Reader) -> Self {
        let (sender, moved) = watch::channel(0);
        let listening = tokio::spawn(listen::<T>(reader, sender));
        Self { moved: Moved(moved), _listening: AbortOnDropHandle::new(listening) }
    }

    /// Returns when something moved since the last time.
    pub(crate) async fn moved(&mut self) {
        self.moved.next().await;
    }

    /// For somebody else who is to be woken.
    pub(crate) fn ear(&self) -> Moved {
        self.moved.clone()
    }
}

impl Moved {
    /// Returns when something moved since the last time.
    pub(crate) async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// How often so far.
    pub(crate) fn times(&self) -> u64 {
        *self.0.borrow()
    }
}

async fn listen<T: Told>(reader: Reader, moved: watch::Sender<u64>) {
    let move_on = || moved.send_modify(|times| *times += 1);
    loop {
        match T::begin(&reader).await {
            Ok(mut moves) => {
                // what moved before it listened
                move_on();
                while let Some(told) = moves.next().await {
                    if let Err(error) = told {
                        tracing::debug!(%error, what = T::WHAT, "the store tells no more, listening anew");
                        break;
                    }
                    move_on();
                }
            }
            Err(error) => tracing::debug!(%error, what = T::WHAT, "the store does not tell"),
        }
        tokio::time::sleep(REST).await;
    }
}
