//! Shares of V2 pairs: what accounts hold, and what that was worth whenever it changed.

use std::{
    collections::{BTreeSet, VecDeque},
    mem::replace,
};

use alloy_primitives::{Address, U256};
use domain::{
    decimal::Decimal,
    figures::LiquidityPosition,
    fold::{EntityType as _, Key},
    ids::PoolId,
};
use store::{ShareQuery, SharesOf};
use subgraph::{QueryError, value::Value};

use super::pools::{self, Pools, ids_of};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, address, addresses, id},
    moment::{Moment, unread},
    table::{Coming, Table},
};

mod snapshots;

pub(in crate::subgraph) use self::snapshots::LiquidityPositionSnapshots;

/// Decimals of a pair's own token.
const DECIMALS: u8 = 18;
/// Pairs and accounts that are looked for one by one; of more the accounts' lists are read.
const FEW: usize = 1_000;

/// All shares that accounts hold or held.
pub(in crate::subgraph) struct LiquidityPositions;

/// An account's shares of a pair.
type Share = (PoolId, Address);

/// What an account holds of a pair.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct ShareRow {
    pool: PoolId,
    user: Address,
    figures: LiquidityPosition,
}

impl Cells for ShareRow {
    type Figures = LiquidityPosition;

    fn figures(&self) -> &LiquidityPosition {
        &self.figures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| id_of((row.pool, row.user))),
            ("user", |row| Value::Bytes(row.user.into())),
            ("pool", |row| id(row.pool)),
            ("liquidityTokenBalance", |row| balance(row.figures.balance)),
        ]
    }

    fn changed(&self) -> u64 {
        self.figures.updated_block
    }
}

/// `<pair>-<account>`.
fn id_of((pool, user): Share) -> Value {
    Value::text(&format!("{pool}-{user:#x}"))
}

fn balance(raw: U256) -> Value {
    Value::Decimal(Decimal::from_units(raw, DECIMALS))
}

/// The pair and the account that an id names.
fn parts(id: &Value) -> Option<Share> {
    let Value::Text(id) = id else { return None };
    let (pool, user) = id.split_once('-')?;
    Some((ids_of(&[Value::text(pool)]).next()?, address(&Value::text(user))?))
}

/// Where both pairs and accounts are named and not too many: each of those with each of these.
fn named(asked: &Asked) -> Option<BTreeSet<Share>> {
    let (pools, users) = (asked.among("pool")?, asked.among("user")?);
    if pools.len().saturating_mul(users.len()) > FEW {
        return None;
    }
    let users = addresses(users);
    let with = |pool: PoolId| users.iter().map(move |user| (pool, *user));
    Some(ids_of(pools).flat_map(with).collect())
}

/// How far a look has come.
pub(in crate::subgraph) enum Look {
    /// These are left.
    These(VecDeque<Share>),
    /// These lists are left, and those of pools that are still to be found.
    Listed(VecDeque<ShareQuery>, Option<pools::Look>),
}

impl Table for LiquidityPositions {
    type Row = ShareRow;
    type Look = Look;

    const KNOWS_CHANGES: bool = true;

    fn look(at: &Moment, asked: &Asked) -> (Look, Coming) {
        let ids = asked.among("id");
        let ids: Option<BTreeSet<Share>> = ids.map(|ids| ids.iter().filter_map(parts).collect());
        if let Some(these) = ids.or_else(|| named(asked)) {
            return (Look::These(these.into_iter().collect()), Coming::Anyhow);
        }
        let by_id = asked.is_by("id", false);
        let coming = |in_order: bool| if in_order { Coming::Sorted } else { Coming::Anyhow };
        let list = |of: SharesOf| ShareQuery { of, after: None, limit: 0 };
        if let Some(users) = asked.among("user") {
            let users = addresses(users);
            let in_order = by_id && users.len() <= 1;
            let lists = users.into_iter().map(|user| list(SharesOf::Account(user))).collect();
            return (Look::Listed(lists, None), coming(in_order));
        }
        if let Some(pools) = asked.among("pool") {
            let pools: BTreeSet<PoolId> = ids_of(pools).collect();
            let lists = pools.into_iter().map(|pool| list(SharesOf::Pool(pool))).collect();
            return (Look::Listed(lists, None), coming(by_id));
        }
        let pools = match by_id {
            true => pools::Look::by_id(asked.least("id").and_then(parts).map(|(pool, _)| pool)),
            false => Pools::look(at, &Asked::default()).0,
        };
        (Look::Listed(VecDeque::new(), Some(pools)), coming(by_id))
    }

    async fn next(at: &Moment, look: &mut Look, limit: u32) -> Result<Vec<ShareRow>, QueryError> {
        let snapshot = at.snapshot();
        loop {
            let found = match look {
                Look::These(left) => {
                    let rest = left.split_off(left.len().min(limit as usize));
                    let these: Vec<Share> = replace(left, rest).into();
                    if these.is_empty() {
                        return Ok(Vec::new());
                    }
                    snapshot.shares_by_keys(&these).await.map_err(|e| unread(&e))?
                }
                Look::Listed(lists, more) => {
                    if lists.is_empty()
                        && let Some(more) = more
                    {
                        let found = Pools::next(at, more, 1_000).await?;
                        let of = found.into_iter().map(|pool| SharesOf::Pool(pool.id));
                        lists.extend(of.map(|of| ShareQuery { of, after: None, limit }));
                    }
                    let Some(query) = lists.pop_front() else { return Ok(Vec::new()) };
                    let query = ShareQuery { limit, ..query };
                    let found = snapshot.shares(&query).await.map_err(|e| unread(&e))?;
                    let last = found.last().filter(|_| found.len() >= limit as usize);
                    if let Some((last, _)) = last {
                        lists.push_front(ShareQuery { after: Some(*last), ..query });
                    }
                    found
                }
            };
            let rows = rows(at, found).await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
    }
}

/// As they were, of the DEX's pairs.
async fn rows(
    at: &Moment,
    mut found: Vec<(Share, LiquidityPosition)>,
) -> Result<Vec<ShareRow>, QueryError> {
    let facts = at.own_facts(found.iter().map(|((pool, _), _)| *pool)).await?;
    found.retain(|((pool, _), _)| facts.contains_key(pool));
    if let Some(block) = at.past() {
        found.retain(|(_, figures)| figures.created_block <= block);
        let key = |((pool, user), _): &(Share, _)| Key::LiquidityPosition(*pool, *user);
        let keys: Vec<Key> = found.iter().map(key).collect();
        let then = at.snapshot().entities_at(&keys, block).await.map_err(|e| unread(&e))?;
        let then = then.iter().map(|one| one.as_ref().and_then(LiquidityPosition::of).cloned());
        let was = found.into_iter().zip(then);
        found = was.filter_map(|((share, _), figures)| Some((share, figures?))).collect();
    }
    let row = |((pool, user), figures)| ShareRow { pool, user, figures };
    Ok(found.into_iter().map(row).collect())
}
