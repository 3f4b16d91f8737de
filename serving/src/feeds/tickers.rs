//! How listing sites name a pair: `BASE_TARGET`, the addresses of its tokens, with `_POOL` behind it where one pool of
//! several is meant.

use std::{cmp::Reverse, time::Duration};

use alloy_primitives::Address;
use api_kit::problem::Problem;
use domain::ids::PoolId;

use super::{
    apart::apart,
    asked::{Asked, shown},
    depth::Depth,
    pairs::{self, Pair},
    view::View,
};
use crate::view::address;

#[cfg(test)]
mod tests;

/// Pools of one pair that are looked at together: of a pair with more the oldest ones, which nobody can push out by making others.
const TOGETHER: u32 = 1_000;
/// Pools that an order book is tried of.
const TRIED: usize = 64;

/// Levels of an order book if nothing is said, and most: both sides together.
const USUAL_DEPTH: u32 = 100;
const MOST_DEPTH: u32 = 400;
/// The pools in memory may have a block a moment after the store.
const PATIENCE: Duration = Duration::from_secs(2);

/// `BASE_TARGET` of a pair.
pub(crate) fn name(pair: &Pair) -> String {
    format!("{}_{}", address(pair.base.address), address(pair.quote.address))
}

/// The same with the pool, which makes it unique.
pub(crate) fn unique(pair: &Pair) -> String {
    format!("{}_{}", name(pair), pair.pool.id)
}

/// A name as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wanted {
    base: Address,
    target: Address,
    pool: Option<PoolId>,
}

impl Wanted {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('_');
        let mut token = || parts.next()?.parse::<Address>().ok();
        let (base, target) = (token()?, token()?);
        let pool = parts.next().map(str::parse).transpose().ok()?;
        parts.next().is_none().then_some(Self { base, target, pool })
    }

    fn is(&self, pair: &Pair) -> bool {
        (self.base, self.target) == (pair.base.address, pair.quote.address)
            && self.pool.is_none_or(|pool| pool == pair.pool.id)
    }
}

/// The pairs of a name that feeds show, those with the most swaps first; `pool_id` of the request chooses among them.
pub(crate) async fn find(view: &View, asked: &Asked, text: &str) -> Result<Vec<Pair>, Problem> {
    let unknown = || {
        let detail = format!("no pair is called `{}`: /pairs names them all", shown(text));
        Problem::not_found("TICKER_UNKNOWN", detail)
    };
    let mut wanted = Wanted::parse(text).ok_or_else(unknown)?;
    if let Some(pool) = asked.text("pool_id") {
        let pool: PoolId = pool.parse().map_err(|_| unknown())?;
        if wanted.pool.is_some_and(|named| named != pool) {
            return Err(unknown());
        }
        wanted.pool = Some(pool);
    }
    let settings = view.settings()?;
    let mut pairs = if let Some(pool) = wanted.pool {
        pairs::of_pool(view, pool).await?.into_iter().collect()
    } else {
        let pair = [wanted.base.min(wanted.target), wanted.base.max(wanted.target)];
        let pools = view.snapshot.pools_of_pair(pair, TOGETHER).await?;
        pairs::of_pools(&view.snapshot, settings, pools).await?
    };
    pairs.retain(|pair| wanted.is(pair) && pair.price().is_some());
    if pairs.is_empty() {
        return Err(unknown());
    }
    pairs.sort_by_key(|pair| (Reverse(pair.pool.swap_count), pair.pool.id));
    Ok(pairs)
}

/// The order book of the first of these pairs whose amounts can be computed, with half of `depth` levels a side.
pub(crate) async fn depth(
    view: &View,
    asked: &Asked,
    pairs: Vec<Pair>,
) -> Result<(Pair, Depth), Problem> {
    let levels = match asked.count("depth", u32::MAX)? {
        None => USUAL_DEPTH,
        Some(0) => MOST_DEPTH,
        Some(depth) => depth.min(MOST_DEPTH),
    };
    let levels = levels.div_ceil(2);
    let loading = || {
        Problem::unavailable("STATE_STALE", "the pools in memory are behind; try again in a moment")
    };
    let chain = view.chain()?;
    let book = chain.book.at(view.block().hash, PATIENCE).await.ok_or_else(loading)?;
    let found = apart(chain, move || {
        let mut refused = None;
        for pair in pairs.into_iter().take(TRIED) {
            let number = book.names.pool_number(pair.pool.id);
            let venue = number.and_then(|number| book.market.pool(number)).ok_or_else(loading)?;
            match Depth::new(&pair, venue, levels) {
                Ok(depth) => return Ok((pair, depth)),
                Err(problem) => refused = refused.or(Some(problem)),
            }
        }
        Err(refused.unwrap_or_else(Problem::internal))
    });
    found.await?
}
