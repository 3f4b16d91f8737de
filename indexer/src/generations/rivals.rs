//! Two processes with different configurations on one database: whoever gets the lease would index everything anew, for
//! ever in turn. So what was decided last counts, as long as a process is there that would go on with it: another one
//! stands by, and when it takes over it changes nothing for a while; if such a process comes back meanwhile, it gets the
//! lease.

use std::{pin::pin, time::Duration};

use futures::{FutureExt as _, future::pending};
use observe::Shutdown;
use store::{Generation, Standing};
use tokio::time::{Instant, sleep};

use super::{Ended, Term, sources::Sources};
use crate::{
    config::Target,
    error::IndexerError,
    lease::{Indexer, look},
};

/// How many lifetimes of a lease nothing is changed after a take-over: a process that is started again is back by then.
const QUIET: u32 = 6;

/// What was decided last about a chain: what is being built, or else what is active. `None` when nobody noted anything.
fn decided(standing: &Standing) -> Option<(Generation, &str)> {
    let active = standing.sources.as_deref().map(|sources| (standing.active, sources));
    let building = standing.building.as_ref();
    building.map(|(generation, sources)| (*generation, sources.as_str())).or(active)
}

/// A process that wants to write a chain, while another one does.
#[derive(Debug)]
pub(crate) struct Rival<'a> {
    indexer: &'a Indexer,
    /// Whether another one was seen.
    pub(crate) stood_by: bool,
    /// What differs, as it was said last.
    said: String,
}

impl<'a> Rival<'a> {
    pub(crate) const fn new(indexer: &'a Indexer) -> Self {
        Self { indexer, stood_by: false, said: String::new() }
    }

    /// Another process holds the lease: tells that one what this one would do, and people what differs.
    pub(crate) async fn stands_by(&mut self) {
        self.stood_by = true;
        if let Err(error) = self.tell().await {
            // it is told again at the next look
            tracing::debug!(chain = self.indexer.config.name, %error, "standing by");
        }
    }

    async fn tell(&mut self) -> Result<(), IndexerError> {
        let Indexer { config, store, standby, .. } = self.indexer;
        let standing = store.standing(config.chain_id).await?;
        let Some((generation, sources)) = decided(&standing) else { return Ok(()) };
        let differences = Sources::read(sources)?.differences(&Sources::of(config))?.join(", ");
        if differences.is_empty() {
            store.stand_by(config.chain_id, generation, standby.ttl).await?;
        } else if differences != self.said {
            tracing::warn!(
                chain = config.name,
                differences,
                "the process that writes this chain has another configuration, which counts as long as that process is \
                 there: give both the same one, or end one of them"
            );
        }
        self.said = differences;
        Ok(())
    }
}

/// What a quiet time ended with.
enum Quiet {
    /// Nobody came back: this process decides now.
    Over,
    /// A process waits that would go on with what was decided.
    Awaited,
    Shutdown,
}

impl Term<'_> {
    /// After a take-over from a process of another configuration: follows what is stored for a while, changing nothing.
    /// `None` when this process decides what to do.
    pub(super) async fn quiet(
        &self,
        target: Target,
        shutdown: &Shutdown,
    ) -> Result<Option<Ended>, IndexerError> {
        // who runs a command has decided
        if !self.stood_by || target != Target::Follow {
            return Ok(None);
        }
        let standing = || async { Ok(self.generations.standing().await?) }.boxed();
        let Some(standing) = self.patiently(shutdown, standing).await? else {
            return Ok(Some(Ended::Done));
        };
        let config = &self.indexer.config;
        let Some((generation, sources)) = decided(&standing) else { return Ok(None) };
        let differences = Sources::read(sources)?.differences(&Sources::of(config))?.join(", ");
        if differences.is_empty() {
            return Ok(None);
        }
        let wait = self.indexer.standby.ttl * QUIET;
        tracing::warn!(
            chain = config.name,
            differences,
            ?wait,
            "took over from a process that has another configuration: what is stored is followed as it is, and this \
             configuration counts if no such process is back in that time"
        );
        let mut follows = pin!(self.follows(&standing, shutdown));
        let quiet = tokio::select! {
            quiet = self.somebody_waits(generation, wait, shutdown) => quiet?,
            fault = &mut follows => return Err(fault),
        };
        match quiet {
            Quiet::Over => Ok(None),
            Quiet::Shutdown => Ok(Some(Ended::Done)),
            Quiet::Awaited => {
                tracing::info!(
                    chain = config.name,
                    "a process with the configuration of the stored data is back: it writes this chain"
                );
                Ok(Some(Ended::GivesWay))
            }
        }
    }

    /// Follows the active generation by its own configuration. Ends at a fault that is not of that configuration only.
    async fn follows(&self, standing: &Standing, shutdown: &Shutdown) -> IndexerError {
        let follow = async {
            let Indexer { config, metrics, reporter, .. } = self.indexer;
            let old = match &standing.sources {
                Some(sources) => Sources::read(sources)?.onto(config)?,
                None => config.clone(),
            };
            let active = self.follower(old, self.writer(), metrics, reporter);
            let ended = Box::pin(active.run(Target::Follow, shutdown.clone())).await;
            ended.or_else(|fault| self.stands_still(fault))
        };
        match follow.await {
            Err(fault) => fault,
            Ok(()) => pending().await,
        }
    }

    async fn somebody_waits(
        &self,
        generation: Generation,
        wait: Duration,
        shutdown: &Shutdown,
    ) -> Result<Quiet, IndexerError> {
        let until = Instant::now() + wait;
        let awaited = || async { Ok(self.generations.awaited(generation).await?) }.boxed();
        loop {
            match self.patiently(shutdown, awaited).await? {
                None => return Ok(Quiet::Shutdown),
                Some(true) => return Ok(Quiet::Awaited),
                Some(false) if Instant::now() >= until => return Ok(Quiet::Over),
                Some(false) => {}
            }
            tokio::select! {
                () = shutdown.cancelled() => return Ok(Quiet::Shutdown),
                () = sleep(look(self.indexer.standby.ttl)) => {}
            }
        }
    }
}
