//! What was said in the log already: trouble that lasts is said once when it begins and once when it is over.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Troubles that last.
#[derive(Debug, Default)]
pub(crate) struct Spoken(Mutex<BTreeSet<String>>);

impl Spoken {
    /// The trouble is there: whether that is new.
    pub(crate) fn begins(&self, trouble: &str) -> bool {
        self.lock().insert(trouble.to_owned())
    }

    /// The trouble is not there: whether it was.
    pub(crate) fn ends(&self, trouble: &str) -> bool {
        self.lock().remove(trouble)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
