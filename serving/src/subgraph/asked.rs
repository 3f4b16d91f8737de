//! What is asked of a table, in its own words: conditions of columns that all have to be true.

use domain::row::Position;
use subgraph::{
    QueryError,
    entities::{Of, Read},
    filter::{Predicate, Test},
    page::{By, Order},
    schema::{Entity, FieldIx},
    value::Value,
};

use super::{
    cells::count,
    moment::Moment,
    table::{Coming, Timed},
};

#[cfg(test)]
mod tests;

/// Conditions of columns. What else is asked is looked at row by row, so they may leave something out, but say nothing that is
/// not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked {
    conditions: Vec<(String, Condition)>,
    /// The column that the rows are ordered by, and whether from the greatest on. No column: they come in any order.
    pub(super) order: (String, bool),
    /// Rows stand below this, as far as what is asked of times tells.
    end: Option<Position>,
    /// A time in Unix seconds at or above that of the block, if it is an older one.
    until: Option<u64>,
}

/// A condition of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// It is one of these.
    In(Vec<Value>),
    /// It is this or more.
    AtLeast(Value),
    /// It is this or less.
    AtMost(Value),
}

impl Asked {
    /// Of an entity's rows.
    pub(super) fn of(entity: &Entity, read: &Read<'_>) -> Self {
        let column = |field: FieldIx| entity.field(field).column.clone();
        let order = read.order.map(|Order { by, descending }| match by {
            By::Field(field) | By::Child { field, .. } => (column(field), descending),
        });
        let mut asked = Self { order: order.unwrap_or_default(), ..Self::default() };
        if let Of::Ids(ids) = read.of {
            asked.conditions.push((column(entity.id()), Condition::In(ids.to_vec())));
        }
        asked.add(read.filter, &column);
        asked
    }

    /// With another condition.
    pub(super) fn with(&self, column: &str, value: &Value) -> Self {
        let mut asked = self.clone();
        asked.conditions.push((column.to_owned(), Condition::In(vec![value.clone()])));
        asked
    }

    fn add(&mut self, predicate: &Predicate, column: &impl Fn(FieldIx) -> String) {
        let (field, condition) = match predicate {
            Predicate::All(parts) => return parts.iter().for_each(|part| self.add(part, column)),
            // of one part alone
            Predicate::Any(parts) => match parts.as_slice() {
                [part] => return self.add(part, column),
                _ => return,
            },
            Predicate::Field(field, test) => match condition(test) {
                Some(condition) => (*field, condition),
                None => return,
            },
            Predicate::Child { .. } | Predicate::ChangedSince(_) => return,
        };
        self.conditions.push((column(field), condition));
    }

    /// The values of which a column has one: the shortest list that is asked. None: nothing is said of it.
    pub(super) fn among(&self, column: &str) -> Option<&[Value]> {
        let lists = self.of_column(column).filter_map(|condition| match condition {
            Condition::In(values) => Some(values.as_slice()),
            _ => None,
        });
        lists.min_by_key(|values| values.len())
    }

    /// The least that a column may be.
    pub(super) fn least(&self, column: &str) -> Option<&Value> {
        let bounds = self.of_column(column).filter_map(|condition| match condition {
            Condition::AtLeast(value) => Some(value),
            Condition::In(values) => some(values).min_by(|one, other| compared(one, other)),
            Condition::AtMost(_) => None,
        });
        bounds.max_by(|one, other| compared(one, other))
    }

    /// The most that it may be.
    pub(super) fn most(&self, column: &str) -> Option<&Value> {
        let bounds = self.of_column(column).filter_map(|condition| match condition {
            Condition::AtMost(value) => Some(value),
            Condition::In(values) => some(values).max_by(|one, other| compared(one, other)),
            Condition::AtLeast(_) => None,
        });
        bounds.min_by(|one, other| compared(one, other))
    }

    /// Behind this value of what rows are ordered by, in that order, nothing is asked for.
    pub(super) fn last(&self) -> Option<&Value> {
        let (column, descending) = &self.order;
        // nothing is on no side of a bound
        if self.among(column).is_some_and(|values| values.iter().any(Value::is_null)) {
            return None;
        }
        if *descending { self.least(column) } else { self.most(column) }
    }

    /// The second that nothing is asked from before of; 0 where all is.
    pub(super) fn since(&self) -> u64 {
        self.least("timestamp").and_then(count).unwrap_or(0)
    }

    /// Learns what has to be known of times: it is not known of older blocks, nor which block was when.
    pub(super) async fn time(&mut self, at: &Moment, timed: Timed) -> Result<(), QueryError> {
        // what is named by its keys needs no bounds
        if ["id", "transaction"].iter().any(|column| self.among(column).is_some()) {
            return Ok(());
        }
        match timed {
            Timed::No => {}
            Timed::ByTime => self.until = at.time_above().await?,
            Timed::ByBlock => {
                let above = match self.most("timestamp").and_then(count) {
                    Some(time) => at.block_above(time).await?,
                    None => None,
                };
                let of_block = |column| self.most(column).and_then(count);
                let blocks = ["blockNumber", "block"].into_iter().filter_map(of_block);
                let blocks = blocks.map(|block| block.saturating_add(1)).chain(above);
                self.end = blocks.min().map(|block| Position { block, log_index: 0, item: 0 });
            }
        }
        Ok(())
    }

    /// Rows stand below this.
    pub(super) fn end(&self, at: &Moment) -> Position {
        self.end.map_or_else(|| at.end(), |end| end.min(at.end()))
    }

    /// A time at or above that of the block, if it is an older one.
    pub(super) const fn until(&self) -> Option<u64> {
        self.until
    }

    /// How rows come that are read from the newest on.
    pub(super) fn newest_first(&self) -> Coming {
        let by_time = ["timestamp", "blockNumber", "block"];
        match by_time.iter().any(|column| self.is_by(column, true)) {
            true => Coming::Alike,
            false => Coming::Anyhow,
        }
    }

    /// What is asked of these columns alone, in no order.
    pub(super) fn only(&self, columns: &[&str]) -> Self {
        let named = self.conditions.iter().filter(|(name, _)| columns.contains(&name.as_str()));
        Self { conditions: named.cloned().collect(), ..Self::default() }
    }

    /// Whether the rows are wanted by this column, and from the greatest on.
    pub(super) fn is_by(&self, column: &str, descending: bool) -> bool {
        self.order.0 == column && self.order.1 == descending
    }

    fn of_column(&self, column: &str) -> impl Iterator<Item = &Condition> {
        self.conditions.iter().filter(move |(name, _)| name == column).map(|(_, found)| found)
    }
}

/// Those that are something: nothing is on no side of a bound.
fn some(values: &[Value]) -> impl Iterator<Item = &Value> {
    values.iter().filter(|value| !value.is_null())
}

fn compared(one: &Value, other: &Value) -> std::cmp::Ordering {
    one.compare(other).unwrap_or(std::cmp::Ordering::Equal)
}

fn condition(test: &Test) -> Option<Condition> {
    Some(match test {
        Test::Equal(value) => Condition::In(vec![value.clone()]),
        Test::In(values) => Condition::In(values.values().to_vec()),
        // the bound itself is ruled out row by row
        Test::Greater(value) | Test::AtLeast(value) => Condition::AtLeast(value.clone()),
        Test::Less(value) | Test::AtMost(value) => Condition::AtMost(value.clone()),
        _ => return None,
    })
}
