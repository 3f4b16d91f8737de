//! The ways to the rows of a list.

/// In which order the rows of a way come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::subgraph) enum Coming {
    /// In any.
    Anyhow,
    /// By the column that they are wanted by, but those of one value in any.
    Alike,
    /// As they are wanted.
    Sorted,
}

/// Ways that together lead to all rows that fit, and maybe to others.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct Ways<W> {
    pub(super) all: Vec<W>,
    pub(super) coming: Coming,
    /// Whether all rows of a way come before those of the next one.
    pub(super) in_turn: bool,
    /// Whether a row may come by several ways, or several times: then the first that comes is meant.
    pub(super) repeats: bool,
    /// Whether they lead to rows by their keys, and so past no others.
    pub(super) named: bool,
}

impl<W> Ways<W> {
    /// Ways side by side.
    pub(in crate::subgraph) fn new(all: impl IntoIterator<Item = W>, coming: Coming) -> Self {
        let all = all.into_iter().collect();
        Self { all, coming, in_turn: false, repeats: false, named: false }
    }

    /// To rows by their keys.
    pub(in crate::subgraph) fn named(all: impl IntoIterator<Item = W>) -> Self {
        Self { named: true, ..Self::new(all, Coming::Anyhow) }
    }

    /// To nothing.
    pub(in crate::subgraph) fn none() -> Self {
        Self::named([])
    }

    /// Whether a row may come more than once.
    pub(in crate::subgraph) const fn may_repeat(&self) -> bool {
        self.repeats
    }

    /// The ways alone, for who looks for something else at their ends.
    pub(in crate::subgraph) fn into_ways(self) -> impl Iterator<Item = W> {
        self.all.into_iter()
    }

    /// The same one after the other: together they are in the order in which each of them is.
    pub(in crate::subgraph) fn in_turn(self) -> Self {
        Self { in_turn: true, ..self }
    }

    /// The same, where a row may come more than once.
    pub(in crate::subgraph) fn with_repeats(self, repeats: bool) -> Self {
        Self { repeats, ..self }
    }
}

/// The next rows of a way.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct Portion<R, W> {
    /// In the order of the way.
    pub(in crate::subgraph) rows: Vec<R>,
    /// Rows of the store that were looked at for them.
    pub(in crate::subgraph) looked: usize,
    /// What is left of it, and the ways that were found on it, in their order.
    pub(in crate::subgraph) rest: Vec<W>,
}

impl<R, W> Default for Portion<R, W> {
    fn default() -> Self {
        Self { rows: Vec::new(), looked: 0, rest: Vec::new() }
    }
}
