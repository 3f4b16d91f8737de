//! Which pools may price a token.

use std::{cmp::Reverse, collections::BTreeMap};

use alloy_primitives::Address;
use domain::{decimal::Decimal, entity::Pool, market::Asset};
use store::{PoolOrder, PoolQuery, Snapshot, StoreError};

use super::Pools;

/// A token with more pools than this is asked for alone, for the pools with most swaps.
const CROWDED: u64 = 200;
/// How many of them.
const BUSIEST: u32 = 64;
/// Tokens whose pools are asked for together.
const TOGETHER: usize = 100;

/// A pool for a token.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) pool: Pool,
    /// The token's side: 0 or 1.
    pub(super) side: usize,
    /// What one whole other token is worth in USD.
    pub(super) usd: Decimal,
}

impl Candidate {
    /// What a version of the pool holds of the other token, in USD.
    pub(super) fn liquidity(&self, pool: &Pool) -> Decimal {
        let figures = &pool.figures;
        let locked = [figures.total_value_locked_token1, figures.total_value_locked_token0];
        locked.get(self.side).map_or(Decimal::ZERO, |locked| *locked * self.usd)
    }

    /// What one whole token costs in whole other tokens at a version of the pool; `None` before there is a price.
    pub(super) fn price(&self, pool: &Pool) -> Option<Decimal> {
        let prices = [pool.figures.token1_price, pool.figures.token0_price];
        prices.get(self.side).copied().filter(|price| !price.is_zero())
    }
}

impl Pools {
    /// The deepest pools of each token now, the deepest first.
    pub(super) async fn candidates(
        &self,
        snapshot: &Snapshot,
        tokens: &[Address],
    ) -> Result<BTreeMap<Address, Vec<Candidate>>, StoreError> {
        let mut tokens = tokens.to_vec();
        tokens.sort_unstable();
        tokens.dedup();
        let mut candidates = BTreeMap::<Address, Vec<Candidate>>::new();
        for pool in self.pools(snapshot, &tokens).await? {
            for (side, token) in [pool.token0, pool.token1].into_iter().enumerate() {
                if tokens.binary_search(&token).is_err() {
                    continue;
                }
                let other = if side == 0 { pool.token1 } else { pool.token0 };
                let asset = Asset { chain: self.chain, address: other };
                let Some(usd) = (self.usd)(asset).filter(|usd| *usd > Decimal::ZERO) else {
                    continue;
                };
                let candidate = Candidate { pool: pool.clone(), side, usd };
                if candidate.liquidity(&pool) >= self.config.floor_usd {
                    candidates.entry(token).or_default().push(candidate);
                }
            }
        }
        for pools in candidates.values_mut() {
            pools.sort_by_key(|pool| (Reverse(pool.liquidity(&pool.pool)), pool.pool.id));
            pools.truncate(self.config.most_pools);
        }
        Ok(candidates)
    }

    /// The pools that hold any of the tokens, each once: all of those that count and have no hooks. Of tokens with very
    /// many the busiest.
    async fn pools(
        &self,
        snapshot: &Snapshot,
        tokens: &[Address],
    ) -> Result<Vec<Pool>, StoreError> {
        let stored = snapshot.tokens_by_addresses(tokens).await?;
        let (few, many): (Vec<_>, Vec<_>) =
            stored.iter().partition(|token| token.pool_count <= CROWDED);
        let few: Vec<_> = few.into_iter().map(|token| token.address).collect();
        let mut found = BTreeMap::new();
        for tokens in few.chunks(TOGETHER) {
            let pools = snapshot.pools_of_tokens(tokens).await?;
            found.extend(pools.into_iter().map(|pool| (pool.id, pool)));
        }
        for token in many {
            let (token, order) = (Some(token.address), PoolOrder::Swaps);
            let query = PoolQuery { token, order, limit: BUSIEST, ..PoolQuery::default() };
            let pools = snapshot.pools(&query).await?;
            found.extend(pools.into_iter().map(|pool| (pool.id, pool)));
        }
        let usable = |pool: &Pool| pool.figures.counted && pool.hooks.is_zero();
        Ok(found.into_values().filter(usable).collect())
    }
}
