//! Requests and answers as they go over the wire.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::{Answer, QueryError, Request};

#[cfg(test)]
mod tests;

impl Request {
    /// Reads the body of a request. The name of an operation is not looked at.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn from_body(body: &[u8]) -> Result<Self, String> {
        let body: Json = serde_json::from_slice(body)
            .map_err(|error| format!("the body is not JSON: {error}"))?;
        let Json::Object(mut members) = body else {
            return Err("the body is not an object with the member `query`".to_owned());
        };
        let query = match members.remove("query") {
            Some(Json::String(query)) => query,
            Some(_) => return Err("`query` is not a string".to_owned()),
            None => return Err("the member `query` is missing".to_owned()),
        };
        match members.remove("variables") {
            None | Some(Json::Null) => Ok(Self { query, ..Self::default() }),
            Some(Json::Object(variables)) => Ok(Self { query, variables }),
            Some(_) => Err("`variables` is not an object".to_owned()),
        }
    }
}

/// The body of an answer. It has `data` or `errors`: some clients take an answer with both for a failure.
#[must_use]
pub fn body(answer: &Answer) -> String {
    match answer {
        Ok(data) => {
            let mut out = String::with_capacity(data.len() + 10);
            // writing to a text does not fail
            let _ = write!(out, "{{\"data\":{data}}}");
            out
        }
        Err(errors) => json!({ "errors": errors.iter().map(told).collect::<Vec<_>>() }).to_string(),
    }
}

fn told(error: &QueryError) -> Json {
    match error.position {
        Some((line, column)) => {
            json!({ "message": error.message, "locations": [{ "line": line, "column": column }] })
        }
        None => json!({ "message": error.message }),
    }
}
