//! Pages of pools.

use std::{cmp::Reverse, sync::Arc};

use alloy_primitives::Address;
use api_kit::{
    cursor::List,
    page::{Rows, Slice},
    problem::Problem,
};
use domain::{
    decimal::Decimal,
    entity::{Pool, Protocol},
    ids::PoolId,
};
use store::{PoolCursor, PoolOrder, PoolQuery};

use super::as_of::At;

/// Most pools of two tokens; they are put in order here.
const OF_A_PAIR: u32 = 1_000;

/// Which pools, in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) protocol: Option<Protocol>,
    pub(crate) dex: Option<String>,
    pub(crate) tokens: Tokens,
    pub(crate) order: PoolOrder,
}

/// The tokens that a pool has to have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Tokens {
    #[default]
    Any,
    One(Address),
    /// The lower address first.
    Both([Address; 2]),
}

impl Tokens {
    /// As a request names them.
    pub(crate) fn of(given: &[Address]) -> Result<Self, Problem> {
        match *given {
            [] => Ok(Self::Any),
            [token] => Ok(Self::One(token)),
            [one, other] if one != other => Ok(Self::Both([one.min(other), one.max(other)])),
            _ => Err(Problem::bad_request(
                "TOKENS_INVALID",
                "a pool has two different tokens: give one or two of them",
            )),
        }
    }
}

impl Filter {
    /// Whether it takes all pools.
    pub(crate) fn is_open(&self) -> bool {
        self.protocol.is_none() && self.dex.is_none() && self.tokens == Tokens::Any
    }
}

/// A page of whole pools.
pub(crate) async fn page(
    at: &At,
    filter: Filter,
    slice: Slice<'_>,
) -> Result<Rows<Arc<Pool>>, Problem> {
    page_with(at, filter, slice, None).await
}

/// A page of pools, of which perhaps only these figures will be looked at; all are read where that is simpler.
pub(crate) async fn page_with(
    at: &At,
    filter: Filter,
    slice: Slice<'_>,
    figures: Option<&[&'static str]>,
) -> Result<Rows<Arc<Pool>>, Problem> {
    let Filter { protocol, dex, tokens, order } = filter;
    let snapshot = at.snapshot();
    if order != PoolOrder::Created {
        at.only_now("pools are put in order by what they are now; ask for them by creation")?;
    }
    let of = format!("{protocol:?} {dex:?} {tokens:?} {:?}", at.named());
    let list = List::new(name(order), snapshot.chain(), of);
    let after = list.after(slice.after, |bytes| read(order, bytes))?;
    let limit = slice.size.limit();
    let token = match tokens {
        Tokens::Both(pair) => {
            let mut found = snapshot.pools_of_pair(pair, OF_A_PAIR + 1).await?;
            if found.len() > OF_A_PAIR as usize {
                let detail = format!("more than {OF_A_PAIR} pools have these two tokens");
                return Err(Problem::unprocessable("TOO_MUCH", detail));
            }
            found.retain(|pool| {
                protocol.is_none_or(|protocol| pool.protocol == protocol)
                    && dex.as_ref().is_none_or(|dex| pool.dex == *dex)
                    && at.past().is_none_or(|block| pool.created.block <= block)
            });
            let found = in_order(found, order, after, limit as usize);
            let found = shared(at.pools_then(found).await?);
            return Ok(Rows::new(found, slice.size, &list, |pool| {
                bytes(PoolCursor::of(pool, order))
            }));
        }
        Tokens::One(token) => Some(token),
        Tokens::Any => None,
    };
    let query = PoolQuery { protocol, dex, token, up_to: at.past(), order, after, limit };
    let found = match at.past() {
        None => at.hot().pools(snapshot, &query, figures).await?,
        Some(_) => shared(at.pools_then(snapshot.pools(&query).await?).await?),
    };
    Ok(Rows::new(found, slice.size, &list, |pool| bytes(PoolCursor::of(pool, order))))
}

fn shared(pools: Vec<Pool>) -> Vec<Arc<Pool>> {
    pools.into_iter().map(Arc::new).collect()
}

/// The pools behind a cursor, as the store would give them.
fn in_order(
    mut pools: Vec<Pool>,
    order: PoolOrder,
    after: Option<PoolCursor>,
    limit: usize,
) -> Vec<Pool> {
    pools.sort_by_key(|pool| Reverse(rank(PoolCursor::of(pool, order))));
    if let Some(after) = after {
        let after = rank(after);
        pools.retain(|pool| rank(PoolCursor::of(pool, order)) < after);
    }
    pools.truncate(limit);
    pools
}

/// Greater comes first.
type Rank = (Decimal, Reverse<(u64, u32)>, usize, Option<PoolId>);

fn rank(cursor: PoolCursor) -> Rank {
    let of = |value: Decimal, id: PoolId| (value, Reverse((0, 0)), id.as_slice().len(), Some(id));
    match cursor {
        PoolCursor::Created { block, log_index } => {
            (Decimal::ZERO, Reverse((block, log_index)), 0, None)
        }
        PoolCursor::Swaps { count, id } => of(count.into(), id),
        PoolCursor::Tvl { usd, id } => of(usd, id),
    }
}

const fn name(order: PoolOrder) -> &'static str {
    match order {
        PoolOrder::Created => "pools by creation",
        PoolOrder::Swaps => "pools by swaps",
        PoolOrder::Tvl => "pools by locked value",
    }
}

fn bytes(cursor: PoolCursor) -> Vec<u8> {
    match cursor {
        PoolCursor::Created { block, log_index } => {
            [&block.to_be_bytes()[..], &log_index.to_be_bytes()].concat()
        }
        PoolCursor::Swaps { count, id } => [&count.to_be_bytes()[..], id.as_slice()].concat(),
        PoolCursor::Tvl { usd, id } => [usd.to_bytes().as_ref(), id.as_slice()].concat(),
    }
}

fn read(order: PoolOrder, bytes: &[u8]) -> Option<PoolCursor> {
    if order == PoolOrder::Tvl {
        let (usd, id) = Decimal::read_bytes(bytes).ok()?;
        return Some(PoolCursor::Tvl { usd, id: PoolId::from_slice(id)? });
    }
    let (first, rest) = bytes.split_first_chunk()?;
    let first = u64::from_be_bytes(*first);
    Some(match order {
        PoolOrder::Created => PoolCursor::Created {
            block: first,
            log_index: u32::from_be_bytes(rest.try_into().ok()?),
        },
        _ => PoolCursor::Swaps { count: first, id: PoolId::from_slice(rest)? },
    })
}
