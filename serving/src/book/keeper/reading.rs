//! Reading all pools, or those that changed.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Instant,
};

use alloy_primitives::B256;
use domain::{amm::tick_map::TickLiquidity, ids::PoolId, route::Market};
use store::{BlockTrading, Snapshot, StoreError, TokenQuery, TradingPool};

use super::{
    super::{
        Node,
        held::{Changes, Held, is_dynamic},
        node::Fees,
        taxes::Changed,
    },
    Keeper, KeeperError, PAGE,
};

/// What reading what changed came to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    /// Pools that were read.
    pub(super) read: usize,
    /// Whether an answer can be another one than before. It cannot where all that was read again was not whole, and is not.
    pub(super) is_new: bool,
    /// Whether a pool is whole that was not, perhaps by no block.
    pub(super) is_mended: bool,
}

/// Blocks whose changes are remembered, for the case that they are taken back.
const REMEMBERED: usize = 1_024;
const TOKENS: u32 = 5_000;

impl Keeper {
    /// What differs between the book and the snapshot; `None` when that is not known.
    pub(super) async fn changes(
        &self,
        snapshot: &Snapshot,
    ) -> Result<Option<Changes>, KeeperError> {
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
    pub(super) async fn follow(
        &mut self,
        snapshot: &Snapshot,
        changes: Changes,
        retaxed: &Changed,
        lacking: &[PoolId],
    ) -> Result<Outcome, KeeperError> {
        let Some(held) = &mut self.held else { return Ok(Outcome::default()) };
        let is_step = !(changes.undone.is_empty() && changes.done.is_empty());
        let (mut pools, mut ticks) = changes.touched();
        pools.extend(held.holding(retaxed.keys()));
        pools.extend(lacking);
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
        let is_refeed = held.fees != fees.known;
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
        let is_mended = lacking.iter().any(|pool| !held.lacking.contains(pool));
        let is_new = is_step || !retaxed.is_empty() || is_refeed || is_mended;
        Ok(Outcome { read: ids.len(), is_new, is_mended })
    }

    /// Reads everything.
    pub(super) async fn load(&mut self, snapshot: &Snapshot) -> Result<usize, KeeperError> {
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
            lacking: BTreeSet::new(),
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
        held.recent = recent(snapshot).await?;
        let (chain, count, took) = (self.chain, ids.len(), begun.elapsed());
        tracing::info!(chain, pools = count, ?took, block = held.block.number, "pools are loaded");
        self.held = Some(held);
        Ok(count)
    }
}

/// The blocks that can be taken back, with what they changed: the next version may be of a block below this one.
async fn recent(snapshot: &Snapshot) -> Result<VecDeque<BlockTrading>, StoreError> {
    let most = u32::try_from(REMEMBERED).unwrap_or(u32::MAX);
    let oldest = snapshot.recent_blocks(most).await?.last().map(|block| block.number);
    if let Some(below) = oldest.and_then(|oldest| oldest.checked_sub(1))
        && let Some(blocks) = snapshot.trading_since(below).await?
    {
        return Ok(blocks.into());
    }
    // what it changed is not known, only that it may be taken back
    let (block, pools, ticks) = (snapshot.block(), BTreeSet::new(), BTreeSet::new());
    Ok([BlockTrading { block, pools, ticks }].into())
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
