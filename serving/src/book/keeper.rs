//! Loading the pools, and following what is committed.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use alloy_primitives::{Address, B256};
use domain::{
    amm::tick_map::TickLiquidity,
    ids::{ChainId, PoolId},
    route::Market,
};
use observe::Shutdown;
use store::{BlockTrading, Reader, Snapshot, StoreError, TokenQuery, TradingPool};

use super::{
    Book, GasRates, Node, Publisher, Shelf,
    held::{Changes, Held, is_dynamic},
    node::Fees,
    taxes::{Changed, Taxes},
    trial::Trial,
};

/// Between two looks at how far the store is.
const BEAT: Duration = Duration::from_millis(50);
/// After a fault.
const REST: Duration = Duration::from_secs(1);
/// Between two looks at names that are not known yet.
const NAMES: Duration = Duration::from_secs(10);
/// Between two tries to read fees that hooks set, while the chain stands still.
const FEES: Duration = Duration::from_secs(1);
/// Blocks whose changes are remembered, for the case that they are taken back.
const REMEMBERED: usize = 1_024;
/// Pools and tokens that are read at once.
const PAGE: usize = 1_000;
const TOKENS: u32 = 5_000;

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
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Brings the book to what the store has; how many pools were read for it.
    ///
    /// # Errors
    /// [`KeeperError`]; the version of before stays.
    pub async fn refresh(&mut self) -> Result<usize, KeeperError> {
        let Some(watermark) = self.reader.watermark(self.chain).await? else { return Ok(0) };
        let retaxed = self.taxes.changed();
        let is_done = |held: &Held| {
            held.block == watermark.block
                && retaxed.is_empty()
                && (held.fees_are_whole || self.asked.is_some_and(|at| at.elapsed() < FEES))
        };
        if self.held.as_ref().is_some_and(is_done) {
            self.publisher.confirm();
            return Ok(0);
        }
        let begun = Instant::now();
        let Some(snapshot) = self.reader.snapshot(self.chain).await? else { return Ok(0) };
        let changes = self.changes(&snapshot).await?;
        let is_load = changes.is_none();
        let read = match changes {
            Some(changes) => self.follow(&snapshot, changes, &retaxed).await?,
            None => self.load(&snapshot).await?,
        };
        self.taxes.done(&retaxed);
        if let Some(held) = &self.held {
            self.publisher.publish(Book {
                block: held.block,
                market: held.market.clone(),
                names: Arc::clone(&held.names),
                gas: GasRates::default(),
            });
            self.publisher.took(is_load, read, begun.elapsed());
        }
        Ok(read)
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
        Ok(tokens.len())
    }

    /// What differs between the book and the snapshot; `None` when that is not known.
    async fn changes(&self, snapshot: &Snapshot) -> Result<Option<Changes>, KeeperError> {
        let Some(held) = &self.held else { return Ok(None) };
        if held.generation != snapshot.generation() {
            return Ok(None);
        }
        let newest = snapshot.block();
        if newest.number > held.block.number {
            let Some(blocks) = snapshot.trading_since(held.block.number).await? else {
                return Ok(None);
            };
            if blocks.first().is_some_and(|first| first.block.parent_hash == held.block.hash) {
                return Ok(Some(Changes { undone: Vec::new(), done: blocks }));
            }
        }
        // blocks were taken back: down to the newest that both know
        let most = u32::try_from(REMEMBERED).unwrap_or(u32::MAX);
        let stored: HashSet<B256> = snapshot
            .recent_blocks(most)
            .await?
            .iter()
            .map(|block| block.hash)
            .chain([newest.hash])
            .collect();
        let known = |block: &BlockTrading| stored.contains(&block.block.hash);
        let Some(place) = held.recent.iter().rposition(known) else { return Ok(None) };
        let Some(common) = held.recent.get(place) else { return Ok(None) };
        let Some(done) = snapshot.trading_since(common.block.number).await? else {
            return Ok(None);
        };
        Ok(Some(Changes { undone: held.recent.iter().skip(place + 1).cloned().collect(), done }))
    }

    /// Reads what changed.
    async fn follow(
        &mut self,
        snapshot: &Snapshot,
        changes: Changes,
        retaxed: &Changed,
    ) -> Result<usize, KeeperError> {
        let Some(held) = &mut self.held else { return Ok(0) };
        let (mut pools, mut ticks) = changes.touched();
        pools.extend(held.holding(retaxed.keys()));
        let mut ids: Vec<PoolId> = pools.iter().copied().collect();
        let mut found = pools_by_ids(snapshot, &ids).await?;
        let dynamic = found.iter().filter(|pool| is_dynamic(pool));
        let dynamic = dynamic.map(|pool| (pool.id, pool.dex.clone()));
        let dynamic = dynamic.chain(held.dynamic.clone()).collect();
        let fees = fees(self.node.as_ref(), &mut self.asked, &dynamic, snapshot).await;
        // a fee changes without an event
        let refeed = dynamic.keys().filter(|id| fees.known.get(*id) != held.fees.get(*id));
        let refeed: Vec<PoolId> = refeed.filter(|id| !pools.contains(*id)).copied().collect();
        found.extend(pools_by_ids(snapshot, &refeed).await?);
        ids.extend(refeed);
        // a pool that could not be traded in has no ticks in the book
        ticks.extend(ids.iter().filter(|id| held.ticks(held.names.pool_number(**id)).is_none()));
        let mut tick_maps = HashMap::new();
        for id in ticks {
            if held.is_pair(id) {
                continue;
            }
            let of_pool = snapshot.ticks(id).await?;
            let of_pool = of_pool.into_iter().map(|tick| TickLiquidity {
                index: tick.index,
                gross: tick.liquidity_gross,
                net: tick.liquidity_net,
            });
            tick_maps.insert(id, of_pool.filter(|tick| tick.gross > 0).collect::<Vec<_>>());
        }
        let mut tokens = Vec::new();
        for part in held.unknown(&found).chunks(PAGE) {
            tokens.extend(snapshot.tokens_by_addresses(part).await?);
        }
        // nothing is changed before everything is read: who fails above begins anew
        (held.fees, held.fees_are_whole) = (fees.known, fees.is_whole);
        held.apply(&ids, &found, &mut tick_maps);
        tokens.iter().for_each(|token| held.names.describe(token));
        for _ in &changes.undone {
            held.recent.pop_back();
        }
        held.recent.extend(changes.done);
        let surplus = held.recent.len().saturating_sub(REMEMBERED);
        held.recent.drain(..surplus);
        held.block = snapshot.block();
        Ok(ids.len())
    }

    /// Reads everything.
    async fn load(&mut self, snapshot: &Snapshot) -> Result<usize, KeeperError> {
        let begun = std::time::Instant::now();
        let mut pools = Vec::new();
        snapshot.trading_pools(|pool| pools.push(pool)).await?;
        let mut ticks: HashMap<PoolId, Vec<TickLiquidity>> = HashMap::new();
        snapshot.trading_ticks(|pool, tick| ticks.entry(pool).or_default().push(tick)).await?;
        let mut held = Held {
            block: snapshot.block(),
            generation: snapshot.generation(),
            market: Market::default(),
            names: Arc::default(),
            recent: VecDeque::new(),
            taxes: self.taxes.clone(),
            dynamic: BTreeMap::new(),
            fees: HashMap::new(),
            fees_are_whole: true,
        };
        let dynamic = pools.iter().filter(|pool| is_dynamic(pool));
        let dynamic = dynamic.map(|pool| (pool.id, pool.dex.clone())).collect();
        let fees = fees(self.node.as_ref(), &mut self.asked, &dynamic, snapshot).await;
        (held.fees, held.fees_are_whole) = (fees.known, fees.is_whole);
        let ids: Vec<_> = pools.iter().map(|pool| pool.id).collect();
        held.apply(&ids, &pools, &mut ticks);
        let mut after = None;
        loop {
            let query = TokenQuery { symbol: None, after, limit: TOKENS };
            let tokens = snapshot.tokens(&query).await?;
            tokens.iter().for_each(|token| held.names.describe(token));
            match tokens.last() {
                Some(last) if tokens.len() >= usize::try_from(TOKENS).unwrap_or(usize::MAX) => {
                    after = Some(last.address);
                }
                _ => break,
            }
        }
        // what the newest block changed is not known, only that it may be taken back
        held.recent.push_back(BlockTrading {
            block: held.block,
            pools: BTreeSet::new(),
            ticks: BTreeSet::new(),
        });
        let (chain, count, took) = (self.chain, ids.len(), begun.elapsed());
        tracing::info!(chain, pools = count, ?took, block = held.block.number, "pools are loaded");
        self.held = Some(held);
        Ok(count)
    }
}

async fn pools_by_ids(snapshot: &Snapshot, ids: &[PoolId]) -> Result<Vec<TradingPool>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(PAGE) {
        found.extend(snapshot.trading_pools_by_ids(part).await?);
    }
    Ok(found)
}

/// What these pools take at the snapshot's block; nothing without a node.
async fn fees(
    node: Option<&Node>,
    asked: &mut Option<Instant>,
    pools: &BTreeMap<PoolId, String>,
    snapshot: &Snapshot,
) -> Fees {
    let Some(node) = node else { return Fees { known: HashMap::new(), is_whole: true } };
    *asked = Some(Instant::now());
    node.fees(pools, snapshot.block().hash).await
}
