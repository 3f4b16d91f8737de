//! All pairs of a chain with what they did and what they hold, at one block: what listing sites read, page by page or whole.
//!
//! It is made once for a block, apart from the requests: those who ask meanwhile wait for it, and share it, and it is made to
//! its end also when they leave. What it says of the pairs ([`Rows`]) stands as long as the block. What contracts hold and what
//! tokens cost changes without one: that is looked up for answers that tell it, and again when somebody asks for one after
//! [`LIFE`]. Rows are written once for each format, so that a request only hands out a part of a text.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
    time::{Duration, Instant},
};

use alloy_primitives::Address;
use api_kit::problem::Problem;
use domain::{
    block::BlockRef,
    decimal::Decimal,
    ids::{ChainId, PoolId},
    reconciled::Reconciled,
};
use store::{PoolOrder, PoolQuery};
use tokio::sync::OnceCell;

use super::{
    day::{self, Day},
    pairs::{self, Pair},
    view::View,
};
use crate::{
    read::prices::{Moment, prices},
    view::price::{MarketPrice, PriceStatus},
};

mod keep;
mod lines;
#[cfg(test)]
mod tests;
mod written;

pub(super) use keep::Standing;
use keep::{Newest, Stands};
pub(crate) use lines::Lines;
pub(crate) use written::Written;

/// Pools whose balances are read by one command.
const TOGETHER: usize = 2_000;
/// What is told of balances and prices is no older.
const LIFE: Duration = Duration::from_secs(5);

/// A pair with what it did.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The pair.
    pub(crate) pair: Pair,
    /// What it did.
    pub(crate) day: Day,
}

/// What stands as long as the block.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// Oldest pool first.
    pub(crate) rows: Vec<Row>,
    pub(super) pairs: OnceCell<Lines>,
    pub(super) summary: OnceCell<Lines>,
    pub(super) markets: OnceCell<Lines>,
    pub(super) assets: OnceCell<Lines>,
}

/// The rows of a block with what is known beside them at the moment.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) rows: Arc<Rows>,
    /// Of each row what the contracts hold, in USD, of those tokens that have a market price to be trusted; 0 where none has.
    pub(crate) liquidity_usd: Vec<Decimal>,
    pub(super) tickers: OnceCell<Lines>,
    /// Names what is said beside the block.
    pub(super) version: u64,
    made: Instant,
}

/// The newest of all chains; clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Listings {
    rows: Newest<Rows>,
    listings: Newest<Listing>,
}

impl Listings {
    /// The rows of a block, if it is the newest that somebody asked for.
    pub(super) fn known_rows(&self, chain: ChainId, block: &BlockRef) -> Option<Standing<Rows>> {
        self.rows.standing(chain, block)
    }

    /// The listing of a block, likewise, and if nothing of it is too old.
    pub(super) fn known(&self, chain: ChainId, block: &BlockRef) -> Option<Standing<Listing>> {
        self.listings.standing(chain, block)
    }

    /// The rows of the request's block, read if there are none.
    pub(super) async fn rows(&self, view: &View) -> Result<Standing<Rows>, Problem> {
        let (of, view, listings) = (view.at(), view.clone(), self.listings.clone());
        let read = async move {
            let rows = Rows::read(&view).await?;
            // so that not the rows of two blocks are in memory
            listings.forget_older(&of);
            Ok(rows)
        };
        self.rows.at(of, read).await
    }

    /// The listing of the request's block, made if there is none or it is too old.
    pub(super) async fn listing(&self, view: &View) -> Result<Standing<Listing>, Problem> {
        let (of, view, all) = (view.at(), view.clone(), self.clone());
        let read = async move {
            let rows = all.rows(&view).await?;
            Listing::read(&view, rows.of).await
        };
        self.listings.at(of, read).await
    }
}

impl Stands for Rows {
    fn stands(&self) -> bool {
        true
    }
}

impl Stands for Listing {
    fn stands(&self) -> bool {
        !self.left().is_zero()
    }
}

impl Listing {
    async fn read(view: &View, rows: Arc<Rows>) -> Result<Self, Problem> {
        let made = Instant::now();
        let balances = balances(view, &rows.rows).await?;
        let worth = worth(view, &rows.rows).await?;
        let liquidity = |Row { pair, .. }: &Row| {
            balances.get(&pair.pool.id).map_or(Decimal::ZERO, |found| {
                let of = |token: Address, amount: Decimal| {
                    worth.get(&token).map_or(Decimal::ZERO, |price| amount * *price)
                };
                let [locked0, locked1] = found.locked;
                of(pair.pool.token0, locked0) + of(pair.pool.token1, locked1)
            })
        };
        let liquidity_usd: Vec<Decimal> = rows.rows.iter().map(liquidity).collect();
        let version = version(&liquidity_usd);
        Ok(Self { rows, liquidity_usd, tickers: OnceCell::new(), version, made })
    }

    /// For how long it stands yet.
    pub(super) fn left(&self) -> Duration {
        left(self.made.elapsed())
    }
}

impl Rows {
    async fn read(view: &View) -> Result<Self, Problem> {
        let (snapshot, settings) = (&view.snapshot, view.settings()?);
        let limit = settings.most_pools;
        let query = PoolQuery { order: PoolOrder::Swaps, limit, ..PoolQuery::default() };
        let mut pools = snapshot.pools(&query).await?;
        pools.sort_by_key(|pool| (pool.created.block, pool.created.log_index, pool.id));
        let pairs = pairs::of_pools(snapshot, settings, pools).await?;
        let traded = day::of_pairs(snapshot, &pairs).await?;
        let row = |pair: Pair| {
            let day = Day::new(&pair, traded.get(&pair.pool.id))?;
            Some(Row { pair, day })
        };
        Ok(Self { rows: pairs.into_iter().filter_map(row).collect(), ..Self::default() })
    }
}

const fn left(age: Duration) -> Duration {
    LIFE.saturating_sub(age)
}

fn version(liquidity_usd: &[Decimal]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for liquidity in liquidity_usd {
        (liquidity.mantissa(), liquidity.exponent()).hash(&mut hasher);
    }
    hasher.finish()
}

async fn balances(view: &View, rows: &[Row]) -> Result<BTreeMap<PoolId, Reconciled>, Problem> {
    let ids: Vec<_> = rows.iter().map(|row| row.pair.pool.id).collect();
    let mut found = BTreeMap::new();
    for ids in ids.chunks(TOGETHER) {
        let balances = view.snapshot.reconciled(ids).await?;
        found.extend(balances.into_iter().map(|one| (one.pool, one)));
    }
    Ok(found)
}

/// What tokens cost in USD at the block's time, as far as that is to be trusted: not where sources differ.
async fn worth(view: &View, rows: &[Row]) -> Result<BTreeMap<Address, Decimal>, Problem> {
    let native = view.chain()?.wrapped_native;
    let priced = |token: Address| if token.is_zero() { native.unwrap_or(token) } else { token };
    let held: BTreeSet<Address> =
        rows.iter().flat_map(|row| [row.pair.base.address, row.pair.quote.address]).collect();
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
