//! Errors on the wire: problem details (RFC 9457) with a stable code.

use std::collections::BTreeMap;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

mod store;
#[cfg(test)]
mod tests;

/// An error as the client sees it. `code` is stable and meant for programs, `detail` for people.
///
/// It is no [`std::error::Error`]: it is the end of the way of an error, made where the answer is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(
    description = "What is wrong (RFC 9457). `code` is stable and meant for programs, `detail` for people."
)]
pub struct Problem {
    /// Always `about:blank`: the meaning is in `status` and `code`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Short text for the status.
    title: &'static str,
    /// HTTP status.
    #[serde(serialize_with = "status_number")]
    #[schema(value_type = u16, minimum = 400, maximum = 599)]
    status: StatusCode,
    /// Stable code, in capitals.
    code: &'static str,
    /// What is wrong with this request, and what to do.
    detail: String,
    /// What programs may want to know beyond the code, by name.
    #[serde(flatten)]
    more: BTreeMap<&'static str, String>,
}

fn status_number<S: serde::Serializer>(
    status: &StatusCode,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// A problem of this status.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self {
            kind: "about:blank",
            title,
            status,
            code,
            detail: detail.into(),
            more: BTreeMap::new(),
        }
    }

    /// The problem with a member of its own (RFC 9457, section 3.2).
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.more.insert(name, value.into());
        self
    }

    /// 400: the request is wrong in itself.
    #[must_use]
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 404: what the request names does not exist.
    #[must_use]
    pub fn not_found(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 422: the request is understood and cannot be fulfilled.
    #[must_use]
    pub fn unprocessable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 429: too much at once, of this client or of all; the same request may succeed in a moment.
    #[must_use]
    pub fn too_many(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, code, detail)
    }

    /// Whether the answer says when to try again.
    #[must_use]
    pub fn may_be_repeated(&self) -> bool {
        matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS)
    }

    /// 503: not now; the same request may succeed later.
    #[must_use]
    pub fn unavailable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
    }

    /// 500: a defect of ours. The cause goes to the log, not to the client.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL_ERROR",
            "the server failed on this request; report it with the x-request-id of this answer",
        )
    }

    /// HTTP status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// Text for people.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            let way = HeaderValue::from_static("Bearer realm=\"sooho\"");
            headers.insert(header::WWW_AUTHENTICATE, way);
        }
        if self.may_be_repeated() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<Problem> for async_graphql::Error {
    fn from(problem: Problem) -> Self {
        use async_graphql::ErrorExtensions as _;
        let (code, status) = (problem.code, problem.status.as_u16());
        Self::new(problem.detail).extend_with(|_, extensions| {
            extensions.set("code", code);
            extensions.set("status", status);
            for (name, value) in problem.more {
                extensions.set(name, value);
            }
        })
    }
}
