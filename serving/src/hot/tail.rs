//! The newest rows of a list.

use std::sync::Arc;

use domain::{
    candle::Candle,
    figures::PoolInterval,
    row::{Position, Swap},
};

use super::room::Weigh;

#[cfg(test)]
mod tests;

/// Longer tails are cut off: who reads on asks the store.
const LONGEST: usize = 4_096;

/// A row of a list that grows at one end.
pub(super) trait Row: Clone {
    /// Where it stands; unique in its list, the newest is the greatest.
    type Place: Ord + Copy;

    /// Where it stands.
    fn place(&self) -> Self::Place;
}

impl Row for Swap {
    type Place = Position;

    fn place(&self) -> Position {
        self.meta.position
    }
}

impl Row for (u32, PoolInterval) {
    type Place = u32;

    fn place(&self) -> u32 {
        self.0
    }
}

impl Row for Candle {
    type Place = u64;

    fn place(&self) -> u64 {
        self.start
    }
}

/// Which rows: the newest `limit` of those that stand from `from` to before `before`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<P> {
    pub(super) from: P,
    /// `None`: up to the newest.
    pub(super) before: Option<P>,
    pub(super) limit: usize,
    /// Whether it reaches up to the newest.
    pub(super) is_newest: bool,
}

/// All rows of a list from a place on.
#[derive(Debug, Clone)]
pub(super) struct Tail<R: Row> {
    /// Ascending.
    rows: Arc<Vec<R>>,
    down_to: R::Place,
}

impl<R: Row> Tail<R> {
    /// What a part says of the list, ascending; nothing where it does not reach up to the newest row.
    pub(super) fn of(part_rows: &[R], part: &Part<R::Place>) -> Option<Self> {
        if !part.is_newest || part.limit == 0 {
            return None;
        }
        let is_full = part_rows.len() >= part.limit;
        let first = part_rows.first().map(Row::place);
        let down_to = first.filter(|_| is_full).unwrap_or(part.from);
        let mut tail = Self { rows: Arc::new(part_rows.to_vec()), down_to };
        tail.shorten();
        Some(tail)
    }

    /// The rows of a part, ascending; `None` where some of them may not be here.
    pub(super) fn read(&self, part: &Part<R::Place>) -> Option<Vec<R>> {
        let end = part.before.map_or(self.rows.len(), |before| self.below(before));
        let begin = self.below(part.from).min(end);
        if end - begin < part.limit && part.from < self.down_to {
            return None;
        }
        let first = begin.max(end.saturating_sub(part.limit));
        self.rows.get(first..end).map(<[R]>::to_vec)
    }

    /// Whether it reaches down as far as another one.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.down_to <= other.down_to
    }

    /// Adds newer rows, ascending. False where one of them is not newer than all that are here.
    pub(super) fn add(&mut self, newer: &[R]) -> bool {
        let places = self.rows.last().into_iter().chain(newer).map(Row::place);
        let is_above = newer.first().is_none_or(|row| row.place() >= self.down_to);
        if !is_above || !places.is_sorted_by(|one, next| one < next) {
            return false;
        }
        if !newer.is_empty() {
            Arc::make_mut(&mut self.rows).extend_from_slice(newer);
            self.shorten();
        }
        true
    }

    /// How many stand below a place.
    fn below(&self, place: R::Place) -> usize {
        self.rows.partition_point(|row| row.place() < place)
    }

    /// Half of what is too long goes, so that this is not done for each row.
    fn shorten(&mut self) {
        if self.rows.len() <= LONGEST {
            return;
        }
        let surplus = self.rows.len() - LONGEST / 2;
        Arc::make_mut(&mut self.rows).drain(..surplus);
        if let Some(first) = self.rows.first() {
            self.down_to = first.place();
        }
    }
}

impl<R: Row> Weigh for Tail<R> {
    fn weight(&self) -> usize {
        self.rows.capacity().saturating_mul(size_of::<R>())
    }
}
