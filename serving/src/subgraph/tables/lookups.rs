//! The pairs of two tokens: two rows for each pair, one for each order of its tokens.

use std::collections::BTreeSet;

use alloy_primitives::Address;
use domain::{entity::Pool, ids::PoolId};
use subgraph::{QueryError, value::Value};

use super::{
    nothing::NoFigures,
    pools::{self, Pools, ids_of},
};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, address, id},
    moment::Moment,
    table::{Coming, Portion, Portions, Table, Ways},
};

/// The pairs of all tokens.
pub(in crate::subgraph) struct PairTokenLookups;

/// The pair of two tokens.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct LookupRow {
    tokens: [Address; 2],
    pool: PoolId,
    created: u64,
}

impl Cells for LookupRow {
    type Figures = NoFigures;

    fn figures(&self) -> &NoFigures {
        &NoFigures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| Value::text(&format!("{:#x}-{:#x}", row.tokens[0], row.tokens[1]))),
            ("pool", |row| id(row.pool)),
        ]
    }

    fn changed(&self) -> u64 {
        self.created
    }
}

/// Where pairs are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::subgraph) enum Way {
    /// Those of these tokens.
    These(Vec<[Address; 2]>),
    /// Of these pools.
    Of(pools::Way),
}

/// The tokens that an id names: `<token>-<token>`.
fn parts_of(id: &Value) -> Option<[Address; 2]> {
    let Value::Text(id) = id else { return None };
    let (one, other) = id.split_once('-')?;
    Some([address(&Value::text(one))?, address(&Value::text(other))?])
}

impl Table for PairTokenLookups {
    type Row = LookupRow;
    type Way = Way;

    const KNOWS_CHANGES: bool = true;

    fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
        if let Some(ids) = asked.among("id") {
            let tokens: BTreeSet<[Address; 2]> = ids.iter().filter_map(parts_of).collect();
            return Ways::named([Way::These(tokens.into_iter().collect())]);
        }
        if let Some(pools) = asked.among("pool") {
            let ids: BTreeSet<PoolId> = ids_of(pools).collect();
            return Ways::named([Way::Of(pools::Way::Ids(ids.into_iter().collect()))]);
        }
        let pools = Pools::ways(at, &Asked::default()).into_ways();
        Ways::new(pools.map(Way::Of), Coming::Anyhow)
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        // pools of the chain hold the same two tokens: those of the DEX among them are the pairs
        let to_pools = ways.iter().flat_map(|way| match way {
            Way::These(these) => {
                these.iter().map(|tokens| pools::Way::Pair(ordered(*tokens))).collect()
            }
            Way::Of(way) => vec![way.clone()],
        });
        let mut found = Pools::read(at, to_pools.collect(), limit).await?.into_iter();
        let mut portions = Vec::with_capacity(ways.len());
        for way in ways {
            portions.push(match way {
                Way::These(these) => {
                    let own = |tokens: [Address; 2]| {
                        let pools = found.next()?;
                        pools.rows.first().map(|pool| row(pool, tokens))
                    };
                    let rows: Vec<LookupRow> = these.into_iter().filter_map(own).collect();
                    Portion { looked: rows.len(), rows, rest: Vec::new() }
                }
                Way::Of(_) => {
                    let Portion { rows, looked, rest } = found.next().unwrap_or_default();
                    let both = |pool: &Pool| {
                        let tokens = [pool.token0, pool.token1];
                        [tokens, [tokens[1], tokens[0]]].map(|tokens| row(pool, tokens))
                    };
                    let rest = rest.into_iter().map(Way::Of).collect();
                    Portion { rows: rows.iter().flat_map(both).collect(), looked, rest }
                }
            });
        }
        Ok(portions)
    }
}

/// Two tokens as a pool has them.
fn ordered([one, other]: [Address; 2]) -> [Address; 2] {
    [one.min(other), one.max(other)]
}

const fn row(pool: &Pool, tokens: [Address; 2]) -> LookupRow {
    LookupRow { tokens, pool: pool.id, created: pool.created.block }
}
