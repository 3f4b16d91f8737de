//! The pools that may serve a trade, from the store.

use alloy_primitives::Address;
use api_kit::problem::Problem;
use domain::entity::{Pool, Token};
use store::{PoolCursor, PoolOrder, PoolQuery, Snapshot};

use super::{
    Candidates,
    request::{Through, Trade},
};

/// Pools asked at most; the most used ones.
const MOST_POOLS: usize = 50;
/// Pools read per query.
const STEP: u32 = 500;

pub(super) async fn find(snapshot: &Snapshot, trade: &Trade) -> Result<Candidates, Problem> {
    let token_in = trade.token_in;
    let (pools, other) = match trade.through {
        Through::Pool(id, other) => {
            let pool = snapshot.pool(id).await?.ok_or_else(|| crate::failure::unknown_pool(id))?;
            let across = across(&pool, token_in)
                .ok_or_else(|| not_in_pool("TOKEN_IN_INVALID", "tokenIn", &pool))?;
            if other.is_some_and(|other| other != across) {
                return Err(not_in_pool("TOKEN_OUT_INVALID", "tokenOut", &pool));
            }
            (Some(vec![pool]), across)
        }
        Through::Pair(other, _) => (None, other),
    };
    let tokens = snapshot.tokens_by_addresses(&[token_in, other]).await?;
    let known = |code, field, address: Address| {
        tokens
            .iter()
            .find(|token| token.address == address)
            .cloned()
            .ok_or_else(|| unknown_token(code, field, address))
    };
    let token_in = known("TOKEN_IN_INVALID", "tokenIn", token_in)?;
    let token_out = known("TOKEN_OUT_INVALID", "tokenOut", other)?;
    let pools = match (pools, trade.through) {
        (None, Through::Pair(_, fee)) => of_pair(snapshot, &token_in, &token_out, fee).await?,
        (pools, _) => pools.unwrap_or_default(),
    };
    Ok(Candidates { token_in, token_out, pools })
}

/// The pools of a pair, found through the token that is in fewer pools, the most used ones first.
async fn of_pair(
    snapshot: &Snapshot,
    one: &Token,
    other: &Token,
    fee: Option<u32>,
) -> Result<Vec<Pool>, Problem> {
    let (rare, common) =
        if one.pool_count <= other.pool_count { (one, other) } else { (other, one) };
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let query = PoolQuery {
            token: Some(rare.address),
            order: PoolOrder::Swaps,
            after,
            limit: STEP,
            ..PoolQuery::default()
        };
        let pools = snapshot.pools(&query).await?;
        after = pools.last().map(|pool| PoolCursor::of(pool, PoolOrder::Swaps));
        let whole = pools.len() < usize::try_from(STEP).unwrap_or(usize::MAX);
        let fits = |pool: &Pool| {
            across(pool, rare.address) == Some(common.address)
                && fee.is_none_or(|fee| fee == pool.fee_pips)
        };
        found.extend(pools.into_iter().filter(fits));
        if whole || found.len() >= MOST_POOLS {
            found.truncate(MOST_POOLS);
            return Ok(found);
        }
    }
}

/// The other token of a pool.
fn across(pool: &Pool, token: Address) -> Option<Address> {
    match token {
        _ if token == pool.token0 => Some(pool.token1),
        _ if token == pool.token1 => Some(pool.token0),
        _ => None,
    }
}

fn not_in_pool(code: &'static str, field: &str, pool: &Pool) -> Problem {
    let (token0, token1) = (crate::view::address(pool.token0), crate::view::address(pool.token1));
    Problem::bad_request(
        code,
        format!("`{field}` is not in pool {}, which holds {token0} and {token1}", pool.id),
    )
}

fn unknown_token(code: &'static str, field: &str, address: Address) -> Problem {
    let address = crate::view::address(address);
    Problem::not_found(code, format!("`{field}`: no indexed pool holds token {address}"))
}
