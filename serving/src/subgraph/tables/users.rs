//! Those who held shares of V2 pairs, made of what accounts ever held.
//!
//! The reference has a user for either end of every transfer of shares. Two of these hold nothing by the rules of the
//! fold, unless a mint or burn names them, and so are not here: the zero address, which mints come from and burns go to,
//! and a pair at the end of its own transfers, which is where burns begin.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Bound,
};

use alloy_primitives::Address;
use domain::{figures::LiquidityPosition, ids::PoolId};
use store::{ShareQuery, SharesOf};
use subgraph::{QueryError, value::Value};

use super::nothing::NoFigures;
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, address, addresses, integer},
    moment::{Moment, unread},
    table::{Coming, Table},
};

/// Shares that are read together.
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

/// How far a look has come.
pub(in crate::subgraph) enum Look {
    /// These are left.
    These(VecDeque<Address>),
    /// All from one on are left.
    From(Bound<Address>),
}

impl Table for Users {
    type Row = UserRow;
    type Look = Look;

    const KNOWS_CHANGES: bool = true;

    fn look(_: &Moment, asked: &Asked) -> (Look, Coming) {
        if let Some(ids) = asked.among("id") {
            return (Look::These(addresses(ids).into_iter().collect()), Coming::Anyhow);
        }
        let from = asked.least("id").and_then(address).map_or(Bound::Unbounded, Bound::Included);
        let by_id = asked.is_by("id", false);
        (Look::From(from), if by_id { Coming::Sorted } else { Coming::Anyhow })
    }

    async fn next(at: &Moment, look: &mut Look, limit: u32) -> Result<Vec<UserRow>, QueryError> {
        loop {
            let firsts: BTreeMap<Address, u64> = match look {
                Look::These(left) => {
                    let Some(address) = left.pop_front() else { return Ok(Vec::new()) };
                    let first = first_of(at, address).await?;
                    first.map(|block| (address, block)).into_iter().collect()
                }
                Look::From(from) => {
                    let (firsts, rest) = portion(at, *from, limit).await?;
                    // without a rest none is left
                    *look = rest.map_or_else(|| Look::These(VecDeque::new()), Look::From);
                    firsts
                }
            };
            if !firsts.is_empty() {
                let row = |(address, since)| UserRow { address, since };
                return Ok(firsts.into_iter().map(row).collect());
            }
        }
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
        firsts.extend(first_of(at, last).await?.map(|block| (last, block)));
    }
    Ok((firsts, last.map(Bound::Excluded)))
}

/// The block of an account's first transfer; none if there was none up to the moment.
async fn first_of(at: &Moment, account: Address) -> Result<Option<u64>, QueryError> {
    let mut first: Option<u64> = None;
    let mut query = ShareQuery { of: SharesOf::Account(account), after: None, limit: PORTION };
    loop {
        let found = at.snapshot().shares(&query).await.map_err(|e| unread(&e))?;
        let last = found.last().filter(|_| found.len() >= PORTION as usize).map(|(key, _)| *key);
        let blocks = firsts(at, found).await?.into_values();
        first = blocks.chain(first).min();
        match last {
            Some(last) => query.after = Some(last),
            None => return Ok(first),
        }
    }
}

/// Of those that hold these shares, as far as pairs of the DEX and the moment go, the blocks of their first transfers.
async fn firsts(
    at: &Moment,
    shares: Vec<((PoolId, Address), LiquidityPosition)>,
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
