//! Loading the pools, and following what is committed.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use alloy_primitives::Address;
use domain::ids::ChainId;
use observe::Shutdown;
use store::{Reader, StoreError};

use super::{Book, GasRates, Node, Publisher, Shelf, Step, held::Held, taxes::Taxes, trial::Trial};
use crate::wake::Wake;
use lacking::Rounds;

mod lacking;
mod reading;

/// Between two looks at how far the store is.
const BEAT: Duration = Duration::from_millis(50);
/// After a fault.
const REST: Duration = Duration::from_secs(1);
/// Between two looks at names that are not known yet.
const NAMES: Duration = Duration::from_secs(10);
/// Between two tries to read fees that hooks set, while the chain stands still.
const FEES: Duration = Duration::from_secs(1);
/// Pools and tokens that are read at once.
const PAGE: usize = 1_000;

/// Why the book is not at the head.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// The store.
    #[error("the pools in memory cannot be brought to the head: {0}")]
    Store(#[from] StoreError),
}

/// Keeps the book of a chain.
#[derive(Debug)]
pub struct Keeper {
    reader: Reader,
    chain: ChainId,
    publisher: Publisher,
    held: Option<Held>,
    node: Option<Node>,
    taxes: Taxes,
    shelf: Shelf,
    /// When fees were asked for last.
    asked: Option<Instant>,
    /// When pools that are not whole are read again.
    rounds: Rounds,
    /// The last token whose name was looked for.
    looked: Option<Address>,
}

impl Keeper {
    pub(super) fn new(reader: Reader, chain: ChainId, shelf: Shelf, publisher: Publisher) -> Self {
        Self {
            reader,
            chain,
            publisher,
            held: None,
            node: None,
            taxes: Taxes::default(),
            shelf,
            asked: None,
            rounds: Rounds::default(),
            looked: None,
        }
    }

    /// The same with the chain behind the pools: more of them can be traded in, and some that should not be are known.
    #[must_use]
    pub fn with(mut self, node: Node) -> Self {
        self.taxes = Taxes::new(&node.taxes);
        self.publisher.know(self.taxes.clone());
        self.node = Some(node);
        self
    }

    fn trial(&self) -> Option<Trial> {
        let node = self.node.clone().filter(|node| node.tries_transfers)?;
        Some(Trial::new(node, self.taxes.clone(), self.shelf.clone()))
    }

    /// Tries out a few tokens that were not yet, as [`Keeper::run`] does each second; how many. What is found counts from the
    /// next [`Keeper::refresh`] on.
    ///
    /// # Errors
    /// When the node cannot do that at all.
    pub async fn try_transfers(&mut self) -> Result<usize, chain::ChainError> {
        match self.trial() {
            Some(mut trial) => trial.round().await,
            None => Ok(0),
        }
    }

    /// Keeps the book until the token is cancelled. Faults are told once, and tried again.
    pub async fn run(mut self, shutdown: Shutdown) {
        let trial = self.trial().map(|trial| trial.run(shutdown.clone()));
        let trying = async move {
            if let Some(trial) = trial {
                trial.await;
            }
        };
        tokio::join!(trying, self.follow_store(shutdown));
    }

    async fn follow_store(&mut self, shutdown: Shutdown) {
        let mut failing = false;
        let mut named = Instant::now();
        let mut wake = Wake::listen::<store::Moves>(self.reader.clone());
        loop {
            let mut outcome = self.refresh().await.map(drop);
            if outcome.is_ok() && named.elapsed() > NAMES {
                outcome = self.refresh_names().await.map(drop);
                named = Instant::now();
            }
            let pause = match outcome {
                Ok(()) => {
                    if std::mem::take(&mut failing) {
                        tracing::info!(
                            chain = self.chain,
                            "the pools in memory are at the head again"
                        );
                    }
                    BEAT
                }
                Err(error) => {
                    self.publisher.failed();
                    if !std::mem::replace(&mut failing, true) {
                        tracing::warn!(chain = self.chain, %error, "quotes will be refused as stale");
                    }
                    REST
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = wake.moved(), if !failing => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Brings the book to what the store has; how many pools were read for it.
    ///
    /// # Errors
    /// [`KeeperError`]; the version of before stays.
    pub async fn refresh(&mut self) -> Result<usize, KeeperError> {
        // what is seen below was so then, however long it takes to read
        let asked = Instant::now();
        let Some(watermark) = self.reader.watermark(self.chain).await? else { return Ok(0) };
        let retaxed = self.taxes.changed();
        let begun = Instant::now();
        let lacking = self.held.as_ref().map(|held| self.rounds.due(&held.lacking, begun));
        let lacking = lacking.unwrap_or_default();
        let is_done = |held: &Held| {
            held.block == watermark.block
                && retaxed.is_empty()
                && lacking.is_empty()
                && (held.fees_are_whole || self.asked.is_some_and(|at| at.elapsed() < FEES))
        };
        if self.held.as_ref().is_some_and(is_done) {
            self.publisher.confirm(asked);
            return Ok(0);
        }
        let Some(snapshot) = self.reader.snapshot(self.chain).await? else { return Ok(0) };
        let snapshot = Arc::new(snapshot);
        let Some(changes) = self.changes(&snapshot).await? else {
            let read = self.load(&snapshot).await?;
            self.rounds.read_all(begun);
            self.taxes.done(&retaxed);
            self.publish(asked);
            self.publisher.took(true, read, begun.elapsed());
            self.publisher.hot.stand(&snapshot);
            self.publisher.steps.tell(Step::gap((snapshot, begun)));
            return Ok(read);
        };
        let told = changes.told();
        let outcome = self.follow(&snapshot, changes, &retaxed, &lacking).await?;
        self.rounds.read(&lacking, begun);
        self.taxes.done(&retaxed);
        if !outcome.is_new {
            self.publisher.confirm(asked);
            return Ok(outcome.read);
        }
        self.publish(asked);
        self.publisher.took(false, outcome.read, begun.elapsed());
        // otherwise only something beside the blocks became known
        if let Some((undone, done)) = told {
            let step = Step::new((snapshot, begun), undone, done);
            // before anybody else reads it: what is read for one is there for all
            self.publisher.hot.follow(&step).await;
            self.publisher.steps.tell(step);
        }
        if outcome.is_mended {
            self.publisher.hot.forget_pools();
        }
        Ok(outcome.read)
    }

    fn publish(&self, asked: Instant) {
        let Some(held) = &self.held else { return };
        let book = Book {
            block: held.block,
            market: held.market.clone(),
            names: Arc::clone(&held.names),
            gas: GasRates::default(),
        };
        self.publisher.publish(book, asked);
    }

    /// Reads again what tokens say of themselves that said nothing when their pools came, some of them each time; how many
    /// were read.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn refresh_names(&mut self) -> Result<usize, KeeperError> {
        let Some(held) = &self.held else { return Ok(0) };
        let nameless = held.names.nameless(self.looked, PAGE);
        self.looked = nameless.last().copied();
        if nameless.is_empty() {
            return Ok(0);
        }
        let Some(snapshot) = self.reader.snapshot(self.chain).await? else { return Ok(0) };
        let tokens = snapshot.tokens_by_addresses(&nameless).await?;
        tokens.iter().for_each(|token| held.names.describe(token));
        self.publisher.hot.forget_tokens(tokens.iter().map(|token| token.address));
        Ok(tokens.len())
    }
}
