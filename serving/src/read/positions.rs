//! Pages of positions that are tokens, and of shares of V2 pairs.

use alloy_primitives::{Address, U256};
use api_kit::{
    cursor::List,
    page::{Rows, Slice},
    parse,
    problem::Problem,
};
use domain::{
    figures::{LiquidityPosition, NftPosition},
    ids::PoolId,
};
use store::{PositionId, PositionQuery, PositionsOf, ShareQuery, SharesOf};

use super::as_of::At;
use crate::{deps::ChainDeps, failure};

const OF_NOW: &str = "lists of positions are of now, by who holds them; ask for single positions";

/// Whose positions, as a request says it: of an owner or of a pool, not both.
pub(crate) fn of(owner: Option<&str>, pool: Option<&str>) -> Result<PositionsOf, Problem> {
    match (owner, pool) {
        (None, None) => Ok(PositionsOf::All),
        (Some(owner), None) => Ok(PositionsOf::Owner(parse::address("owner", owner)?)),
        (None, Some(pool)) => Ok(PositionsOf::Pool(parse::pool_id("pool", pool)?)),
        (Some(_), Some(_)) => {
            Err(Problem::bad_request("FILTER_INVALID", "give `owner` or `pool`, not both"))
        }
    }
}

/// Whose shares, as a request says it: of an account or of a pool, one of both.
pub(crate) fn shares_of(account: Option<&str>, pool: Option<&str>) -> Result<SharesOf, Problem> {
    match (account, pool) {
        (Some(account), None) => Ok(SharesOf::Account(parse::address("account", account)?)),
        (None, Some(pool)) => Ok(SharesOf::Pool(parse::pool_id("pool", pool)?)),
        _ => Err(Problem::bad_request("FILTER_INVALID", "give `account` or `pool`, one of both")),
    }
}

/// The manager of positions that a request means: by its address, or by the name of its DEX.
pub(crate) fn manager(chain: &ChainDeps, name: &str) -> Result<Address, Problem> {
    if name.starts_with("0x") {
        return parse::address("manager", name);
    }
    let dex = chain.dexes.iter().find(|dex| dex.name == name);
    let dex = dex.ok_or_else(|| failure::unknown_dex(name))?;
    dex.position_manager.ok_or_else(|| failure::no_positions(&dex.name))
}

/// A token's id, as a request says it.
pub(crate) fn token_id(text: &str) -> Result<U256, Problem> {
    parse::uint256("TOKEN_ID_INVALID", "tokenId", text)
}

/// Positions, by manager and token id.
pub(crate) async fn page(
    at: &At,
    of: PositionsOf,
    manager: Option<Address>,
    slice: Slice<'_>,
) -> Result<Rows<(PositionId, NftPosition)>, Problem> {
    at.only_now(OF_NOW)?;
    let list = List::new("positions", at.snapshot().chain(), format!("{of:?} {manager:?}"));
    let after = list.after(slice.after, |bytes| {
        let (manager, token_id) = bytes.split_first_chunk::<20>()?;
        let token_id = U256::from_be_bytes(<[u8; 32]>::try_from(token_id).ok()?);
        Some(PositionId { manager: Address::from(manager), token_id })
    })?;
    let query = PositionQuery { of, manager, after, limit: slice.size.limit() };
    let found = at.snapshot().positions(&query).await?;
    Ok(Rows::new(found, slice.size, &list, |(id, _)| {
        [id.manager.as_slice(), &id.token_id.to_be_bytes::<32>()].concat()
    }))
}

/// A position.
pub(crate) async fn one(at: &At, id: PositionId) -> Result<Option<NftPosition>, Problem> {
    match at.past() {
        Some(block) => at.then_one(id.key(), block).await,
        None => Ok(at.snapshot().position(id).await?),
    }
}

/// Shares of a V2 pair and who holds them.
pub(crate) type Share = ((PoolId, Address), LiquidityPosition);

/// Shares of V2 pairs, by pair and account.
pub(crate) async fn shares(
    at: &At,
    of: SharesOf,
    slice: Slice<'_>,
) -> Result<Rows<Share>, Problem> {
    at.only_now(OF_NOW)?;
    let list = List::new("shares", at.snapshot().chain(), format!("{of:?}"));
    let after = list.after(slice.after, |bytes| {
        let (account, pool) = bytes.split_first_chunk::<20>()?;
        Some((PoolId::from_slice(pool)?, Address::from(account)))
    })?;
    let query = ShareQuery { of, after, limit: slice.size.limit() };
    let found = at.snapshot().shares(&query).await?;
    Ok(Rows::new(found, slice.size, &list, |((pool, account), _)| {
        [account.as_slice(), pool.as_slice()].concat()
    }))
}
