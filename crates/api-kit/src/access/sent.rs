//! Where a request has its key.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{key::PREFIX, unauthorized};
use crate::problem::Problem;

pub(super) const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The key that these headers carry. Credentials of other kinds (`Basic`, for what stands before the service) are not ours.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let bearer = one(headers, &header::AUTHORIZATION)?.and_then(|value| token(value).transpose());
    let own = one(headers, &X_API_KEY)?.map(text);
    match (bearer.transpose()?, own.transpose()?) {
        (Some(bearer), Some(own)) if bearer != own => Err(ambiguous()),
        (bearer, own) => Ok(bearer.or(own)),
    }
}

/// A key out of a text as headers have it, `Bearer KEY` or the key alone.
pub(super) fn of_text(text: &str) -> &str {
    bearer(text).unwrap_or(text).trim()
}

fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Problem> {
    let mut values = headers.get_all(name).iter();
    let value = values.next();
    if values.next().is_some() { Err(ambiguous()) } else { Ok(value) }
}

fn token(value: &HeaderValue) -> Result<Option<&str>, Problem> {
    // a scheme is plain text in any case, so what is none is not ours
    let Ok(text) = value.to_str() else {
        return if value.as_bytes().to_ascii_lowercase().starts_with(b"bearer") {
            Err(invalid())
        } else {
            Ok(None)
        };
    };
    Ok(bearer(text))
}

fn bearer(text: &str) -> Option<&str> {
    let (scheme, token) = text.trim_start().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn text(value: &HeaderValue) -> Result<&str, Problem> {
    value.to_str().map(str::trim).map_err(|_| invalid())
}

fn invalid() -> Problem {
    unauthorized("KEY_INVALID", format!("a key is plain text that begins with {PREFIX}"))
}

fn ambiguous() -> Problem {
    Problem::bad_request(
        "KEY_AMBIGUOUS",
        "two keys are sent: send one, as Authorization or as X-Api-Key",
    )
}
