//! Questions that no index answers: each says how much it may read and how long that may take.

use std::time::Duration;

use crate::error::{StoreError, code};

/// `MaxTimeMSExpired`.
const OUT_OF_TIME: i32 = 50;

/// The bound of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bound {
    /// The question, for the message.
    pub(crate) what: &'static str,
    /// Documents it may look through.
    pub(crate) documents: u64,
    /// How long the server may take.
    pub(crate) deadline: Duration,
}

impl Bound {
    /// Refuses an answer for which more was looked through.
    pub(crate) fn check(&self, read: u64) -> Result<(), StoreError> {
        if read <= self.documents {
            return Ok(());
        }
        let bound = format!("{} documents", self.documents);
        Err(StoreError::TooMuch { what: self.what, bound })
    }

    /// The error of a question that the server gave up.
    pub(crate) fn given_up(&self, error: mongodb::error::Error) -> StoreError {
        if code(&error) != Some(OUT_OF_TIME) {
            return error.into();
        }
        let bound = format!("{} ms", self.deadline.as_millis());
        StoreError::TooMuch { what: self.what, bound }
    }
}
