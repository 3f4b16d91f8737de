//! Errors in DEXTools' shape: an object with a code as text.

use api_kit::problem::Problem;
use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// An error.
#[derive(Debug)]
pub(super) struct Fault {
    problem: Problem,
    /// The parameter that is wrong.
    param: Option<&'static str>,
}

impl Fault {
    /// A problem with a parameter.
    pub(super) const fn of(problem: Problem, param: &'static str) -> Self {
        Self { problem, param: Some(param) }
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self { problem, param: None }
    }
}

/// The body.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DexToolsFault)]
pub(crate) struct Body {
    code: String,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    issues: Vec<Issue>,
}

/// What is wrong with a parameter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DexToolsIssue)]
struct Issue {
    code: String,
    param: &'static str,
    message: String,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let Self { problem, param } = self;
        let (code, message) = (problem.code().to_owned(), problem.detail().to_owned());
        let issue = |param| Issue { code: code.clone(), param, message: message.clone() };
        let issues = param.map(issue).into_iter().collect();
        let mut response = (problem.status(), Json(Body { code, message, issues })).into_response();
        if problem.may_be_repeated() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// A problem in this shape.
pub(super) fn response(problem: Problem) -> Response {
    Fault::from(problem).into_response()
}
