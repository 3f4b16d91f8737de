//! All pairs of a chain with what they did and what they hold, at one block: what listing sites read, page by page or whole.
//!
//! It is made once for a block; requests for the same block wait for it, and share it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use alloy_primitives::{Address, B256};
use api_kit::problem::Problem;
use domain::{
    decimal::Decimal,
    ids::{ChainId, PoolId},
    reconciled::Reconciled,
};
use store::{PoolOrder, PoolQuery};
use tokio::sync::Mutex as AsyncMutex;

use super::{
    asked::Asked,
    day::{self, Day},
    pairs::{self, Pair},
    view::View,
};
use crate::{
    read::prices::{Moment, prices},
    view::price::{MarketPrice, PriceStatus},
};

/// Most rows of a page.
const MOST: u32 = 500;
/// Pools whose balances are read by one command.
const TOGETHER: usize = 2_000;

/// A pair with what is known of it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The pair.
    pub(crate) pair: Pair,
    /// What it did.
    pub(crate) day: Day,
    /// What the contracts hold, in USD, of those tokens that have a market price to be trusted; 0 where none has.
    pub(crate) liquidity_usd: Decimal,
}

/// The rows of a block.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Oldest pool first.
    pub(crate) rows: Vec<Row>,
}

/// What is made for a block: its hash, and the generation that it was read of.
type Key = (B256, i64);
/// The newest of a chain.
type Newest = Arc<AsyncMutex<Option<(Key, Arc<Listing>)>>>;

/// The newest listings, by chain.
#[derive(Debug, Default)]
pub(crate) struct Listings(Mutex<BTreeMap<ChainId, Newest>>);

impl Listings {
    /// That of the request's block.
    pub(crate) async fn at(&self, view: &View) -> Result<Arc<Listing>, Problem> {
        if view.settings()?.cache_bytes == 0 {
            return Ok(Arc::new(Listing::read(view).await?));
        }
        let newest = {
            let mut chains = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(chains.entry(view.chain_id).or_default())
        };
        let key = (view.block().hash, view.snapshot.generation());
        // held while it is made: those who ask meanwhile wait for it
        let mut newest = newest.lock().await;
        if let Some((_, listing)) = newest.as_ref().filter(|(known, _)| *known == key) {
            return Ok(Arc::clone(listing));
        }
        let listing = Arc::new(Listing::read(view).await?);
        *newest = Some((key, Arc::clone(&listing)));
        Ok(listing)
    }
}

impl Listing {
    async fn read(view: &View) -> Result<Self, Problem> {
        let (snapshot, settings) = (&view.snapshot, view.settings()?);
        let limit = settings.most_pools;
        let query = PoolQuery { order: PoolOrder::Swaps, limit, ..PoolQuery::default() };
        let mut pools = snapshot.pools(&query).await?;
        pools.sort_by_key(|pool| (pool.created.block, pool.created.log_index, pool.id));
        let pairs = pairs::of_pools(snapshot, settings, pools).await?;
        let traded = day::of_pairs(snapshot, &pairs).await?;
        let balances = balances(view, &pairs).await?;
        let worth = worth(view, &pairs).await?;
        let row = |pair: Pair| {
            let day = Day::new(&pair, traded.get(&pair.pool.id))?;
            let liquidity_usd = balances.get(&pair.pool.id).map_or(Decimal::ZERO, |found| {
                let of = |token: Address, amount: Decimal| {
                    worth.get(&token).map_or(Decimal::ZERO, |price| amount * *price)
                };
                let [locked0, locked1] = found.locked;
                of(pair.pool.token0, locked0) + of(pair.pool.token1, locked1)
            });
            Some(Row { pair, day, liquidity_usd })
        };
        Ok(Self { rows: pairs.into_iter().filter_map(row).collect() })
    }

    /// The part that a request wants: all, or `limit` after the first `skip`.
    pub(crate) fn page(&self, asked: &Asked) -> Result<&[Row], Problem> {
        let place = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let skip = asked.count("skip", u32::MAX)?.map_or(0, place).min(self.rows.len());
        let limit = asked.count("limit", MOST)?.filter(|limit| *limit > 0);
        let rows = self.rows.get(skip..).unwrap_or_default();
        let end = limit.map_or(rows.len(), place).min(rows.len());
        Ok(rows.get(..end).unwrap_or_default())
    }
}

type Balances = BTreeMap<PoolId, Reconciled>;

async fn balances(view: &View, pairs: &[Pair]) -> Result<Balances, Problem> {
    let ids: Vec<_> = pairs.iter().map(|pair| pair.pool.id).collect();
    let mut found = Balances::new();
    for ids in ids.chunks(TOGETHER) {
        let balances = view.snapshot.reconciled(ids).await?;
        found.extend(balances.into_iter().map(|one| (one.pool, one)));
    }
    Ok(found)
}

/// What tokens cost in USD at the block's time, as far as that is to be trusted: not where sources differ.
async fn worth(view: &View, pairs: &[Pair]) -> Result<BTreeMap<Address, Decimal>, Problem> {
    let native = view.chain()?.wrapped_native;
    let priced = |token: Address| if token.is_zero() { native.unwrap_or(token) } else { token };
    let held: BTreeSet<Address> =
        pairs.iter().flat_map(|pair| [pair.base.address, pair.quote.address]).collect();
    let tokens: BTreeSet<Address> = held.iter().map(|token| priced(*token)).collect();
    let tokens: Vec<Address> = tokens.into_iter().collect();
    let moment = Moment::newest(view.block().timestamp.saturating_mul(1_000));
    let found = prices(&view.deps, view.chain_id, moment, &tokens).await?;
    let found: BTreeMap<Address, Decimal> = tokens
        .into_iter()
        .zip(&found)
        .filter_map(|(token, price)| Some((token, trusted(price)?)))
        .collect();
    let of = |token: Address| Some((token, *found.get(&priced(token))?));
    Ok(held.into_iter().filter_map(of).collect())
}

/// A price that something stands behind.
fn trusted(price: &MarketPrice) -> Option<Decimal> {
    let good =
        matches!(price.status, PriceStatus::Fresh | PriceStatus::Stale | PriceStatus::Depegged);
    price.value.as_deref().filter(|_| good)?.parse().ok()
}
