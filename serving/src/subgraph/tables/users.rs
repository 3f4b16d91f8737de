//! Those who held shares of V2 pairs, made of what accounts ever held.
//!
//! The reference has a user for either end of every transfer of shares. Two of these hold nothing by the rules of the
//! fold, unless a mint or burn names them, and so are not here: the zero address, which mints come from and burns go to,
//! and a pair at the end of its own transfers, which is where burns begin.

use std::{collections::BTreeMap, ops::Bound};

use alloy_primitives::Address;
use domain::{figures::LiquidityPosition, ids::PoolId};
use store::{ShareQuery, SharesOf};
use subgraph::{QueryError, value::Value};

use super::{
    gathered::{parts, those},
    nothing::NoFigures,
};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, address, addresses, integer},
    moment::{Moment, unread},
    table::{Coming, Portion, Portions, Table, Ways},
};

/// An account's shares of a pair.
type Share = (PoolId, Address);

/// Shares of an account that are read together.
const PORTION: u32 = 1_000;

/// All that ever held shares of the DEX's pairs.
pub(in crate::subgraph) struct Users;

/// One of them.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct UserRow {
    address: Address,
    /// Block of the first transfer; a user never changes.
    since: u64,
}

impl Cells for UserRow {
    type Figures = NoFigures;

    fn figures(&self) -> &NoFigures {
        &NoFigures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| Value::Bytes(row.address.into())),
            ("createdAtBlockNumber", |row| integer(row.since)),
            ("zero", |_| integer(0_u64)),
        ]
    }

    fn changed(&self) -> u64 {
        self.since
    }
}

/// Where users are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::subgraph) enum Way {
    /// These.
    These(Vec<Address>),
    /// All from one on.
    From(Bound<Address>),
}

impl Table for Users {
    type Row = UserRow;
    type Way = Way;

    const KNOWS_CHANGES: bool = true;

    fn ways(_: &Moment, asked: &Asked) -> Ways<Way> {
        if let Some(ids) = asked.among("id") {
            return Ways::named([Way::These(addresses(ids).into_iter().collect())]);
        }
        let from = asked.least("id").and_then(address).map_or(Bound::Unbounded, Bound::Included);
        let by_id = asked.is_by("id", false);
        Ways::new([Way::From(from)], if by_id { Coming::Sorted } else { Coming::Anyhow })
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        let these = ways.iter().filter_map(|way| match way {
            Way::These(these) => Some(these),
            Way::From(_) => None,
        });
        let mut named = BTreeMap::new();
        for some in parts(these.flatten()) {
            named.extend(firsts_of(at, some).await?);
        }
        let mut portions = Vec::with_capacity(ways.len());
        for way in ways {
            let (found, rest) = match way {
                Way::These(these) => (those(&these, &named), None),
                Way::From(from) => {
                    let (firsts, rest) = portion(at, from, limit).await?;
                    (firsts.into_iter().collect(), rest.map(Way::From))
                }
            };
            let row = |(address, since)| UserRow { address, since };
            portions.push(Portion {
                looked: found.len(),
                rows: found.into_iter().map(row).collect(),
                rest: rest.into_iter().collect(),
            });
        }
        Ok(portions)
    }
}

/// The next users by address with the blocks of their first transfers, and where the others begin.
async fn portion(
    at: &Moment,
    from: Bound<Address>,
    limit: u32,
) -> Result<(BTreeMap<Address, u64>, Option<Bound<Address>>), QueryError> {
    // one account may hold shares of many pairs
    let limit = limit.max(256);
    let found = at.snapshot().shares_by_account(from, limit).await.map_err(|e| unread(&e))?;
    let last = found.last().filter(|_| found.len() >= limit as usize);
    let last = last.map(|((_, account), _)| *account);
    let mut firsts = firsts(at, found).await?;
    // the portion may end amid what the last one holds
    if let Some(last) = last {
        firsts.remove(&last);
        firsts.extend(firsts_of(at, vec![last]).await?);
    }
    Ok((firsts, last.map(Bound::Excluded)))
}

/// The blocks of accounts' first transfers; none where there was none up to the moment.
async fn firsts_of(
    at: &Moment,
    accounts: Vec<Address>,
) -> Result<BTreeMap<Address, u64>, QueryError> {
    let of = |account| ShareQuery { of: SharesOf::Account(account), after: None, limit: PORTION };
    let mut queries: Vec<ShareQuery> = accounts.into_iter().map(of).collect();
    let mut all: BTreeMap<Address, u64> = BTreeMap::new();
    while !queries.is_empty() {
        let lists = at.snapshot().shares_many(&queries).await.map_err(|e| unread(&e))?;
        let is_whole = |list: &[_]| list.len() >= PORTION as usize;
        let rest = |(query, list): (&ShareQuery, &Vec<(Share, LiquidityPosition)>)| {
            let (last, _) = list.last().filter(|_| is_whole(list))?;
            Some(ShareQuery { after: Some(*last), ..*query })
        };
        let rest = queries.iter().zip(&lists).filter_map(rest).collect();
        for (account, block) in firsts(at, lists.into_iter().flatten().collect()).await? {
            let first = all.entry(account).or_insert(block);
            *first = block.min(*first);
        }
        queries = rest;
    }
    Ok(all)
}

/// Of those that hold these shares, as far as pairs of the DEX and the moment go, the blocks of their first transfers.
async fn firsts(
    at: &Moment,
    shares: Vec<(Share, LiquidityPosition)>,
) -> Result<BTreeMap<Address, u64>, QueryError> {
    let facts = at.own_facts(shares.iter().map(|((pool, _), _)| *pool)).await?;
    let mut firsts = BTreeMap::new();
    for ((pool, account), share) in shares {
        let was_there = at.past().is_none_or(|block| share.created_block <= block);
        if was_there && facts.contains_key(&pool) {
            let first = firsts.entry(account).or_insert(share.created_block);
            *first = share.created_block.min(*first);
        }
    }
    Ok(firsts)
}
