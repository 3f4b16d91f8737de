//! Our own pools as a source of prices: for tokens that nobody else lists.
//!
//! What a token costs in a pool is averaged over a window of time (`domain::market::twap`): each block's last price
//! counts for as long as it stood, so that whoever moves a price for one block moves the average by that block's share of
//! the window and no more; the newest block's price has not stood yet and counts nothing.
//!
//! - A pool takes part when its other token has a price (the caller's lookup), and when at every block of the window it
//!   held more of that token than the floor, in USD. What a pool holds of the token itself says nothing: it is worth what
//!   the pool says it is. A pool that was filled up a moment ago is not deep.
//! - V4 pools with hooks take no part: what a hook does to a trade is not in the pool's price.
//! - Of a token's pools the deepest few take part, weighted by that liquidity: to move the mean through any of them costs
//!   about the same, and there is no jump when another one becomes the deepest.
//! - A pool whose price was known for less than half of the window is too young.
//! - A token that was not traded for some time before the end of the window has no price, unless its pools are deep: then
//!   the price stands because nobody would trade at another one.
//!
//! The window ends with the newest stored block, and that block's time is the time of the mean. So a mean that moves
//! without a trade, as an old price leaves the window, is a new word each time; and while the chain stands still, or the
//! indexer does, nothing new is said, and the last word grows old like anybody's.
//!
//! A run reads one snapshot. It asks the store once for the tokens, once for the pools of all tokens with few pools, once
//! for each token with many, and twice for each pool that takes part (more often where it swapped many hundred times).

mod average;
mod candidates;
mod read;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
    sync::Arc,
};

use alloy_primitives::{Address, B256};
use domain::{
    candle::Resolution,
    decimal::Decimal,
    ids::{ChainId, PoolId},
    market::{Asset, Millis, Source},
};
use futures::{FutureExt as _, future::BoxFuture};
use market::{MarketError, PriceSource, Said, Series};
use store::{Reader, Snapshot, StoreError};

pub use self::average::PoolPrice;
use self::{average::Part, read::Past};

/// What one whole token is worth in USD, where somebody else knows.
pub type UsdOf = Arc<dyn Fn(Asset) -> Option<Decimal> + Send + Sync>;

/// Length of the window (seconds).
pub const WINDOW_SECONDS: u64 = 1_800;
/// Pools per token.
pub const MOST_POOLS: usize = 3;
/// Least worth in USD of what a pool holds of its other token.
pub const FLOOR_USD: u64 = 10_000;

/// A token is quiet when it was not traded for so long (seconds).
pub const QUIET_SECONDS: u64 = 3_600;
/// Worth in USD of what the pools of a quiet token hold, which still has a price.
pub const DEEP_USD: u64 = 100_000;

/// How prices are made of pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolsConfig {
    /// See [`WINDOW_SECONDS`].
    pub window_seconds: u64,
    /// See [`FLOOR_USD`].
    pub floor_usd: Decimal,
    /// See [`MOST_POOLS`].
    pub most_pools: usize,
    /// See [`QUIET_SECONDS`].
    pub quiet_seconds: u64,
    /// See [`DEEP_USD`].
    pub deep_usd: Decimal,
}

impl Default for PoolsConfig {
    fn default() -> Self {
        Self {
            window_seconds: WINDOW_SECONDS,
            floor_usd: Decimal::from(FLOOR_USD),
            most_pools: MOST_POOLS,
            quiet_seconds: QUIET_SECONDS,
            deep_usd: Decimal::from(DEEP_USD),
        }
    }
}

/// The pools of one chain.
#[derive(Clone)]
pub struct Pools {
    reader: Reader,
    chain: ChainId,
    config: PoolsConfig,
    usd: UsdOf,
}

impl fmt::Debug for Pools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pools")
            .field("chain", &self.chain)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Pools {
    /// The name of a token among the tokens of all chains: `1:0x…`, the chain and the contract.
    #[must_use]
    pub fn id(asset: Asset) -> Arc<str> {
        format!("{}:{:#x}", asset.chain, asset.address).into()
    }

    /// Prices by the stored pools of a chain. `usd` is asked for the other token of each pool.
    #[must_use]
    pub fn new(reader: Reader, chain: ChainId, config: PoolsConfig, usd: UsdOf) -> Self {
        Self { reader, chain, config, usd }
    }

    /// The token that an id of this chain names.
    fn token(&self, id: &str) -> Option<Address> {
        let (chain, address) = id.split_once(':')?;
        (chain.parse() == Ok(self.chain)).then(|| address.parse().ok()).flatten()
    }

    /// The prices of these tokens at the newest stored block, traded of late or not; those that no pool prices are left
    /// out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn prices(
        &self,
        tokens: &[Address],
    ) -> Result<BTreeMap<Address, PoolPrice>, StoreError> {
        let Some(snapshot) = self.reader.snapshot(self.chain).await? else {
            return Ok(BTreeMap::new());
        };
        self.prices_at(&snapshot, tokens).await
    }

    /// The same at the block of a snapshot.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn prices_at(
        &self,
        snapshot: &Snapshot,
        tokens: &[Address],
    ) -> Result<BTreeMap<Address, PoolPrice>, StoreError> {
        let to = snapshot.block().timestamp;
        let from = to.saturating_sub(self.config.window_seconds);
        let candidates = self.candidates(snapshot, tokens).await?;
        let mut pasts = BTreeMap::<PoolId, Past>::new();
        let mut prices = BTreeMap::new();
        for (token, pools) in candidates {
            let mut parts = Vec::with_capacity(pools.len());
            for candidate in pools {
                let pool = &candidate.pool;
                let past = match pasts.entry(pool.id) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(place) => place.insert(Past::read(snapshot, pool, from).await?),
                };
                let part = Part::of(&candidate, past, (from, to));
                parts.extend(part.filter(|part| part.liquidity >= self.config.floor_usd));
            }
            if let Some(price) = average::weighted(parts, to.saturating_mul(1_000)) {
                prices.insert(token, price);
            }
        }
        Ok(prices)
    }

    async fn said(&self, ids: &[Arc<str>]) -> Result<Vec<Said>, StoreError> {
        let named: Vec<_> = ids.iter().filter_map(|id| Some((id, self.token(id)?))).collect();
        let tokens: Vec<_> = named.iter().map(|(_, token)| *token).collect();
        let prices = self.prices(&tokens).await?;
        let said = named.into_iter().filter_map(|(id, token)| {
            let price = prices.get(&token)?;
            let quiet = price.at.saturating_sub(price.traded) / 1_000 > self.config.quiet_seconds;
            if quiet && price.liquidity < self.config.deep_usd {
                return None;
            }
            Some(Said {
                id: Arc::clone(id),
                value: price.usd,
                time: price.at,
                confidence: None,
                liquidity: Some(price.liquidity),
                symbol: None,
                decimals: None,
                raw: B256::ZERO,
            })
        });
        Ok(said.collect())
    }
}

impl PriceSource for Pools {
    fn source(&self) -> Source {
        Source::Pools
    }

    fn now<'a>(&'a self, ids: &'a [Arc<str>]) -> BoxFuture<'a, Result<Vec<Said>, MarketError>> {
        let fault = |error: StoreError| {
            let (source_name, why) = (Source::Pools, error.to_string());
            if error.retryable() {
                MarketError::Unavailable { source_name, why }
            } else {
                MarketError::Odd { source_name, why }
            }
        };
        async move { self.said(ids).await.map_err(fault) }.boxed()
    }

    /// None: pools have candles of their own.
    fn resolutions(&self) -> &'static [Resolution] {
        &[]
    }

    fn bars<'a>(
        &'a self,
        _: &'a str,
        resolution: Resolution,
        _: Millis,
        _: Millis,
    ) -> BoxFuture<'a, Result<Series, MarketError>> {
        let what = format!("candles of {resolution}: those of pools are stored with the pools");
        async { Err(MarketError::NotServed { source_name: Source::Pools, what }) }.boxed()
    }
}
