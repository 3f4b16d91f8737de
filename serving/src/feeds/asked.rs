//! The parameters of a feed's request. Parameters that nobody knows are passed over: consumers send their own beside those
//! of the formats. An empty one counts as left out.

use api_kit::problem::Problem;
use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};

#[cfg(test)]
mod tests;

/// At most this many characters of a wrong value are repeated.
const SHOWN: usize = 80;

/// A request's parameters by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(pairs)) => Ok(Self(pairs)),
            Err(error) => Err(Problem::bad_request("QUERY_INVALID", error.body_text())),
        }
    }
}

impl Asked {
    /// Of these names and values.
    #[cfg(test)]
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(pairs.iter().map(owned).collect())
    }

    /// The first of a name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// One that has to be there.
    pub(crate) fn needed(&self, name: &str) -> Result<&str, Problem> {
        self.text(name).ok_or_else(|| invalid(name, "is missing".to_owned()))
    }

    /// A whole number; one below zero is zero, as clients write times that lie before all.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = text.parse::<i64>();
        let number =
            number.map_err(|_| invalid(name, format!("`{}` is no number", shown(text))))?;
        Ok(Some(u64::try_from(number).unwrap_or_default()))
    }

    /// A whole number that is not below zero, and not above `most` either.
    pub(crate) fn count(&self, name: &str, most: u32) -> Result<Option<u32>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let count = text.parse().ok().filter(|count| *count <= most);
        let wrong = || invalid(name, format!("`{}` is no number from 0 to {most}", shown(text)));
        count.ok_or_else(wrong).map(Some)
    }
}

/// What of a text is repeated in an answer.
pub(crate) fn shown(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(SHOWN).collect()
}

fn invalid(name: &str, why: String) -> Problem {
    Problem::bad_request("PARAMETER_INVALID", format!("`{name}` {why}"))
}
