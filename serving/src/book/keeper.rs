//! Loading the pools, and following what is committed.

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use alloy_primitives::{Address, B256};
use domain::{
    amm::tick_map::{TickLiquidity, TickMap},
    block::BlockRef,
    entity::Protocol,
    ids::{ChainId, PoolId},
    route::{Liquidity, Market, PoolIx, Unsupported, Venue},
};
use observe::Shutdown;
use store::{BlockTrading, Reader, Snapshot, StoreError, TokenQuery, TradingPool};

use super::{
    Book, GasRates, Names, PoolName, Publisher,
    venue::{Ticks, venue},
};

/// Between two looks at how far the store is.
const BEAT: Duration = Duration::from_millis(50);
/// After a fault.
const REST: Duration = Duration::from_secs(1);
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
}

/// The state that the next version is made from.
#[derive(Debug)]
struct Held {
    block: BlockRef,
    generation: i64,
    market: Market,
    names: Arc<Names>,
    /// The newest last.
    recent: VecDeque<BlockTrading>,
}

impl Keeper {
    pub(super) const fn new(reader: Reader, chain: ChainId, publisher: Publisher) -> Self {
        Self { reader, chain, publisher, held: None }
    }

    /// Keeps the book until the token is cancelled. Faults are told once, and tried again.
    pub async fn run(mut self, shutdown: Shutdown) {
        let mut failing = false;
        loop {
            let pause = match self.refresh().await {
                Ok(_) => {
                    if std::mem::take(&mut failing) {
                        tracing::info!(
                            chain = self.chain,
                            "the pools in memory are at the head again"
                        );
                    }
                    BEAT
                }
                Err(error) => {
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
        if self.held.as_ref().is_some_and(|held| held.block == watermark.block) {
            self.publisher.confirm();
            return Ok(0);
        }
        let Some(snapshot) = self.reader.snapshot(self.chain).await? else { return Ok(0) };
        let read = match self.changes(&snapshot).await? {
            Some(changes) => self.follow(&snapshot, changes).await?,
            None => self.load(&snapshot).await?,
        };
        if let Some(held) = &self.held {
            self.publisher.publish(Book {
                block: held.block,
                market: held.market.clone(),
                names: Arc::clone(&held.names),
                gas: GasRates::default(),
            });
        }
        Ok(read)
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
    ) -> Result<usize, KeeperError> {
        let Some(held) = &mut self.held else { return Ok(0) };
        let (pools, mut ticks) = changes.touched();
        let ids: Vec<PoolId> = pools.iter().copied().collect();
        // a pool that could not be traded in has no ticks in the book
        ticks.extend(ids.iter().filter(|id| held.ticks(held.names.pool_number(**id)).is_none()));
        let mut found = Vec::with_capacity(ids.len());
        for part in ids.chunks(PAGE) {
            found.extend(snapshot.trading_pools_by_ids(part).await?);
        }
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
        };
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

/// Blocks that the book has and the store has not, and the other way round.
#[derive(Debug)]
struct Changes {
    undone: Vec<BlockTrading>,
    done: Vec<BlockTrading>,
}

impl Changes {
    /// Pools to be read again, and those of them whose ticks are.
    fn touched(&self) -> (BTreeSet<PoolId>, BTreeSet<PoolId>) {
        let (mut pools, mut ticks) = (BTreeSet::new(), BTreeSet::new());
        for block in self.undone.iter().chain(&self.done) {
            pools.extend(&block.pools);
            ticks.extend(&block.ticks);
        }
        pools.extend(&ticks);
        (pools, ticks)
    }
}

impl Held {
    /// Tokens of these pools that have no number yet.
    fn unknown(&self, pools: &[TradingPool]) -> Vec<Address> {
        let tokens: BTreeSet<Address> = pools.iter().flat_map(|pool| pool.tokens).collect();
        tokens.into_iter().filter(|token| self.names.token_number(*token).is_none()).collect()
    }

    /// Takes over what was read of these pools. A pool that was not found is gone.
    fn apply(
        &mut self,
        ids: &[PoolId],
        found: &[TradingPool],
        ticks: &mut HashMap<PoolId, Vec<TickLiquidity>>,
    ) {
        for pool in found {
            let tokens = pool.tokens.map(|address| self.names.add_token(address));
            let number = self.names.pool_number(pool.id);
            let ticks = match (ticks.remove(&pool.id), self.ticks(number)) {
                (None, Some(same)) => Ticks::Same(same),
                (read, _) => Ticks::Read(read.unwrap_or_default()),
            };
            let venue = venue(pool, tokens, ticks);
            if let Some(number) = number {
                self.market.replace(number, venue);
            } else {
                let number = self.market.add(venue);
                let name = PoolName {
                    id: pool.id,
                    dex: self.names.dex(&pool.dex),
                    fee_pips: pool.fee_pips,
                    tick_spacing: pool.tick_spacing,
                    hooks: pool.hooks,
                };
                self.names.add_pool(number, name);
            }
        }
        let found: HashSet<PoolId> = found.iter().map(|pool| pool.id).collect();
        for gone in ids.iter().filter(|id| !found.contains(id)) {
            let Some(number) = self.names.pool_number(*gone) else { continue };
            let Some(old) = self.market.pool(number) else { continue };
            let why = Liquidity::Unsupported(Unsupported::Gone);
            let venue = Venue::new(old.protocol, old.tokens, why);
            self.market.replace(number, venue);
        }
    }

    /// Whether it is known as a pool without ticks.
    fn is_pair(&self, id: PoolId) -> bool {
        let number = self.names.pool_number(id);
        let venue = number.and_then(|number| self.market.pool(number));
        venue.is_some_and(|venue| venue.protocol == Protocol::V2)
    }

    /// The ticks that a pool has in the book.
    fn ticks(&self, number: Option<PoolIx>) -> Option<Arc<TickMap>> {
        match &self.market.pool(number?)?.liquidity {
            Liquidity::Concentrated { ticks, .. } => Some(Arc::clone(ticks)),
            _ => None,
        }
    }
}
