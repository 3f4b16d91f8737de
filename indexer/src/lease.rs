//! An indexer writes only while it holds the lease of its chain; until then, and after losing it, it stands by.

use std::{sync::Arc, time::Duration};

use chain::Client;
use observe::Shutdown;
use store::{Lease, Store, StoreError, Writer};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use crate::{
    config::{IndexerConfig, Target},
    error::IndexerError,
    generations::{Ended, OnChange, Rival, Term},
    metrics::Metrics,
    progress::{Phase, Progress, Reporter},
    upkeep::Retention,
};

/// Longest wait between two looks at a lease that somebody else holds.
const LONGEST_LOOK: Duration = Duration::from_secs(1);
/// How long giving a lease back may delay the end.
const RELEASE: Duration = Duration::from_secs(2);

/// How an indexer comes to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standby {
    /// How long a lease outlives its holder.
    pub ttl: Duration,
    /// How long to wait for one that somebody else holds; `None`: for ever.
    pub patience: Option<Duration>,
}

impl Default for Standby {
    fn default() -> Self {
        Self { ttl: store::DEFAULT_TTL, patience: None }
    }
}

impl Standby {
    /// Waits as long as a crashed holder's lease may last: who holds it still is alive.
    #[must_use]
    pub fn until_a_dead_holder_is_gone(ttl: Duration) -> Self {
        Self { ttl, patience: Some(ttl + LONGEST_LOOK) }
    }
}

/// Indexes one chain, as its only writer.
#[derive(Debug)]
pub struct Indexer {
    pub(crate) config: IndexerConfig,
    pub(crate) client: Client,
    pub(crate) store: Store,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) reporter: Reporter,
    pub(crate) standby: Standby,
    pub(crate) on_change: OnChange,
    pub(crate) retention: Retention,
    leading: watch::Sender<bool>,
    pub(crate) writing: watch::Sender<Option<Writer>>,
}

impl Indexer {
    /// An indexer that continues where the store stands.
    #[must_use]
    pub fn new(config: IndexerConfig, client: Client, store: Store, metrics: Arc<Metrics>) -> Self {
        Self {
            config,
            client,
            store,
            metrics,
            reporter: Reporter::new(),
            standby: Standby::default(),
            on_change: OnChange::default(),
            retention: Retention::default(),
            leading: watch::Sender::new(false),
            writing: watch::Sender::new(None),
        }
    }

    /// The same with other patience.
    #[must_use]
    pub const fn with_standby(mut self, standby: Standby) -> Self {
        self.standby = standby;
        self
    }

    /// The same, doing this where what is stored is not what is configured.
    #[must_use]
    pub const fn with_on_change(mut self, on_change: OnChange) -> Self {
        self.on_change = on_change;
        self
    }

    /// The same, keeping the history this long.
    #[must_use]
    pub const fn with_retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    /// Follows this indexer's position.
    #[must_use]
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.reporter.subscribe()
    }

    /// Follows whether it holds the lease.
    #[must_use]
    pub fn leading(&self) -> watch::Receiver<bool> {
        self.leading.subscribe()
    }

    /// Follows the writer of what readers see: there while it holds the lease.
    #[must_use]
    pub fn writing(&self) -> watch::Receiver<Option<Writer>> {
        self.writing.subscribe()
    }

    /// Runs until the target, the shutdown, or a fault that no retry mends. Passing faults are retried for ever, with
    /// their reason in the log. Whenever somebody else holds the lease, nothing is written, and what was in memory is
    /// dropped: it starts anew from the store when the lease is its own.
    ///
    /// # Errors
    /// [`IndexerError`], never a transient one; [`StoreError::LeaseHeld`] when the patience of [`Standby`] ends.
    pub async fn run(self, target: Target, shutdown: Shutdown) -> Result<(), IndexerError> {
        let mut rival = Rival::new(&self);
        loop {
            self.lead(false);
            self.reporter.phase(Phase::Standby);
            let lease = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                lease = acquire_as(&self.store, &self.config, self.standby, Some(&mut rival)) => lease?,
            };
            self.lead(true);
            let outcome = self.term(&lease, rival.stood_by, target, &shutdown).await;
            match self.judged(outcome, &lease).await {
                Ok(Ended::GivesWay) => {
                    self.lead(false);
                    give_back(lease, &self.config.name).await;
                    // the other one looks as often as this one does
                    tokio::select! {
                        () = shutdown.cancelled() => return Ok(()),
                        () = sleep(look(self.standby.ttl) * 3) => {}
                    }
                }
                Err(IndexerError::Store(StoreError::LeaseLost { holder, .. })) => {
                    tracing::warn!(
                        chain = self.config.name,
                        holder,
                        "lost the right to write: dropped what was under way, standing by"
                    );
                }
                outcome => {
                    self.lead(false);
                    give_back(lease, &self.config.name).await;
                    return outcome.map(|_| ());
                }
            }
        }
    }

    /// A holder that slept reads what its successor wrote, and folds the same blocks on top of it: a fault found in that is
    /// none. A take-over comes before the first write of the successor, so asking now is soon enough.
    async fn judged(
        &self,
        outcome: Result<Ended, IndexerError>,
        lease: &Lease,
    ) -> Result<Ended, IndexerError> {
        let error = match outcome {
            Ok(ended) => return Ok(ended),
            Err(error) => error,
        };
        if matches!(error, IndexerError::Store(StoreError::LeaseLost { .. })) {
            return Err(error);
        }
        match lease.is_held().await {
            Ok(false) => {
                tracing::debug!(chain = self.config.name, %error, "found after the lease was lost");
                Err(self.lost())
            }
            Ok(true) | Err(_) => Err(error),
        }
    }

    fn lost(&self) -> IndexerError {
        let (chain, holder) = (self.config.chain_id, "somebody else".to_owned());
        StoreError::LeaseLost { chain, holder }.into()
    }

    /// Writes as long as the lease is held.
    async fn term(
        &self,
        lease: &Lease,
        stood_by: bool,
        target: Target,
        shutdown: &Shutdown,
    ) -> Result<Ended, IndexerError> {
        let term = Term::new(self, lease, stood_by);
        tokio::select! {
            // a commit that is cancelled here is a transaction that never happened
            () = lease.lost() => Err(self.lost()),
            outcome = Box::pin(term.run(target, shutdown)) => outcome,
        }
    }

    fn lead(&self, leading: bool) {
        self.leading.send_replace(leading);
        if !leading {
            self.writing.send_replace(None);
        }
        let chain = [self.config.name.as_str()];
        self.metrics.leading.with_label_values(&chain).set(i64::from(leading));
    }
}

/// Waits for the right to write the chain. Who has it is said once.
///
/// # Errors
/// [`StoreError::LeaseHeld`] when the patience ends, any other that is not retryable at once.
pub async fn acquire(
    store: &Store,
    config: &IndexerConfig,
    standby: Standby,
) -> Result<Lease, StoreError> {
    acquire_as(store, config, standby, None).await
}

/// Wait between two looks at a lease of this lifetime that somebody else holds.
pub(crate) fn look(ttl: Duration) -> Duration {
    (ttl / 5).min(LONGEST_LOOK)
}

/// The same for an indexer, who tells the holder what it would do.
async fn acquire_as(
    store: &Store,
    config: &IndexerConfig,
    standby: Standby,
    mut rival: Option<&mut Rival<'_>>,
) -> Result<Lease, StoreError> {
    let (chain, asked) = (&config.name, Instant::now());
    let mut said = None;
    loop {
        match store.acquire(config.chain_id, standby.ttl).await {
            Ok(lease) => {
                tracing::info!(chain, token = lease.token(), "this process writes the chain");
                return Ok(lease);
            }
            Err(error @ StoreError::LeaseHeld { .. })
                if standby.patience.is_some_and(|patience| asked.elapsed() >= patience) =>
            {
                return Err(error);
            }
            Err(StoreError::LeaseHeld { holder, .. }) => {
                if said.as_ref() != Some(&holder) {
                    tracing::info!(chain, holder, "standing by: another process writes the chain");
                    said = Some(holder);
                }
                if let Some(rival) = &mut rival {
                    rival.stands_by().await;
                }
            }
            Err(error) if error.retryable() => {
                tracing::warn!(chain, %error, "asking for the right to write, will try again");
            }
            Err(error) => return Err(error),
        }
        sleep(look(standby.ttl)).await;
    }
}

/// Gives the lease back, so that nobody waits for it to run out.
pub async fn give_back(lease: Lease, chain: &str) {
    match timeout(RELEASE, lease.release()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(chain, %error, "the lease was not given back, it runs out");
        }
        Err(_) => tracing::warn!(chain, "the lease was not given back in time, it runs out"),
    }
}
