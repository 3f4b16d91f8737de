//! What one connection holds at a time, so that who asks and never reads takes no more than who reads.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

#[cfg(test)]
mod tests;

/// Subscriptions that one connection may hold at a time.
pub(super) const MOST_OPEN: usize = 50;
/// Answers of one connection that were not written to their end, refusals among them.
pub(super) const MOST_UNFINISHED: usize = 2 * MOST_OPEN;

/// What a connection holds. Clones count together.
#[derive(Debug, Clone, Default)]
pub(super) struct Crowd {
    open: Arc<AtomicUsize>,
    unfinished: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
}

impl Crowd {
    /// The place of an answer, whatever it is; `None` where there are too many, and from then on the connection is done with.
    pub(super) fn enter(&self) -> Option<Place> {
        let place = Place::take(&self.unfinished, MOST_UNFINISHED);
        if place.is_none() {
            self.over.store(true, Ordering::Relaxed);
        }
        place
    }

    /// The place of one that is no refusal; `None` where as many as may be are held.
    pub(super) fn open(&self) -> Option<Place> {
        Place::take(&self.open, MOST_OPEN)
    }

    /// Whether more was asked for than is held.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}

/// One of them; free again when dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(taken: &Arc<AtomicUsize>, most: usize) -> Option<Self> {
        let place = Self(Arc::clone(taken));
        // the drop gives back what was taken too much
        (taken.fetch_add(1, Ordering::Relaxed) < most).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
