//! Where the steps of a book are told, to whoever listens.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use store::Snapshot;
use tokio::sync::{
    Semaphore,
    broadcast::{Receiver, Sender},
};

use super::Step;

/// Steps that a slow listener may be behind.
const BEHIND: usize = 64;
/// Of those who begin to listen so many read at a time.
const BEGINNERS: usize = 4;

/// Where steps are told.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    sender: Sender<Arc<Step>>,
    newest: Arc<Mutex<Option<Told>>>,
    beginners: Arc<Semaphore>,
}

/// The newest step.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// Its number: 1 and ascending.
    number: u64,
    /// What it led to. Those who follow the step read through it.
    pub(crate) snapshot: Arc<Snapshot>,
    /// When that was opened, or before.
    pub(crate) opened: Instant,
}

impl Default for Steps {
    fn default() -> Self {
        let beginners = Arc::new(Semaphore::new(BEGINNERS));
        Self { sender: Sender::new(BEHIND), newest: Arc::default(), beginners }
    }
}

impl Steps {
    /// The newest step, `None` before there is one, and who hears of all that follow it.
    pub(super) fn join(&self) -> (Option<Told>, Receiver<Arc<Step>>) {
        // none is told while this is held
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        (newest.clone(), self.sender.subscribe())
    }

    /// The places of those who read as they begin.
    pub(super) fn beginners(&self) -> Arc<Semaphore> {
        Arc::clone(&self.beginners)
    }

    /// The store as of what a step led to, opened anew: for those who join later, while nothing follows it.
    pub(super) fn renew(&self, told: &Told, snapshot: &Arc<Snapshot>, opened: Instant) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(newest) = newest.as_mut().filter(|newest| newest.number == told.number) {
            (newest.snapshot, newest.opened) = (Arc::clone(snapshot), opened);
        }
    }

    /// Tells it to whoever listens.
    pub(super) fn tell(&self, step: Step) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let number = newest.as_ref().map_or(0, |told| told.number) + 1;
        let (snapshot, opened) = (Arc::clone(&step.snapshot), step.opened);
        *newest = Some(Told { number, snapshot, opened });
        // nobody may listen, which is none of our business
        drop(self.sender.send(Arc::new(step)));
    }
}
