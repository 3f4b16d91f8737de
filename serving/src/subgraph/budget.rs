//! How much is looked at for what no index serves, and how often that was too much.

use prometheus::{IntCounter, IntCounterVec, Opts, Registry};
use subgraph::QueryError;

#[cfg(test)]
mod tests;

/// Where rows come in the order of a list, so many times as many are looked at: as a rule it ends with its page.
const IN_ORDER: usize = 20;
/// Rows that are looked at for all lists of one level together.
const TOGETHER: usize = 2_000_000;
/// Times that rows are read for one level.
const TURNS: u32 = 1_000;

/// What subgraphs count.
#[derive(Debug, Clone)]
pub(crate) struct Meters {
    searches: IntCounterVec,
}

impl Meters {
    /// Makes and registers them.
    ///
    /// # Errors
    /// When the registry has them already.
    pub(crate) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let searches = IntCounterVec::new(
            Opts::new(
                "sooho_subgraph_searches_total",
                "Levels of lists for which rows were looked at one by one, since no index serves their conditions or their \
                 order: given within bounds of rows and time (served), or not (exhausted).",
            ),
            &["subgraph", "outcome"],
        )?;
        registry.register(Box::new(searches.clone()))?;
        Ok(Self { searches })
    }

    /// Those of one subgraph.
    pub(super) fn of(&self, subgraph: &str) -> Meter {
        let counter = |outcome| self.searches.with_label_values(&[subgraph, outcome]);
        Meter { served: counter("served"), exhausted: counter("exhausted") }
    }
}

/// What one subgraph counts.
#[derive(Debug, Clone)]
pub(crate) struct Meter {
    served: IntCounter,
    exhausted: IntCounter,
}

/// What was looked at for a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spent {
    /// Rows of its table.
    pub(super) rows: usize,
    /// Rows of the store, of which some are none of the table's.
    pub(super) stored: usize,
    /// Whether they come in its order.
    pub(super) is_in_order: bool,
    /// Whether they are looked up by their keys.
    pub(super) is_named: bool,
}

/// What may be looked at for a level of lists. One that is dropped before it is closed ran out of time.
#[derive(Debug)]
pub(super) struct Budget<'a> {
    /// Rows for each list.
    most: usize,
    turns: u32,
    is_searched: bool,
    meter: Option<&'a Meter>,
}

impl<'a> Budget<'a> {
    pub(super) const fn new(most: usize, meter: &'a Meter) -> Self {
        Self { most, turns: 0, is_searched: false, meter: Some(meter) }
    }

    /// After a turn, what was looked at so far; `is_searched`: for some list no index serves what it asks.
    ///
    /// # Errors
    /// When that is too much.
    pub(super) fn spend(
        &mut self,
        lists: impl Iterator<Item = Spent>,
        is_searched: bool,
    ) -> Result<(), QueryError> {
        self.turns += 1;
        self.is_searched = is_searched;
        let (mut together, mut why) = (0, None);
        for Spent { rows, stored, is_in_order, is_named } in lists {
            together += stored;
            if is_named {
                continue;
            }
            let most = self.most * if is_in_order { IN_ORDER } else { 1 };
            if rows > most || stored > self.most * IN_ORDER {
                why = Some(too_long(most, is_in_order));
            }
        }
        if together > TOGETHER {
            why = Some(format!("its lists have more than {TOGETHER} entities to look at together"));
        }
        if self.turns > TURNS {
            why = Some("what it asks for is too far apart".to_owned());
        }
        let Some(why) = why else { return Ok(()) };
        if let Some(meter) = self.meter.take() {
            meter.exhausted.inc();
        }
        Err(QueryError::new(format!("query is too expensive: {why}")))
    }

    /// The lists are there.
    pub(super) fn close(mut self) {
        if let Some(meter) = self.meter.take().filter(|_| self.is_searched) {
            meter.served.inc();
        }
    }
}

impl Drop for Budget<'_> {
    fn drop(&mut self) {
        if let Some(meter) = self.meter.take().filter(|_| self.is_searched) {
            meter.exhausted.inc();
        }
    }
}

/// Why a list is refused, and what to do.
fn too_long(most: usize, is_in_order: bool) -> String {
    match is_in_order {
        false => format!(
            "no index has this order, and more than {most} entities would have to be put into it; order by id, time or locked \
             value, or narrow `where` down, by time, pool, token or account"
        ),
        true => format!(
            "more than {most} entities were looked at, and few fit `where`; narrow it down, by time, pool, token or account"
        ),
    }
}
