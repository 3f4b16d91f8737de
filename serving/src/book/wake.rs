//! Being woken when a chain moves. The store pushes it; without that, who follows looks now and then.

use std::time::Duration;

use store::Reader;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

/// Before listening anew.
const REST: Duration = Duration::from_secs(1);

/// Wakes who follows the store.
#[derive(Debug)]
pub(super) struct Wake {
    moved: watch::Receiver<()>,
    _listening: AbortOnDropHandle<()>,
}

impl Wake {
    /// Listens until it is dropped.
    pub(super) fn listen(reader: Reader) -> Self {
        let (sender, moved) = watch::channel(());
        Self { moved, _listening: AbortOnDropHandle::new(tokio::spawn(listen(reader, sender))) }
    }

    /// Returns when something moved since the last time.
    pub(super) async fn moved(&mut self) {
        if self.moved.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

async fn listen(reader: Reader, moved: watch::Sender<()>) {
    loop {
        match reader.moves().await {
            Ok(mut moves) => {
                // what moved before it listened
                moved.send_replace(());
                while let Some(told) = moves.next().await {
                    if let Err(error) = told {
                        tracing::debug!(%error, "the store tells no more of what is committed, listening anew");
                        break;
                    }
                    moved.send_replace(());
                }
            }
            Err(error) => tracing::debug!(%error, "the store does not tell of what is committed"),
        }
        tokio::time::sleep(REST).await;
    }
}
