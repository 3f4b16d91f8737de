//! Positions that are tokens, of the DEX's manager.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::U256;
use domain::{
    figures::NftPosition,
    fold::{EntityType as _, Key},
};
use store::{PositionId, PositionQuery, PositionsOf};
use subgraph::{QueryError, value::Value};

use super::{
    gathered::{Gathered, parts, those},
    pools::ids_of,
};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, addresses, id},
    moment::{Moment, unread},
    table::{Coming, Portions, Table, Ways},
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

/// Where positions are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::subgraph) enum Way {
    /// These.
    These(Vec<PositionId>),
    /// In a list.
    Listed(PositionQuery),
}

impl Table for Positions {
    type Row = PositionRow;
    type Way = Way;

    const KNOWS_CHANGES: bool = true;

    fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
        let Some(manager) = at.about().position_manager else { return Ways::none() };
        if let Some(ids) = asked.among("id").or_else(|| asked.among("tokenId")) {
            let ids: BTreeSet<PositionId> = ids
                .iter()
                .filter_map(token_id)
                .map(|token_id| PositionId { manager, token_id })
                .collect();
            return Ways::named([Way::These(ids.into_iter().collect())]);
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
        // as numbers: ids are texts
        let by_number = asked.is_by("tokenId", false);
        let coming = if by_number { Coming::Sorted } else { Coming::Anyhow };
        let list = |of| Way::Listed(PositionQuery { of, ..PositionQuery::default() });
        Ways::new(of.into_iter().map(list), coming)
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        let Some(manager) = at.about().position_manager else { return Ok(Vec::new()) };
        let snapshot = at.snapshot();
        let mut gathered = Gathered::new(ways.len());
        let these = ways.iter().filter_map(|way| match way {
            Way::These(these) => Some(these),
            Way::Listed(_) => None,
        });
        let mut named = BTreeMap::new();
        for some in parts(these.flatten()) {
            named.extend(snapshot.positions_by_ids(&some).await.map_err(|e| unread(&e))?);
        }
        let listed = |way: &Way| match way {
            Way::Listed(query) => Some(PositionQuery { limit, ..*query }),
            Way::These(_) => None,
        };
        let queries: Vec<PositionQuery> = ways.iter().filter_map(listed).collect();
        let mut lists = match queries.is_empty() {
            true => Vec::new(),
            false => {
                let found = snapshot.positions_many(manager, &queries).await;
                found.map_err(|e| unread(&e))?
            }
        }
        .into_iter();
        for (place, way) in ways.into_iter().enumerate() {
            match way {
                Way::These(these) => gathered.add(place, those(&these, &named), None),
                Way::Listed(query) => {
                    let found = lists.next().unwrap_or_default();
                    let last = found.last().filter(|_| found.len() >= limit as usize);
                    let rest = last.map(|(last, _)| PositionQuery { after: Some(*last), ..query });
                    gathered.add(place, found, rest.map(Way::Listed));
                }
            }
        }
        gathered.rows(|found| rows(at, found)).await
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

/// As they were, those that the reference knows.
async fn rows(
    at: &Moment,
    found: Vec<(PositionId, NftPosition)>,
) -> Result<Vec<Option<PositionRow>>, QueryError> {
    // V4's are known from their first transfer on
    let row = |id: PositionId, figures: NftPosition| {
        figures.counted.then_some(PositionRow { token_id: id.token_id, figures })
    };
    let Some(block) = at.past() else {
        return Ok(found.into_iter().map(|(id, figures)| row(id, figures)).collect());
    };
    let keys: Vec<Key> = found.iter().map(|(id, _)| id.key()).collect();
    let then = at.snapshot().entities_at(&keys, block).await.map_err(|e| unread(&e))?;
    let then = then.iter().map(|one| one.as_ref().and_then(NftPosition::of).cloned());
    Ok(found.into_iter().zip(then).map(|((id, _), then)| row(id, then?)).collect())
}
