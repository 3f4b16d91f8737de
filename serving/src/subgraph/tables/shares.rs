//! Shares of V2 pairs: what accounts hold, and what that was worth whenever it changed.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};
use domain::{
    decimal::Decimal,
    figures::LiquidityPosition,
    fold::{EntityType as _, Key},
    ids::PoolId,
};
use store::{ShareQuery, SharesOf};
use subgraph::{QueryError, value::Value};

use super::{
    gathered::{Gathered, parts, those},
    pools::{self, Pools, ids_of},
};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, address, addresses, id},
    moment::{Moment, unread},
    table::{Coming, Portions, Table, Ways},
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
fn parts_of(id: &Value) -> Option<Share> {
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

/// Where shares are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::subgraph) enum Way {
    /// These.
    These(Vec<Share>),
    /// In a list.
    Listed(ShareQuery),
    /// Of pools that are still to be found.
    Of(pools::Way),
}

impl Table for LiquidityPositions {
    type Row = ShareRow;
    type Way = Way;

    const KNOWS_CHANGES: bool = true;

    fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
        let ids = asked.among("id");
        let ids: Option<BTreeSet<Share>> = ids.map(|ids| ids.iter().filter_map(parts_of).collect());
        if let Some(these) = ids.or_else(|| named(asked)) {
            return Ways::named([Way::These(these.into_iter().collect())]);
        }
        let by_id = asked.is_by("id", false);
        let coming = if by_id { Coming::Sorted } else { Coming::Anyhow };
        if let Some(users) = asked.among("user") {
            let lists = addresses(users).into_iter().map(|user| list(SharesOf::Account(user)));
            return Ways::new(lists, coming);
        }
        if let Some(pools) = asked.among("pool") {
            let pools: BTreeSet<PoolId> = ids_of(pools).collect();
            let lists = pools.into_iter().map(|pool| list(SharesOf::Pool(pool)));
            return Ways::new(lists, coming).in_turn();
        }
        if by_id {
            let first = asked.least("id").and_then(parts_of).map(|(pool, _)| pool);
            return Ways::new([Way::Of(pools::Way::From(first))], coming).in_turn();
        }
        Ways::new(Pools::ways(at, &Asked::default()).into_ways().map(Way::Of), coming)
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        let snapshot = at.snapshot();
        let mut gathered = Gathered::new(ways.len());
        let these = ways.iter().filter_map(|way| match way {
            Way::These(these) => Some(these),
            _ => None,
        });
        let mut named = BTreeMap::new();
        for some in parts(these.flatten()) {
            named.extend(snapshot.shares_by_keys(&some).await.map_err(|e| unread(&e))?);
        }
        let listed = |way: &Way| match way {
            Way::Listed(query) => Some(ShareQuery { limit, ..*query }),
            _ => None,
        };
        let queries: Vec<ShareQuery> = ways.iter().filter_map(listed).collect();
        let mut lists = match queries.is_empty() {
            true => Vec::new(),
            false => snapshot.shares_many(&queries).await.map_err(|e| unread(&e))?,
        }
        .into_iter();
        for (place, way) in ways.into_iter().enumerate() {
            match way {
                Way::These(these) => gathered.add(place, those(&these, &named), None),
                Way::Listed(query) => {
                    let found = lists.next().unwrap_or_default();
                    let last = found.last().filter(|_| found.len() >= limit as usize);
                    let rest = last.map(|(last, _)| ShareQuery { after: Some(*last), ..query });
                    gathered.add(place, found, rest.map(Way::Listed));
                }
                Way::Of(way) => {
                    let found = pools::found(at, way).await?;
                    let lists = found.pools.into_iter().map(|pool| list(SharesOf::Pool(pool)));
                    gathered.add(place, [], lists.chain(found.rest.into_iter().map(Way::Of)));
                }
            }
        }
        gathered.rows(|found| rows(at, found)).await
    }
}

const fn list(of: SharesOf) -> Way {
    Way::Listed(ShareQuery { of, after: None, limit: 0 })
}

/// As they were, of the DEX's pairs.
async fn rows(
    at: &Moment,
    found: Vec<(Share, LiquidityPosition)>,
) -> Result<Vec<Option<ShareRow>>, QueryError> {
    let facts = at.own_facts(found.iter().map(|((pool, _), _)| *pool)).await?;
    let row = |(pool, user): Share, figures: LiquidityPosition| {
        facts.contains_key(&pool).then_some(ShareRow { pool, user, figures })
    };
    let Some(block) = at.past() else {
        return Ok(found.into_iter().map(|(share, figures)| row(share, figures)).collect());
    };
    let key = |((pool, user), _): &(Share, _)| Key::LiquidityPosition(*pool, *user);
    let keys: Vec<Key> = found.iter().map(key).collect();
    let then = at.snapshot().entities_at(&keys, block).await.map_err(|e| unread(&e))?;
    let then = then.iter().map(|one| one.as_ref().and_then(LiquidityPosition::of).cloned());
    Ok(found.into_iter().zip(then).map(|((share, _), then)| row(share, then?)).collect())
}
