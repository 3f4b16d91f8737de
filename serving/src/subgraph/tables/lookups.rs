//! The pairs of two tokens: two rows for each pair, one for each order of its tokens.

use std::collections::{BTreeSet, VecDeque};

use alloy_primitives::Address;
use domain::{entity::Pool, ids::PoolId};
use subgraph::{QueryError, value::Value};

use super::{
    nothing::NoFigures,
    pools::{self, Pools},
};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, address, id},
    moment::{Moment, unread},
    table::{Coming, Table},
};

/// Pools of two tokens that are looked through for the pair: others of the chain hold the same two.
const OF_TWO: u32 = 1_000;

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

/// How far a look has come.
pub(in crate::subgraph) enum Look {
    /// The pairs of these tokens are left.
    These(VecDeque<[Address; 2]>),
    /// These pools are left.
    Of(pools::Look),
}

/// The tokens that an id names: `<token>-<token>`.
fn parts(id: &Value) -> Option<[Address; 2]> {
    let Value::Text(id) = id else { return None };
    let (one, other) = id.split_once('-')?;
    Some([address(&Value::text(one))?, address(&Value::text(other))?])
}

impl Table for PairTokenLookups {
    type Row = LookupRow;
    type Look = Look;

    const KNOWS_CHANGES: bool = true;

    fn look(at: &Moment, asked: &Asked) -> (Look, Coming) {
        if let Some(ids) = asked.among("id") {
            let tokens: BTreeSet<[Address; 2]> = ids.iter().filter_map(parts).collect();
            return (Look::These(tokens.into_iter().collect()), Coming::Anyhow);
        }
        let of = match asked.among("pool") {
            Some([pool]) => Asked::default().with("id", pool),
            _ => Asked::default(),
        };
        (Look::Of(Pools::look(at, &of).0), Coming::Anyhow)
    }

    async fn next(at: &Moment, look: &mut Look, limit: u32) -> Result<Vec<LookupRow>, QueryError> {
        match look {
            Look::These(left) => {
                while let Some(tokens) = left.pop_front() {
                    if let Some(row) = of_two(at, tokens).await? {
                        return Ok(vec![row]);
                    }
                }
                Ok(Vec::new())
            }
            Look::Of(look) => {
                let found = Pools::next(at, look, limit).await?;
                let both = |pool: &Pool| {
                    let tokens = [pool.token0, pool.token1];
                    [tokens, [tokens[1], tokens[0]]].map(|tokens| row(pool, tokens))
                };
                Ok(found.iter().flat_map(both).collect())
            }
        }
    }
}

const fn row(pool: &Pool, tokens: [Address; 2]) -> LookupRow {
    LookupRow { tokens, pool: pool.id, created: pool.created.block }
}

/// The pair of these two, if the DEX had one at the block.
async fn of_two(at: &Moment, tokens: [Address; 2]) -> Result<Option<LookupRow>, QueryError> {
    let [one, other] = tokens;
    let ordered = [one.min(other), one.max(other)];
    let found = at.snapshot().pools_of_pair(ordered, OF_TWO).await.map_err(|e| unread(&e))?;
    let is_it = |pool: &&Pool| {
        pool.dex == at.about().dex
            && pool.figures.counted
            && at.past().is_none_or(|block| pool.created.block <= block)
    };
    Ok(found.iter().find(is_it).map(|pool| row(pool, tokens)))
}
