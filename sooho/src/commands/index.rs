//! `sooho index`.

use std::sync::Arc;

use futures::future;
use indexer::{Indexer, Metrics, Phase, Progress, Target};
use indicatif::{ProgressBar, ProgressStyle};
use observe::{Registry, Shutdown};
use tokio::sync::watch;

use super::restore;
use crate::{chains, chains::OpenStore, config::Config, error::Error};

/// Indexes every chain up to the target, then ends. A chain that another process writes is left to that one: it is an
/// error, as soon as it is sure that the other is alive.
///
/// # Errors
/// The first indexer's fault; the others are stopped.
pub async fn run(config: &Config, target: Target) -> Result<(), Error> {
    let shutdown = chains::shutdown()?;
    let open = OpenStore::open(config).await?;
    let metrics = Arc::new(chains::metrics(&Registry::new())?);
    let outcome = match restore::snapshots(config, &open.store, &shutdown).await {
        Ok(()) => index(config, &open, &metrics, target, &shutdown).await,
        Err(error) => Err(error),
    };
    open.close().await;
    outcome
}

async fn index(
    config: &Config,
    open: &OpenStore,
    metrics: &Arc<Metrics>,
    target: Target,
    shutdown: &Shutdown,
) -> Result<(), Error> {
    let runs = config.chain.iter().map(|chain| async move {
        let indexer = Indexer::new(
            chain.indexer(),
            chains::client(chain)?,
            open.store.clone(),
            Arc::clone(metrics),
        )
        .with_standby(config.indexer.outwait_the_dead())
        .with_on_change(config.indexer.on_change)
        .with_retention(config.indexer.history);
        let bar = tokio::spawn(show(chain.name.clone(), indexer.progress()));
        let outcome = indexer.run(target, shutdown.clone()).await;
        // the indexer is gone, so its progress has ended too
        drop(bar.await);
        outcome.map_err(|source| Error::Indexer { chain: chain.name.clone(), source })
    });
    future::try_join_all(runs).await.map(drop)
}

/// A bar on a terminal; hidden without one, where log lines speak.
async fn show(name: String, mut progress: watch::Receiver<Progress>) {
    let style = "{prefix} [{bar:40}] {pos}/{len} blocks, {per_sec}, {eta} left, {msg}";
    let style =
        ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::no_length().with_style(style).with_prefix(name.clone());
    let mut logged = 0;
    while progress.changed().await.is_ok() {
        let now = *progress.borrow_and_update();
        bar.set_length(now.goal.saturating_add(1).saturating_sub(now.start));
        bar.set_position(now.block.saturating_add(1).saturating_sub(now.start));
        bar.set_message(match now.building {
            _ if now.phase == Phase::NodeBehind => {
                format!("waiting for the node, which is at block {}", now.head)
            }
            Some(block) => format!("{} events, the new generation is at block {block}", now.events),
            None => format!("{} events", now.events),
        });
        if bar.is_hidden() && now.block >= logged + 10_000 {
            logged = now.block;
            tracing::info!(
                chain = name,
                block = now.block,
                goal = now.goal,
                events = now.events,
                "indexing"
            );
        }
    }
    let last = *progress.borrow();
    bar.finish();
    tracing::info!(chain = name, block = last.block, events = last.events, "index run ended");
}
