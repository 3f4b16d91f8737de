//! Pools, those of V2 (pairs) among them.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::Address;
use domain::{
    entity::{Pool, PoolState, Protocol},
    figures::PoolFigures,
    ids::PoolId,
};
use store::{PoolCursor, PoolOrder, PoolQuery};
use subgraph::{QueryError, value::Value};

use super::gathered::{Gathered, parts, those};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, address, addresses, bytes, id, integer},
    moment::{Moment, unread},
    table::{Coming, Portions, Table, Ways},
};

/// All pools that the reference knows, of the DEX.
pub(in crate::subgraph) struct Pools;

impl Cells for Pool {
    type Figures = PoolFigures;

    fn figures(&self) -> &PoolFigures {
        &self.figures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |pool| id(pool.id)),
            ("token0", |pool| Value::Bytes(pool.token0.into())),
            ("token1", |pool| Value::Bytes(pool.token1.into())),
            ("createdAtTimestamp", |pool| integer(pool.created.timestamp)),
            ("createdAtBlockNumber", |pool| integer(pool.created.block)),
            ("liquidity", |pool| integer(concentrated(pool).map_or(0, |state| state.2))),
            ("sqrtPrice", |pool| {
                Value::Integer(concentrated(pool).map(|state| state.0).unwrap_or_default().into())
            }),
            ("tick", |pool| match concentrated(pool) {
                // there is none before the first price
                Some((price, tick, _)) if !price.is_zero() => integer(i64::from(tick)),
                _ => Value::Null,
            }),
            ("tickSpacing", |pool| integer(i64::from(pool.tick_spacing))),
            ("hooks", |pool| Value::Bytes(pool.hooks.into())),
            ("swapCount", |pool| integer(pool.swap_count)),
            ("zero", |_| integer(0_u64)),
            ("false", |_| Value::Bool(false)),
        ]
    }

    fn changed(&self) -> u64 {
        self.updated_block
    }
}

fn concentrated(pool: &Pool) -> Option<(alloy_primitives::U256, i32, u128)> {
    match pool.state {
        PoolState::Concentrated { sqrt_price_x96, tick, liquidity } => {
            Some((sqrt_price_x96, tick, liquidity))
        }
        PoolState::Reserves { .. } => None,
    }
}

/// Where pools are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::subgraph) enum Way {
    /// These.
    Ids(Vec<PoolId>),
    /// By their ids, from one on.
    From(Option<PoolId>),
    /// The newest, made before a block and a log of it.
    Newest(Option<(u64, u32)>),
    /// All of these two tokens.
    Pair([Address; 2]),
    /// A list that an index has.
    Listed(PoolQuery),
}

/// The pools whose ids these values are.
pub(super) fn ids_of(values: &[Value]) -> impl Iterator<Item = PoolId> {
    values.iter().filter_map(bytes).filter_map(|bytes| PoolId::from_slice(bytes.as_slice()))
}

impl Table for Pools {
    type Row = Pool;
    type Way = Way;

    const KNOWS_CHANGES: bool = true;

    fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
        if let Some(ids) = asked.among("id") {
            let ids: BTreeSet<PoolId> = ids_of(ids).collect();
            return Ways::named([Way::Ids(ids.into_iter().collect())]);
        }
        // of an older block an order of today says nothing
        let is_newest = at.past().is_none();
        let up_to = at.past();
        let by_value = asked.is_by("totalValueLockedUSD", true) && is_newest;
        let order = if by_value { PoolOrder::Tvl } else { PoolOrder::Created };
        let query = PoolQuery { order, up_to, ..PoolQuery::default() };
        if let (Some([token0]), Some([token1])) = (asked.among("token0"), asked.among("token1")) {
            let pair = address(token0).zip(address(token1));
            return Ways::named(pair.map(|(token0, token1)| Way::Pair([token0, token1])));
        }
        let of_tokens = ["token0", "token1"].into_iter().filter_map(|side| asked.among(side));
        let created = ["createdAtTimestamp", "createdAtBlockNumber"];
        let by_birth = created.into_iter().any(|column| asked.is_by(column, false));
        let coming = match (by_value, by_birth) {
            (true, _) => Coming::Sorted,
            (false, true) => Coming::Alike,
            (false, false) => Coming::Anyhow,
        };
        if let Some(tokens) = of_tokens.min_by_key(|tokens| tokens.len()) {
            let tokens = addresses(tokens);
            // a pool has two tokens
            let repeats = tokens.len() > 1;
            let of = |token| Way::Listed(PoolQuery { token: Some(token), ..query.clone() });
            return Ways::new(tokens.into_iter().map(of), coming).with_repeats(repeats);
        }
        if !by_value && asked.is_by("id", false) {
            // an id of another length says nothing of where those of the DEX begin
            let is_own =
                |id: &PoolId| matches!(id, PoolId::Key(_)) == (at.about().protocol == Protocol::V4);
            let from = asked.least("id").and_then(|id| ids_of(std::slice::from_ref(id)).next());
            return Ways::new([Way::From(from.filter(is_own))], Coming::Sorted);
        }
        if created.into_iter().any(|column| asked.is_by(column, true)) {
            let below = at.past().map(|block| (block.saturating_add(1), 0));
            return Ways::new([Way::Newest(below)], Coming::Alike);
        }
        let dex = Some(at.about().dex.clone());
        Ways::new([Way::Listed(PoolQuery { dex, ..query })], coming)
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        let mut gathered = Gathered::new(ways.len());
        let by_id = by_ids(at, &ways).await?;
        let of_pairs = of_pairs(at, &ways).await?;
        let listed = |way: &Way| match way {
            Way::Listed(query) => Some(PoolQuery { limit, ..query.clone() }),
            _ => None,
        };
        let queries: Vec<PoolQuery> = ways.iter().filter_map(listed).collect();
        let mut lists = match queries.is_empty() {
            true => Vec::new(),
            false => at.snapshot().pools_many(&queries).await.map_err(|e| unread(&e))?,
        }
        .into_iter();
        let is_whole = |pools: &[Pool]| pools.len() >= limit as usize;
        for (place, way) in ways.into_iter().enumerate() {
            match way {
                Way::Ids(ids) => {
                    let found = those(&ids, &by_id).into_iter().map(|(_, pool)| pool);
                    gathered.add(place, found, None);
                }
                Way::Pair(pair) => {
                    let own = of_pairs.iter().filter(|pool| [pool.token0, pool.token1] == pair);
                    gathered.add(place, own.cloned(), None);
                }
                Way::From(from) => {
                    let found = at.snapshot().pools_from(from, limit).await;
                    let mut pools = found.map_err(|e| unread(&e))?;
                    // the last one begins the next part
                    let next = is_whole(&pools).then(|| pools.pop()).flatten();
                    gathered.add(place, pools, next.map(|pool| Way::From(Some(pool.id))));
                }
                Way::Newest(before) => {
                    let found = at.snapshot().newest_pools(&at.about().dex, before, limit).await;
                    let pools = found.map_err(|e| unread(&e))?;
                    let last = is_whole(&pools).then(|| pools.last()).flatten();
                    let rest = last.map(|pool| (pool.created.block, pool.created.log_index));
                    gathered.add(place, pools, rest.map(|last| Way::Newest(Some(last))));
                }
                Way::Listed(query) => {
                    let pools = lists.next().unwrap_or_default();
                    let last = is_whole(&pools).then(|| pools.last()).flatten();
                    let after = last.map(|pool| PoolCursor::of(pool, query.order));
                    let rest = after.map(|after| PoolQuery { after: Some(after), ..query });
                    gathered.add(place, pools, rest.map(Way::Listed));
                }
            }
        }
        gathered.rows(|pools| rows(at, pools)).await
    }
}

/// Those that are named.
async fn by_ids(at: &Moment, ways: &[Way]) -> Result<BTreeMap<PoolId, Pool>, QueryError> {
    let ids = ways.iter().filter_map(|way| match way {
        Way::Ids(ids) => Some(ids),
        _ => None,
    });
    let mut found = BTreeMap::new();
    for some in parts(ids.flatten()) {
        let pools = at.snapshot().pools_by_ids(&some).await.map_err(|e| unread(&e))?;
        found.extend(pools.into_iter().map(|pool| (pool.id, pool)));
    }
    Ok(found)
}

/// Those of the pairs of tokens.
async fn of_pairs(at: &Moment, ways: &[Way]) -> Result<Vec<Pool>, QueryError> {
    let pairs = ways.iter().filter_map(|way| match way {
        Way::Pair(pair) => Some(*pair),
        _ => None,
    });
    let pairs: Vec<[Address; 2]> = pairs.collect();
    match pairs.is_empty() {
        true => Ok(Vec::new()),
        false => at.snapshot().pools_of_pairs(&pairs).await.map_err(|e| unread(&e)),
    }
}

/// Those of the DEX, as they were.
async fn rows(at: &Moment, pools: Vec<Pool>) -> Result<Vec<Option<Pool>>, QueryError> {
    let about = at.about();
    let is_own = |pool: &Pool| {
        pool.dex == about.dex
            && pool.figures.counted
            && at.past().is_none_or(|block| pool.created.block <= block)
    };
    let own = pools.into_iter().map(|pool| is_own(&pool).then_some(pool));
    let Some(block) = at.past() else { return Ok(own.collect()) };
    let own: Vec<Option<Pool>> = own.collect();
    let now = own.iter().flatten().cloned().collect();
    let then = at.snapshot().pools_at(now, block).await.map_err(|e| unread(&e))?;
    let then: BTreeMap<PoolId, Pool> = then.into_iter().map(|pool| (pool.id, pool)).collect();
    Ok(own.into_iter().map(|pool| then.get(&pool?.id).cloned()).collect())
}

/// Pools that were found for others to go on with.
pub(super) struct Found {
    /// Their ids.
    pub(super) pools: Vec<PoolId>,
    /// Where others are.
    pub(super) rest: Vec<Way>,
}

/// Pools of which something else is looked for.
const OF_OTHERS: u32 = 1_000;

/// The next pools of a way, for what is looked for pool by pool.
pub(super) async fn found(at: &Moment, way: Way) -> Result<Found, QueryError> {
    let portion = Pools::read(at, vec![way], OF_OTHERS).await?.pop().unwrap_or_default();
    let pools = portion.rows.iter().map(|pool| pool.id).collect();
    Ok(Found { pools, rest: portion.rest })
}
