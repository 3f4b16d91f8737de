//! The newest swaps of a span in several pools, found by a bounded number of reads.
//!
//! The pools are read part by part, always the one whose rest may be the newest, and none further than the wanted ones lie. A pool
//! with a long history in which one side is rare could be looked through for ever: after so many rows the search is given up,
//! and tells from when on what it found is whole.

use std::collections::BTreeMap;

use domain::row::{Position, Swap};
use store::SwapQuery;

use super::{Kind, MOST, Span};
use crate::feeds::pairs::Pair;

#[cfg(test)]
mod tests;

/// Swaps that are looked through for an answer.
const MOST_ROWS: usize = 20_000;
/// Reads for an answer.
const MOST_READS: usize = 256;
/// Of several pools no fewer are read at once, unless fewer are wanted: a read costs as much.
const LEAST: usize = 10;
/// Of one side of several pools so many.
const OF_A_SIDE: u32 = 200;

/// A search on its way.
#[derive(Debug)]
pub(super) struct Search<'a> {
    span: Span,
    pools: Vec<Rest<'a>>,
    /// Swaps of a part.
    page: u32,
    /// The newest wanted ones, with the places of their pools.
    found: BTreeMap<Position, (usize, Swap)>,
    /// Where parts began and ended, with their times.
    seen: BTreeMap<Position, u64>,
    rows: usize,
    reads: usize,
    /// Where it was given up: what lies below is not looked through.
    given_up: Option<Position>,
}

/// A pool, as far as it is not read.
#[derive(Debug)]
struct Rest<'a> {
    pair: &'a Pair,
    /// All of it lies below this; `None` when there is nothing more.
    below: Option<Position>,
}

/// What is read next.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) query: SwapQuery,
    place: usize,
}

impl<'a> Search<'a> {
    /// Among the swaps below a position.
    pub(super) fn new(pairs: &'a [Pair], span: Span, above: Position) -> Self {
        let rest = |pair: &'a Pair| {
            let changed = pair.pool.updated_block.saturating_add(1);
            let last = Position { block: changed, log_index: 0, item: 0 };
            let created = &pair.pool.created;
            let first = Position { block: created.block, log_index: created.log_index, item: 0 };
            // whoever came later was not traded in then
            let below = (pair.pool.swap_count > 0 && first < above).then(|| above.min(last));
            Rest { pair, below }
        };
        let pools: Vec<_> = pairs.iter().map(rest).collect();
        Self {
            page: page(span, pools.len()),
            span,
            pools,
            found: BTreeMap::new(),
            seen: BTreeMap::new(),
            rows: 0,
            reads: 0,
            given_up: None,
        }
    }

    /// What is to be read next; `None` when all is found, or it is given up.
    pub(super) fn next(&mut self) -> Option<Part> {
        let open = self.pools.iter().enumerate();
        let open = open.filter_map(|(place, rest)| Some((rest.below?, place)));
        let (below, place) = open.max_by_key(|(below, place)| (*below, usize::MAX - place))?;
        let is_full = self.found.len() >= self.span.limit;
        if is_full && self.found.first_key_value().is_some_and(|(oldest, _)| *oldest >= below) {
            return None;
        }
        if self.rows >= MOST_ROWS || self.reads >= MOST_READS {
            self.given_up = Some(below);
            return None;
        }
        let pool = self.pools.get(place)?.pair.pool.id;
        let (pool, after, limit) = (Some(pool), Some(below), self.page);
        Some(Part { query: SwapQuery { pool, after, limit, ..SwapQuery::default() }, place })
    }

    /// What was read.
    pub(super) fn learn(&mut self, part: &Part, swaps: Vec<Swap>) {
        self.reads += 1;
        self.rows += swaps.len();
        let Some(rest) = self.pools.get_mut(part.place) else { return };
        let at = |swap: &Swap| (swap.meta.position, swap.meta.timestamp);
        self.seen.extend(swaps.first().map(at).into_iter().chain(swaps.last().map(at)));
        let is_whole = swaps.len() < usize::try_from(part.query.limit).unwrap_or(usize::MAX);
        let next = swaps.last().filter(|swap| !is_whole && swap.meta.timestamp >= self.span.from);
        rest.below = next.map(|swap| swap.meta.position);
        for swap in swaps {
            let is_wanted = self.span.kind.is_none_or(|kind| kind == Kind::of(rest.pair, &swap));
            if is_wanted && self.span.holds(swap.meta.timestamp) {
                self.found.insert(swap.meta.position, (part.place, swap));
            }
        }
        while self.found.len() > self.span.limit {
            self.found.pop_first();
        }
    }

    /// If it was given up, the time since when all is found; `newest` if nothing was looked through.
    pub(super) fn whole_from(&self, newest: u64) -> Option<u64> {
        let given_up = self.given_up?;
        Some(self.seen.range(given_up..).next().map_or(newest, |(_, time)| *time))
    }

    /// Whether it was given up before anything of the newest was looked through in all pools: whoever asked on from there would
    /// get no further.
    pub(super) fn is_stuck(&self) -> bool {
        self.given_up.is_some_and(|given_up| self.seen.range(given_up..).next().is_none())
    }

    /// What was found, ascending. Of a search that was given up nothing older than it reached in all pools.
    pub(super) fn found(mut self) -> Vec<(&'a Pair, Swap)> {
        if let Some(given_up) = self.given_up {
            self.found = self.found.split_off(&given_up);
        }
        let pools = self.pools;
        let of = |(place, swap): (usize, Swap)| Some((pools.get(place)?.pair, swap));
        self.found.into_values().filter_map(of).collect()
    }
}

/// How many swaps are read at once. Of one side alone nobody knows how many there are among the others.
fn page(Span { kind, limit, .. }: Span, pools: usize) -> u32 {
    let several = pools > 1;
    match kind {
        // so that each of them is read at least once
        Some(_) if several => {
            let part = (MOST_ROWS / 2 / pools).max(LEAST);
            OF_A_SIDE.min(u32::try_from(part).unwrap_or(OF_A_SIDE))
        }
        Some(_) => MOST,
        None => {
            let part = if several { (2 * limit.div_ceil(pools)).max(LEAST) } else { limit };
            u32::try_from(part.min(limit)).unwrap_or(MOST)
        }
    }
}
