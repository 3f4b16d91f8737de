//! A list that is being read: what was found so far, and how far each of its ways was gone.

use std::{cmp::Ordering, collections::HashSet};

use subgraph::{filter::Predicate, page::Order, value::Value};

use super::{
    Table,
    sight::{Place, Seen, Sight},
    ways::{Coming, Portion, Ways},
};

/// Ways of which one comes after the other that are gone at once, at most: nobody knows how many rows each has.
const IN_TURN: usize = 256;

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Looked {
    /// Rows of the table.
    pub(super) rows: usize,
    /// Rows of the store, of which some are none of the table's.
    pub(super) stored: usize,
    /// Rows of the table that were not wanted.
    pub(super) dropped: usize,
}

/// A list.
pub(super) struct List<'a, W> {
    /// What is true of its rows beside the conditions of the whole question.
    also: Option<Predicate>,
    filter: &'a Predicate,
    order: Option<Order>,
    /// Rows that are wanted, those included that are left out.
    enough: usize,
    open: Vec<Open<W>>,
    coming: Coming,
    /// What is behind this, in the order of the list, is not asked for.
    end: Option<Value>,
    in_turn: bool,
    pub(super) named: bool,
    /// One after the other: the last row of those ways that were gone to their ends.
    passed: Option<Place>,
    /// Ids that came.
    came: Option<HashSet<Value>>,
    found: Vec<Seen>,
    pub(super) looked: Looked,
    turns: u32,
    /// Whether it is known what is on it.
    is_done: bool,
}

/// A way, and the last row that came by it. It has ended where no way is left.
struct Open<W> {
    way: Option<W>,
    reached: Option<Place>,
}

impl<'a, W: Clone> List<'a, W> {
    pub(super) fn new(
        ways: Ways<W>,
        (filter, also): (&'a Predicate, Option<Predicate>),
        order: Option<Order>,
        enough: usize,
    ) -> Self {
        let Ways { all, coming, in_turn, repeats, named } = ways;
        let open: Vec<Open<W>> =
            all.into_iter().map(|way| Open { way: Some(way), reached: None }).collect();
        Self {
            also,
            filter,
            order,
            enough,
            is_done: open.is_empty(),
            open,
            coming,
            end: None,
            in_turn,
            named,
            passed: None,
            came: repeats.then(HashSet::new),
            found: Vec::new(),
            looked: Looked::default(),
            turns: 0,
        }
    }

    /// The same, where nothing is asked for behind this value of what it is ordered by.
    pub(super) fn up_to(self, end: Option<Value>) -> Self {
        Self { end, ..self }
    }

    pub(super) const fn is_done(&self) -> bool {
        self.is_done
    }

    /// Whether rows come as they are wanted, so that nobody needs to look at all of them.
    pub(super) fn is_in_order(&self) -> bool {
        self.order.is_none() || self.coming != Coming::Anyhow
    }

    /// Whether no index serves it: most rows were left out, or all have to be put in order.
    pub(super) fn is_searched(&self) -> bool {
        !self.named && (!self.is_in_order() || self.looked.dropped * 2 > self.looked.rows)
    }

    /// Rows that it would be good to have at once.
    pub(super) fn appetite(&self, portion: usize) -> usize {
        let first = match self.is_in_order() {
            true => {
                self.enough.saturating_sub(self.found.len()).saturating_add(1).clamp(16, portion)
            }
            false => portion,
        };
        // whoever did not find enough looks further
        first.saturating_mul(4_usize.saturating_pow(self.turns.min(8)))
    }

    /// The ways that are gone next, with their numbers.
    pub(super) fn next(&self) -> Vec<(usize, W)> {
        if self.is_done {
            return Vec::new();
        }
        let open = self.open.iter().enumerate();
        let open = open.filter(|(_, open)| self.may_add(open));
        let open = open.filter_map(|(place, open)| Some((place, open.way.clone()?)));
        match self.in_turn && self.is_in_order() {
            true => open.take(4_usize.saturating_pow(self.turns.min(8)).min(IN_TURN)).collect(),
            false => open.collect(),
        }
    }

    /// Whether a way may still lead to a row that comes before one that was found.
    fn may_add(&self, open: &Open<W>) -> bool {
        let Some(order) = self.order.filter(|_| self.coming != Coming::Anyhow) else { return true };
        let last = match self.enough.checked_sub(1).and_then(|last| self.found.get(last)) {
            Some(last) => &last.place,
            None => return true,
        };
        match (&open.reached, self.in_turn) {
            (Some(reached), _) => !self.is_behind(last, reached, &order),
            (None, true) => match &self.passed {
                Some(passed) => !self.is_behind(last, passed, &order),
                None => true,
            },
            (None, false) => true,
        }
    }

    /// Whether all rows behind this place come after the last one that is wanted.
    fn is_behind(&self, last: &Place, reached: &Place, order: &Order) -> bool {
        match self.coming {
            Coming::Sorted => last.compare(reached, order) != Ordering::Greater,
            // others of the same value may stand before it
            Coming::Alike => last.compare_keys(reached, order) == Ordering::Less,
            Coming::Anyhow => false,
        }
    }

    /// Takes in what came by a way.
    pub(super) fn take<T: Table<Way = W>>(
        &mut self,
        sight: &Sight<'_, T>,
        place: usize,
        portion: &Portion<T::Row, W>,
    ) -> Vec<W> {
        self.looked.stored += portion.looked.max(portion.rows.len());
        self.looked.rows += portion.rows.len();
        let mut last = None;
        for (number, row) in portion.rows.iter().enumerate() {
            let seen = sight.see(row);
            if number + 1 == portion.rows.len() {
                last = Some(seen.place.clone());
            }
            let is_new = self.came.as_mut().is_none_or(|came| came.insert(seen.place.id.clone()));
            let fits = |condition: &Predicate| sight.fits(&seen, condition);
            if is_new && self.also.as_ref().is_none_or(fits) && fits(self.filter) {
                self.found.push(seen);
            } else {
                self.looked.dropped += 1;
            }
        }
        let rest = if last.as_ref().is_some_and(|last| self.is_over(last)) {
            Vec::new()
        } else {
            portion.rest.clone()
        };
        if let Some(open) = self.open.get_mut(place) {
            open.way = None;
            open.reached = last.or(open.reached.take());
        }
        rest
    }

    /// Whether nothing is asked for behind a row that came in order.
    fn is_over(&self, last: &Place) -> bool {
        let Some((order, end)) = self.order.zip(self.end.as_ref()) else { return false };
        let behind = if order.descending { Ordering::Less } else { Ordering::Greater };
        self.coming != Coming::Anyhow && last.key.compare(end) == Some(behind)
    }

    /// Ends a turn, in which what is left of ways was learnt, by their numbers from the greatest on: whether there is enough.
    pub(super) fn settle(&mut self, rests: Vec<(usize, Vec<W>)>) {
        self.turns += 1;
        for (place, rest) in rests {
            let Some(gone) = self.open.get(place) else { continue };
            let reached = gone.reached.clone();
            let mut left = rest.into_iter();
            // what is left of a way goes on where it was; those that were found on it begin
            let first = Open { way: left.next(), reached };
            let others = left.map(|way| Open { way: Some(way), reached: None });
            let new: Vec<Open<W>> = std::iter::once(first).chain(others).collect();
            self.open.splice(place..=place, new);
        }
        if self.in_turn {
            let ended = self.open.iter().take_while(|open| open.way.is_none()).count();
            for open in self.open.drain(..ended) {
                self.passed = open.reached.or(self.passed.take());
            }
        } else {
            self.open.retain(|open| open.way.is_some());
        }
        let Some(order) = self.order else {
            self.found.truncate(self.enough);
            self.is_done = self.found.len() >= self.enough || self.is_exhausted();
            return;
        };
        self.is_done = self.is_exhausted();
        let is_long = self.found.len() / 2 > self.enough;
        if self.is_in_order() || self.is_done || is_long {
            self.found.sort_by(|one, other| one.place.compare(&other.place, &order));
            self.found.truncate(self.enough);
        }
        if !self.is_done && self.is_in_order() && self.found.len() >= self.enough {
            // of ways that come one after the other the first one says it for all
            let ways = if self.in_turn { 1 } else { self.open.len() };
            self.is_done = !self.open.iter().take(ways).any(|open| self.may_add(open));
        }
    }

    fn is_exhausted(&self) -> bool {
        self.open.iter().all(|open| open.way.is_none())
    }

    /// What was found, in order.
    pub(super) fn into_found(self) -> Vec<Seen> {
        self.found
    }
}
