//! A server of our own remembers little while a chain is fetched: see [`store::Store::remember`].

use std::time::Duration;

use futures::future::join_all;
use store::Store;
use tokio::{
    sync::watch,
    time::{interval, sleep},
};

use crate::progress::Progress;

/// Blocks behind the goal from which on a chain is being fetched rather than followed.
const FAR: u64 = 500;
/// How often it is made sure that the server has not been told otherwise.
const AGAIN: Duration = Duration::from_secs(10);
/// How often chains are looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Keeps the server's memory as short as the chains allow, until all their indexers have ended.
pub async fn remember(store: Store, chains: Vec<watch::Receiver<Progress>>) {
    let ended = join_all(chains.iter().cloned().map(|mut chain| async move {
        while chain.changed().await.is_ok() {
            sleep(LOOK).await;
        }
    }));
    tokio::select! {
        _ = ended => {}
        () = adjust(&store, &chains) => {}
    }
}

async fn adjust(store: &Store, chains: &[watch::Receiver<Progress>]) {
    let (mut look, mut said, mut age) = (interval(LOOK), None, Duration::ZERO);
    loop {
        look.tick().await;
        let little = chains.iter().any(|chain| is_far(*chain.borrow()));
        age += LOOK;
        if said == Some(little) && age < AGAIN {
            continue;
        }
        age = Duration::ZERO;
        match store.remember(little).await {
            Ok(()) => said = Some(little),
            Err(error) if error.retryable() => {}
            Err(error) => {
                tracing::info!(%error, "the server does not let its memory be changed");
                return;
            }
        }
    }
}

fn is_far(progress: Progress) -> bool {
    let at = progress.building.unwrap_or(progress.block);
    progress.goal.saturating_sub(at) > FAR
}
