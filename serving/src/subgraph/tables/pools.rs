//! Pools, those of V2 (pairs) among them.

use std::{
    collections::{BTreeSet, VecDeque},
    mem::take,
};

use domain::{
    entity::{Pool, PoolState, Protocol},
    figures::PoolFigures,
    ids::PoolId,
};
use store::{PoolCursor, PoolOrder, PoolQuery};
use subgraph::{QueryError, value::Value};

use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, address, addresses, bytes, id, integer},
    moment::{Moment, unread},
    table::{Coming, Table},
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

/// Pools of two tokens; there are as many as fees and hooks.
const OF_A_PAIR: u32 = 10_000;

/// Where pools are looked for.
enum Way {
    /// These.
    Ids(VecDeque<PoolId>),
    /// By their ids, from one on.
    From(Option<PoolId>),
    /// All of these two tokens.
    Pair([alloy_primitives::Address; 2]),
    /// A list that an index has.
    Listed(PoolQuery),
}

/// How far a look has come.
pub(in crate::subgraph) struct Look {
    ways: VecDeque<Way>,
    /// Those that came, where one may come by two ways.
    came: Option<BTreeSet<PoolId>>,
}

impl Look {
    /// All of them by their ids, from one on.
    pub(super) fn by_id(from: Option<PoolId>) -> Self {
        Self { ways: VecDeque::from([Way::From(from)]), came: None }
    }
}

/// The pools whose ids these values are.
pub(super) fn ids_of(values: &[Value]) -> impl Iterator<Item = PoolId> {
    values.iter().filter_map(bytes).filter_map(|bytes| PoolId::from_slice(bytes.as_slice()))
}

impl Table for Pools {
    type Row = Pool;
    type Look = Look;

    const KNOWS_CHANGES: bool = true;

    fn look(at: &Moment, asked: &Asked) -> (Look, Coming) {
        let one = |way, coming| (Look { ways: VecDeque::from([way]), came: None }, coming);
        if let Some(ids) = asked.among("id") {
            let ids: BTreeSet<PoolId> = ids_of(ids).collect();
            return one(Way::Ids(ids.into_iter().collect()), Coming::Anyhow);
        }
        // of an older block an order of today says nothing
        let is_newest = at.past().is_none();
        let up_to = at.past();
        let by_value = asked.is_by("totalValueLockedUSD", true) && is_newest;
        let order = if by_value { PoolOrder::Tvl } else { PoolOrder::Created };
        let query = PoolQuery { order, up_to, ..PoolQuery::default() };
        if let (Some([token0]), Some([token1])) = (asked.among("token0"), asked.among("token1")) {
            let pair = address(token0).zip(address(token1));
            let ways = pair.map(|(token0, token1)| Way::Pair([token0, token1]));
            let ways = ways.into_iter().collect();
            return (Look { ways, came: None }, Coming::Anyhow);
        }
        let of_tokens = ["token0", "token1"].into_iter().filter_map(|side| asked.among(side));
        if let Some(tokens) = of_tokens.min_by_key(|tokens| tokens.len()) {
            let tokens = addresses(tokens);
            let coming = match (tokens.len(), by_value) {
                (0 | 1, true) => Coming::Sorted,
                _ => Coming::Anyhow,
            };
            let came = (tokens.len() > 1).then(BTreeSet::new);
            let of = |token| Way::Listed(PoolQuery { token: Some(token), ..query.clone() });
            return (Look { ways: tokens.into_iter().map(of).collect(), came }, coming);
        }
        let dex = Some(at.about().dex.clone());
        if by_value {
            return one(Way::Listed(PoolQuery { dex, ..query }), Coming::Sorted);
        }
        if asked.is_by("id", false) {
            // an id of another length says nothing of where those of the DEX begin
            let is_own =
                |id: &PoolId| matches!(id, PoolId::Key(_)) == (at.about().protocol == Protocol::V4);
            let from = asked.least("id").and_then(|id| ids_of(std::slice::from_ref(id)).next());
            let from = from.filter(is_own);
            return one(Way::From(from), Coming::Sorted);
        }
        let created = ["createdAtTimestamp", "createdAtBlockNumber"];
        let by_birth = created.into_iter().any(|column| asked.is_by(column, false));
        let coming = if by_birth { Coming::Alike } else { Coming::Anyhow };
        one(Way::Listed(PoolQuery { dex, ..query }), coming)
    }

    async fn next(at: &Moment, look: &mut Look, limit: u32) -> Result<Vec<Pool>, QueryError> {
        loop {
            let Some(way) = look.ways.pop_front() else { return Ok(Vec::new()) };
            let (mut pools, rest) = read(at, way, limit).await?;
            rest.into_iter().for_each(|way| look.ways.push_front(way));
            let about = at.about();
            pools.retain(|pool| pool.dex == about.dex && pool.figures.counted);
            if let Some(came) = &mut look.came {
                pools.retain(|pool| came.insert(pool.id));
            }
            if let Some(block) = at.past() {
                pools.retain(|pool| pool.created.block <= block);
                pools = at.snapshot().pools_at(pools, block).await.map_err(|e| unread(&e))?;
            }
            if !pools.is_empty() {
                return Ok(pools);
            }
        }
    }
}

/// The next pools on a way, and what is left of it.
async fn read(at: &Moment, way: Way, limit: u32) -> Result<(Vec<Pool>, Option<Way>), QueryError> {
    let snapshot = at.snapshot();
    let is_whole = |pools: &[Pool]| pools.len() >= limit as usize;
    match way {
        Way::Ids(mut ids) => {
            let rest = ids.split_off(ids.len().min(limit as usize));
            let ids = take(&mut ids).into_iter().collect::<Vec<_>>();
            let pools = match ids.is_empty() {
                true => Vec::new(),
                false => snapshot.pools_by_ids(&ids).await.map_err(|e| unread(&e))?,
            };
            Ok((pools, (!rest.is_empty()).then_some(Way::Ids(rest))))
        }
        Way::Pair(pair) => {
            let pools = snapshot.pools_of_pair(pair, OF_A_PAIR).await;
            Ok((pools.map_err(|e| unread(&e))?, None))
        }
        Way::From(from) => {
            let mut pools = snapshot.pools_from(from, limit).await.map_err(|e| unread(&e))?;
            // the last one begins the next part
            let next = is_whole(&pools).then(|| pools.pop()).flatten();
            Ok((pools, next.map(|pool| Way::From(Some(pool.id)))))
        }
        Way::Listed(query) => {
            let query = PoolQuery { limit, ..query };
            let pools = snapshot.pools(&query).await.map_err(|e| unread(&e))?;
            let last = is_whole(&pools).then(|| pools.last()).flatten();
            let after = last.map(|pool| PoolCursor::of(pool, query.order));
            Ok((pools, after.map(|after| Way::Listed(PoolQuery { after: Some(after), ..query }))))
        }
    }
}
