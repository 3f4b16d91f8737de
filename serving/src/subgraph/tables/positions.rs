//! Positions that are tokens, of the DEX's manager.

use std::collections::{BTreeSet, VecDeque};

use alloy_primitives::U256;
use domain::{
    figures::NftPosition,
    fold::{EntityType as _, Key},
};
use store::{PositionId, PositionQuery, PositionsOf};
use subgraph::{QueryError, value::Value};

use super::pools::ids_of;
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, addresses, id},
    moment::{Moment, unread},
    table::{Coming, Table},
};

/// All positions that the reference knows.
pub(in crate::subgraph) struct Positions;

/// A position.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct PositionRow {
    token_id: U256,
    figures: NftPosition,
}

impl Cells for PositionRow {
    type Figures = NftPosition;

    fn figures(&self) -> &NftPosition {
        &self.figures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| Value::text(&row.token_id.to_string())),
            ("tokenId", |row| Value::Integer(row.token_id.into())),
            ("pool", |row| row.figures.pool.map_or(Value::Null, id)),
            ("origin", |row| Value::Bytes(row.figures.origin.unwrap_or_default().into())),
            ("lowerTick", |row| tick(row, row.figures.tick_lower)),
            ("upperTick", |row| tick(row, row.figures.tick_upper)),
        ]
    }

    fn changed(&self) -> u64 {
        self.figures.updated_block
    }
}

/// The id of a tick of the position's pool.
fn tick(row: &PositionRow, index: Option<i32>) -> Value {
    match (row.figures.pool, index) {
        (Some(pool), Some(index)) => Value::text(&format!("{pool}#{index}")),
        _ => Value::Null,
    }
}

/// How far a look has come.
pub(in crate::subgraph) enum Look {
    /// These are left.
    These(VecDeque<PositionId>),
    /// These lists are left.
    Listed(VecDeque<PositionQuery>),
}

impl Table for Positions {
    type Row = PositionRow;
    type Look = Look;

    const KNOWS_CHANGES: bool = true;

    fn look(at: &Moment, asked: &Asked) -> (Look, Coming) {
        let Some(manager) = at.about().position_manager else {
            return (Look::Listed(VecDeque::new()), Coming::Sorted);
        };
        if let Some(ids) = asked.among("id").or_else(|| asked.among("tokenId")) {
            let ids: BTreeSet<PositionId> = ids
                .iter()
                .filter_map(token_id)
                .map(|token_id| PositionId { manager, token_id })
                .collect();
            return (Look::These(ids.into_iter().collect()), Coming::Anyhow);
        }
        // an owner of today says nothing of those of an older block
        let is_newest = at.past().is_none();
        let of = match (asked.among("owner").filter(|_| is_newest), asked.among("pool")) {
            (Some(owners), _) => addresses(owners).into_iter().map(PositionsOf::Owner).collect(),
            (None, Some(pools)) => {
                let pools: BTreeSet<_> = ids_of(pools).collect();
                pools.into_iter().map(PositionsOf::Pool).collect()
            }
            (None, None) => vec![PositionsOf::All],
        };
        let manager = Some(manager);
        let query = |of| PositionQuery { of, manager, ..PositionQuery::default() };
        (Look::Listed(of.into_iter().map(query).collect()), Coming::Anyhow)
    }

    async fn next(
        at: &Moment,
        look: &mut Look,
        limit: u32,
    ) -> Result<Vec<PositionRow>, QueryError> {
        let snapshot = at.snapshot();
        loop {
            let found = match look {
                Look::These(ids) => {
                    let Some(id) = ids.pop_front() else { return Ok(Vec::new()) };
                    let found = snapshot.position(id).await.map_err(|e| unread(&e))?;
                    found.map(|position| (id, position)).into_iter().collect()
                }
                Look::Listed(queries) => {
                    let Some(query) = queries.pop_front() else { return Ok(Vec::new()) };
                    let query = PositionQuery { limit, ..query };
                    let found = snapshot.positions(&query).await.map_err(|e| unread(&e))?;
                    let last = found.last().filter(|_| found.len() >= limit as usize);
                    if let Some((last, _)) = last {
                        queries.push_front(PositionQuery { after: Some(*last), ..query });
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

/// A token's id; there is one spelling of a number.
pub(super) fn token_id(id: &Value) -> Option<U256> {
    let id = match id {
        Value::Text(id) => id.to_string(),
        Value::Integer(number) => number.to_string(),
        _ => return None,
    };
    U256::from_str_radix(&id, 10).ok().filter(|number| number.to_string() == id)
}

async fn rows(
    at: &Moment,
    found: Vec<(PositionId, NftPosition)>,
) -> Result<Vec<PositionRow>, QueryError> {
    let then: Vec<(U256, Option<NftPosition>)> = match at.past() {
        None => found.into_iter().map(|(id, position)| (id.token_id, Some(position))).collect(),
        Some(block) => {
            let keys: Vec<Key> = found.iter().map(|(id, _)| id.key()).collect();
            let then = at.snapshot().entities_at(&keys, block).await.map_err(|e| unread(&e))?;
            let then = then.iter().map(|one| one.as_ref().and_then(NftPosition::of).cloned());
            found.iter().map(|(id, _)| id.token_id).zip(then).collect()
        }
    };
    // V4's are known from their first transfer on
    let is_known = |position: &NftPosition| position.counted;
    let row = |(token_id, position): (U256, Option<NftPosition>)| {
        let figures = position.filter(is_known)?;
        Some(PositionRow { token_id, figures })
    };
    Ok(then.into_iter().filter_map(row).collect())
}
