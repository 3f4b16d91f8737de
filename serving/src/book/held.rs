//! The pools that the next version of a book is made from.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    sync::Arc,
};

use alloy_primitives::Address;
use domain::{
    amm::{
        hooks,
        tick_map::{TickLiquidity, TickMap},
    },
    block::BlockRef,
    entity::Protocol,
    ids::PoolId,
    route::{Liquidity, Market, PoolIx, Unsupported, Venue},
};
use store::{BlockTrading, TradingPool};

use super::{
    Names, PoolName,
    taxes::Taxes,
    venue::{DYNAMIC_FEE, Ticks, venue},
};

/// The state that the next version is made from.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) block: BlockRef,
    pub(super) generation: i64,
    pub(super) market: Market,
    pub(super) names: Arc<Names>,
    /// The newest last.
    pub(super) recent: VecDeque<BlockTrading>,
    pub(super) taxes: Taxes,
    /// Pools whose ticks are not whole.
    pub(super) lacking: BTreeSet<PoolId>,
    /// Pools whose fees hooks set at any time, though they take no part in swaps; with their DEXes.
    pub(super) dynamic: BTreeMap<PoolId, String>,
    /// What those take at this block, in pips, where that could be read.
    pub(super) fees: HashMap<PoolId, u32>,
    /// Whether it could be read of all.
    pub(super) fees_are_whole: bool,
}

/// Blocks that the book has and the store has not, and the other way round.
#[derive(Debug)]
pub(super) struct Changes {
    pub(super) undone: Vec<BlockTrading>,
    pub(super) done: Vec<BlockTrading>,
}

impl Changes {
    /// What others are told of it: blocks that left, the newest first, and those that came; nothing where no block did.
    pub(super) fn told(&self) -> Option<(Vec<BlockRef>, Vec<BlockTrading>)> {
        if self.undone.is_empty() && self.done.is_empty() {
            return None;
        }
        Some((self.undone.iter().rev().map(|block| block.block).collect(), self.done.clone()))
    }

    /// Pools to be read again, and those of them whose ticks are.
    pub(super) fn touched(&self) -> (BTreeSet<PoolId>, BTreeSet<PoolId>) {
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
    pub(super) fn unknown(&self, pools: &[TradingPool]) -> Vec<Address> {
        let tokens: BTreeSet<Address> = pools.iter().flat_map(|pool| pool.tokens).collect();
        tokens.into_iter().filter(|token| self.names.token_number(*token).is_none()).collect()
    }

    /// Takes over what was read of these pools. A pool that was not found is gone.
    pub(super) fn apply(
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
            if is_dynamic(pool) {
                self.dynamic.insert(pool.id, pool.dex.clone());
            }
            let venue = venue(pool, tokens, ticks, self.fees.get(&pool.id).copied());
            let venue = self.taxes.apply(pool.tokens, venue);
            if venue.liquidity != Liquidity::Unsupported(Unsupported::Incomplete) {
                if self.lacking.remove(&pool.id) {
                    match &venue.liquidity {
                        Liquidity::Unsupported(why) => {
                            tracing::info!(pool = %pool.id, ?why, "a pool whose ticks were not whole cannot be \
                                quoted for another reason now");
                        }
                        _ => {
                            tracing::info!(pool = %pool.id, "the stored ticks of a pool are whole again");
                        }
                    }
                }
            } else if self.lacking.insert(pool.id) {
                tracing::warn!(pool = %pool.id, "the stored ticks of a pool are not whole: it is not quoted until the \
                    indexer has rebuilt it; `sooho verify` says what differs");
            }
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
            self.dynamic.remove(gone);
            self.lacking.remove(gone);
            let Some(number) = self.names.pool_number(*gone) else { continue };
            let Some(old) = self.market.pool(number) else { continue };
            let why = Liquidity::Unsupported(Unsupported::Gone);
            let venue = Venue::new(old.protocol, old.tokens, why);
            self.market.replace(number, venue);
        }
    }

    /// Pools that hold one of these tokens.
    pub(super) fn holding<'a>(
        &self,
        tokens: impl Iterator<Item = &'a Address>,
    ) -> BTreeSet<PoolId> {
        let numbers = tokens.filter_map(|token| self.names.token_number(*token));
        let pools = numbers.flat_map(|token| self.market.holding(token));
        pools.filter_map(|pool| self.names.pool(pool).map(|name| name.id)).collect()
    }

    /// Whether it is known as a pool without ticks.
    pub(super) fn is_pair(&self, id: PoolId) -> bool {
        let number = self.names.pool_number(id);
        let venue = number.and_then(|number| self.market.pool(number));
        venue.is_some_and(|venue| venue.protocol == Protocol::V2)
    }

    /// The ticks that a pool has in the book.
    pub(super) fn ticks(&self, number: Option<PoolIx>) -> Option<Arc<TickMap>> {
        match &self.market.pool(number?)?.liquidity {
            Liquidity::Concentrated { ticks, .. } => Some(Arc::clone(ticks)),
            _ => None,
        }
    }
}

/// Whether hooks set its fee at any time, and take no part in its swaps.
pub(super) fn is_dynamic(pool: &TradingPool) -> bool {
    pool.protocol == Protocol::V4
        && pool.fee_pips == DYNAMIC_FEE
        && !hooks::may_change_swaps(pool.hooks)
}
