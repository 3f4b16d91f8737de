//! What can go wrong in a command. xtask is a program and nobody's library, so one kind is enough: a sentence for the
//! person at the keyboard that says what happened and what to do.

use std::fmt;

/// The result of every step here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A sentence that says what happened and what to do.
#[derive(Debug)]
pub struct Error(String);

impl Error {
    /// An error that reads `message`.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// Adds to an error what was being done when it happened.
pub trait Context<T> {
    /// `what` is a verb phrase without its subject, as in "read Cargo.toml".
    fn context(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn context(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| Error(format!("could not {}: {error}", what())))
    }
}
