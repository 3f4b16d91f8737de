//! `sooho index`.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future;
use indexer::{Indexer, Metrics, Phase, Progress, Target};
use indicatif::{ProgressBar, ProgressStyle};
use observe::{Registry, Shutdown};
use tokio::sync::watch;

use super::restore;
use crate::{
    chains::{self, OpenStore},
    config::{ChainConfig, Config},
    error::Error,
};

/// How often the log says how far it is, where no bar shows it.
const SAY: Duration = Duration::from_secs(10);

/// Indexes every chain up to the target, then ends. A chain that another process writes is left to that one: it is an
/// error, as soon as it is sure that the other is alive.
///
/// # Errors
/// The first indexer's fault; the others are stopped. [`Error::Service`] when it was told to stop before the target.
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
    let indexers: Vec<(&ChainConfig, Indexer)> = config
        .chain
        .iter()
        .map(|chain| {
            let (settings, client) = (chain.indexer(), chains::client(chain)?);
            let indexer = Indexer::new(settings, client, open.store.clone(), Arc::clone(metrics))
                .with_standby(config.indexer.outwait_the_dead())
                .with_on_change(config.indexer.on_change)
                .with_retention(config.indexer.history);
            Ok((chain, indexer))
        })
        .collect::<Result<_, Error>>()?;
    open.remember(indexers.iter().map(|(_, indexer)| indexer.progress()).collect());
    let runs = indexers.into_iter().map(|(chain, indexer)| async move {
        let bar = tokio::spawn(show(chain.name.clone(), indexer.progress()));
        let outcome = indexer.run(target, shutdown.clone()).await;
        // asked at once: who has reached the target is not interrupted any more
        let interrupted = shutdown.is_cancelled();
        // the indexer is gone, so its progress has ended too
        drop(bar.await);
        outcome.map_err(|source| Error::Indexer { chain: chain.name.clone(), source })?;
        // what is stored, not what this run has seen: it may have ended before it looked
        let stored = open.store.reader().watermark(chain.id).await?;
        let block = stored.map(|stored| stored.block.number);
        if interrupted && !matches!(target, Target::Block(goal) if block >= Some(goal)) {
            return Ok::<_, Error>(Some(how_far(&chain.name, block, target)));
        }
        let events = stored.map_or(0, |stored| stored.counters.events);
        tracing::info!(chain = chain.name, block, events, "index run ended");
        Ok(None)
    });
    let interrupted: Vec<String> =
        future::try_join_all(runs).await?.into_iter().flatten().collect();
    if interrupted.is_empty() {
        return Ok(());
    }
    Err(Error::Service {
        service: "index",
        reason: format!("interrupted: {}; run the same command again", interrupted.join(", ")),
    })
}

/// Where a chain stands that was to come to the target.
fn how_far(chain: &str, stored: Option<u64>, target: Target) -> String {
    let goal = match target {
        Target::Block(number) => format!(" of {number}"),
        Target::Head | Target::Follow => String::new(),
    };
    match stored {
        Some(block) => format!("{chain} is at block {block}{goal}"),
        None => format!("nothing is stored of {chain}"),
    }
}

/// A bar on a terminal; without one, a line of the log now and then.
async fn show(name: String, mut progress: watch::Receiver<Progress>) {
    let style = "{prefix} [{bar:40}] {pos}/{len} blocks, {per_sec}, {eta} left, {msg}";
    let style =
        ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::no_length().with_style(style).with_prefix(name.clone());
    let (mut waits, mut moves) = (None, None);
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
        if !bar.is_hidden() || now.goal == 0 {
            continue;
        }
        let Progress { block, goal, events, head, .. } = now;
        match now.phase {
            // the indexer says so itself
            Phase::NodeBehind => {}
            Phase::Idle if is_due(&mut waits) => {
                tracing::info!(
                    chain = name,
                    block,
                    goal,
                    node_at = head,
                    "all that the chain has is indexed, waiting for it to reach the goal"
                );
            }
            Phase::Commit if is_due(&mut moves) => {
                tracing::info!(chain = name, block, goal, events, "indexing");
            }
            _ => {}
        }
    }
    bar.finish();
}

/// Whether something that was said then is to be said again; if so, it is.
fn is_due(said: &mut Option<Instant>) -> bool {
    let due = said.is_none_or(|said| said.elapsed() >= SAY);
    if due {
        *said = Some(Instant::now());
    }
    due
}
