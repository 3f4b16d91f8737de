//! What a request is refused with. Clients look for parts of these texts, so they are the reference's to the letter.

use std::fmt;

use async_graphql_parser::Pos;

/// Why a request, or a field of it, has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// For people, and for clients that look for a part of it.
    pub message: String,
    /// Where in the document.
    pub position: Option<(usize, usize)>,
}

impl QueryError {
    /// A refusal.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), position: None }
    }

    /// The same with where it is.
    #[must_use]
    pub(crate) const fn at(mut self, position: Pos) -> Self {
        self.position = Some((position.line, position.column));
        self
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for QueryError {}

/// A value that does not fit.
pub(crate) fn undecodable(scalar: &str, value: &impl fmt::Display) -> QueryError {
    QueryError::new(format!("Failed to decode `{scalar}` value: `{value}`"))
}

/// An argument that does not fit.
pub(crate) fn invalid(argument: &str, value: &impl fmt::Display) -> QueryError {
    QueryError::new(format!("Invalid value provided for argument `{argument}`: {value}"))
}
