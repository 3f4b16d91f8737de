//! The loop of an indexer: align with the chain, catch up, follow the head.

use std::{sync::Arc, time::Duration};

use abis::{decode::Decoder, dynamic::Watcher};
use chain::{
    ChainError, Client,
    source::{Range, Source},
};
use domain::ids::PoolId;
use futures::{FutureExt as _, StreamExt, pin_mut};
use observe::Shutdown;
use store::{StoreError, Watermark, Writer};
use tokio::sync::mpsc;

use crate::{
    batch::Run,
    behind::Behind,
    config::{IndexerConfig, Target},
    contracts,
    error::IndexerError,
    memory::Memory,
    mend::Mender,
    metrics::{Metrics, gauge_value},
    portion::Portion,
    progress::{Phase, Reporter},
    upkeep::{Retention, Upkeep},
};

mod mended;

/// Blocks near the head fetched at once.
const HEAD_BLOCKS: u64 = 64;
/// Ranges that wait for the fold.
const RANGES_AHEAD: usize = 2;
const FIRST_RETRY: Duration = Duration::from_millis(200);
const LONGEST_RETRY: Duration = Duration::from_secs(5);

/// Indexes one chain for as long as its writer may write.
#[derive(Debug)]
pub(crate) struct Follower {
    pub(crate) config: IndexerConfig,
    pub(crate) source: Source,
    pub(crate) writer: Writer,
    pub(crate) decoder: Decoder,
    pub(crate) contracts: Watcher,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) reporter: Reporter,
    pub(crate) memory: Memory,
    pub(crate) portion: Portion,
    pub(crate) behind: Behind,
    /// Until it runs beside.
    pub(crate) upkeep: Option<Upkeep>,
    /// Where readers see what it writes.
    pub(crate) mender: Option<Mender>,
}

/// What one round found.
enum Round {
    /// There may be more at once.
    Advanced,
    /// Nothing to do until the chain grows.
    AtHead,
    /// Nothing to do until the node has come as far as it was.
    NodeBehind,
    /// The target is reached.
    Done,
}

/// How the stored blocks relate to the node's.
enum Aligned {
    /// Nothing is stored yet.
    Empty,
    /// The node has the stored block.
    At(Watermark),
    /// The node does not know that height, which is stored, yet: it lags, which is no reorg.
    NodeBehind(u64),
}

impl Follower {
    /// Continues where the store stands.
    pub(crate) fn new(
        config: IndexerConfig,
        client: Client,
        writer: Writer,
        metrics: Arc<Metrics>,
        reporter: Reporter,
        retention: Retention,
    ) -> Self {
        let (of_writer, of_metrics) = (writer.clone(), Arc::clone(&metrics));
        let upkeep = Upkeep::new(&config, client.clone(), of_writer, of_metrics, retention);
        let filter = contracts::filter(&config);
        let source = Source::new(client, filter, config.range, config.concurrency)
            .with_transactions(config.transactions);
        let decoder = Decoder::new(config.watch.clone(), []);
        let contracts = Watcher::new(Arc::clone(&config.contracts));
        let (memory, portion) = (Memory::default(), Portion::new(config.events_per_commit));
        let behind = Behind::new(&config.name, &metrics);
        Self {
            config,
            source,
            writer,
            decoder,
            contracts,
            metrics,
            reporter,
            memory,
            portion,
            behind,
            upkeep: Some(upkeep),
            mender: None,
        }
    }

    /// The same, putting right what it finds wrong.
    pub(crate) fn mending(mut self, mender: Mender) -> Self {
        self.mender = Some(mender);
        self
    }

    /// Runs until the target, the shutdown, or a fault that no retry mends. Passing faults are retried for ever, with
    /// their reason in the log.
    ///
    /// # Errors
    /// [`IndexerError`], never a transient one.
    pub(crate) async fn run(
        mut self,
        target: Target,
        shutdown: Shutdown,
    ) -> Result<(), IndexerError> {
        let mut delay = FIRST_RETRY;
        let mut fresh = true;
        // it ends with this
        let _upkeep = self.upkeep.take().map(|upkeep| upkeep.start(self.reporter.subscribe()));
        let mut heads = self.source.heads(self.config.poll_interval);
        loop {
            let round = tokio::select! {
                // a commit that is cancelled here is a transaction that never happened
                () = shutdown.cancelled() => return Ok(()),
                // what lies below is named no more, or the types nest too deep
                round = self.mended_round(target, fresh).boxed() => round,
            };
            let wait = match round {
                Ok(Round::Done) => return Ok(()),
                Ok(Round::Advanced) => {
                    (delay, fresh) = (FIRST_RETRY, false);
                    continue;
                }
                Ok(Round::AtHead) => {
                    (delay, fresh) = (FIRST_RETRY, false);
                    self.reporter.phase(Phase::Idle);
                    None
                }
                Ok(Round::NodeBehind) => {
                    (delay, fresh) = (FIRST_RETRY, false);
                    self.reporter.phase(Phase::NodeBehind);
                    None
                }
                Err(error) if error.is_transient() => {
                    let origin =
                        if matches!(error, IndexerError::Chain(_)) { "chain" } else { "store" };
                    self.metrics
                        .retries
                        .with_label_values(&[self.config.name.as_str(), origin])
                        .inc();
                    tracing::warn!(chain = self.config.name, %error, retry_in = ?delay, "will try again");
                    // what the decoder learned from a batch that failed may not be true any more
                    fresh = true;
                    self.memory.clear();
                    let wait = delay;
                    delay = (delay * 2).min(LONGEST_RETRY);
                    Some(wait)
                }
                Err(error) => return Err(error),
            };
            let mender = &mut self.mender;
            let again = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => tokio::select! {
                        () = heads.wait() => {}
                        () = mended::wait(mender) => {}
                    },
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = again => {}
            }
        }
    }

    async fn round(&mut self, target: Target, fresh: bool) -> Result<Round, IndexerError> {
        self.reporter.phase(Phase::Fetch);
        if fresh {
            self.learn_pools().await?;
        }
        let head = self.source.client().latest_block().await?.number;
        self.metrics.head.with_label_values(&[self.config.name.as_str()]).set(gauge_value(head));
        self.reporter.update(|progress| progress.head = head);
        let watermark = match self.align().await? {
            Aligned::Empty => None,
            Aligned::At(watermark) => Some(watermark),
            Aligned::NodeBehind(stored) => {
                self.behind.is_behind(head, stored);
                return Ok(Round::NodeBehind);
            }
        };
        let next = watermark
            .as_ref()
            .map_or(self.config.start_block, |watermark| watermark.block.number + 1);
        let goal = match target {
            Target::Block(number) => number,
            Target::Head | Target::Follow => head,
        };
        self.reporter.update(|progress| {
            progress.goal = goal;
            progress.block = next.saturating_sub(1);
            if progress.start == 0 {
                progress.start = next;
            }
            if let Some(watermark) = &watermark {
                progress.events = watermark.counters.events;
            }
        });
        let waits = target != Target::Block(goal) || goal >= next;
        if watermark.is_none() && waits && next > head.saturating_add(1) {
            // a node that is still fetching the chain itself
            self.behind.is_behind(head, next);
            return Ok(Round::NodeBehind);
        }
        self.behind.is_there(head);
        if next > goal {
            return Ok(if target == Target::Follow { Round::AtHead } else { Round::Done });
        }
        let end = goal.min(head);
        if next > end {
            return Ok(Round::AtHead);
        }
        let safe = end.min(head.saturating_sub(self.config.undo_window));
        if next <= safe {
            self.backfill(watermark, next, safe, head).await?;
        } else {
            self.near_head(watermark.as_ref(), next, end.min(next + HEAD_BLOCKS - 1), head).await?;
        }
        Ok(Round::Advanced)
    }

    async fn learn_pools(&mut self) -> Result<(), IndexerError> {
        let pools = self.writer.pools().await?.into_iter().filter_map(|(id, protocol)| match id {
            PoolId::Contract(address) => Some((address, protocol)),
            PoolId::Key(_) => None,
        });
        let pools = pools.collect::<Vec<_>>();
        if let Some(emitters) = self.source.emitters() {
            emitters.know(pools.iter().map(|(address, _)| *address));
        }
        self.decoder = Decoder::new(self.config.watch.clone(), pools);
        self.learn_contracts().await
    }

    /// Takes back stored blocks that left the chain.
    async fn align(&mut self) -> Result<Aligned, IndexerError> {
        loop {
            let Some(watermark) = self.writer.watermark().await? else { return Ok(Aligned::Empty) };
            let stored = watermark.block;
            let Some(on_chain) = self.source.client().block(stored.number).await? else {
                return Ok(Aligned::NodeBehind(stored.number));
            };
            if on_chain.hash == stored.hash {
                return Ok(Aligned::At(watermark));
            }
            self.reporter.phase(Phase::Revert);
            tracing::info!(
                chain = self.config.name, block = stored.number, stored = %stored.hash, chain_has = %on_chain.hash,
                "block left the chain, taking it back"
            );
            match self.writer.revert_newest().await {
                Ok(_) => {
                    self.metrics.reverted.with_label_values(&[self.config.name.as_str()]).inc();
                }
                Err(StoreError::UndoMissing { block, .. }) => {
                    return Err(IndexerError::ForeignChain {
                        block,
                        chain: on_chain.hash,
                        stored: stored.hash,
                    });
                }
                Err(error) => return Err(error.into()),
            }
            self.memory.clear();
            self.learn_pools().await?;
        }
    }

    async fn backfill(
        &mut self,
        watermark: Option<Watermark>,
        from: u64,
        to: u64,
        head: u64,
    ) -> Result<(), IndexerError> {
        let mut run = Run::new(watermark);
        let outcome = self.ranges(&mut run, from, to, head).await;
        // what is folded is good, whatever became of the ranges behind it
        self.finish(&mut run).await.and(outcome)
    }

    async fn ranges(
        &mut self,
        run: &mut Run,
        from: u64,
        to: u64,
        head: u64,
    ) -> Result<(), IndexerError> {
        let mut ranges = fetch(self.source.clone(), from, to);
        loop {
            self.reporter.phase(Phase::Fetch);
            let range = tokio::select! {
                range = ranges.recv() => range,
                () = run.is_due() => {
                    self.flush(run).await?;
                    continue;
                }
            };
            let Some(range) = range else { return Ok(()) };
            self.ingest(run, range?.blocks, head).await?;
        }
    }

    async fn near_head(
        &mut self,
        watermark: Option<&Watermark>,
        from: u64,
        to: u64,
        head: u64,
    ) -> Result<(), IndexerError> {
        let blocks = self.source.head_blocks(from, to).await?;
        if let (Some(watermark), Some(first)) = (watermark, blocks.first())
            && first.header.parent_hash != watermark.block.hash
        {
            // the chain moved between two requests: the next round takes the lost blocks back
            return Ok(());
        }
        let mut run = Run::new(watermark.copied());
        let outcome = self.ingest(&mut run, blocks, head).await;
        self.finish(&mut run).await.and(outcome)
    }
}

/// Fetches ranges in a task of its own, a few ahead of the fold. The task ends when nobody listens any more.
fn fetch(source: Source, from: u64, to: u64) -> mpsc::Receiver<Result<Range, ChainError>> {
    let (sender, receiver) = mpsc::channel(RANGES_AHEAD);
    tokio::spawn(async move {
        let ranges = source.backfill(from, to);
        pin_mut!(ranges);
        while let Some(range) = ranges.next().await {
            if sender.send(range).await.is_err() {
                return;
            }
        }
    });
    receiver
}
