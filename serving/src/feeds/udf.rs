//! `/udf`: the protocol of TradingView's charts (Universal Data Feed).
//!
//! A symbol is a pool. Its ticker is the pool's id, so that two pools of the same tokens are never mixed up; with
//! `_inverted` behind it the price is told the other way round. Errors of the protocol are answers like others, with
//! `"s": "error"`: clients read that and not the status.

use api_kit::problem::Problem;
use axum::{
    Json, Router,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::mount::{Ground, Source};

mod config;
mod history;
mod quotes;
mod scale;
mod search;
mod symbol;
mod time;

pub(crate) use config::resolutions;

/// The feed's routes.
pub(super) fn routes(ground: &Ground) -> Router {
    let all = [(Source::Settings, configured()), (Source::Store, others())];
    let all = all.map(|(source, routes)| (source, routes.into()));
    ground.feed_of("udf", all, |problem| Told(problem).into_response())
}

/// Its handlers.
pub(super) fn handlers() -> OpenApiRouter {
    configured().merge(others())
}

/// Those that read nothing: what is stored may be away.
fn configured() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(config::get)).routes(routes!(time::get))
}

/// Those that read.
fn others() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(symbol::get))
        .routes(routes!(search::get))
        .routes(routes!(history::get))
        .routes(routes!(quotes::get))
}

/// An error of the protocol.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UdfFailed)]
pub(crate) struct Failed {
    #[schema(pattern = "^error$")]
    s: &'static str,
    errmsg: String,
}

impl Failed {
    fn new(text: impl Into<String>) -> Self {
        Self { s: "error", errmsg: text.into() }
    }
}

impl IntoResponse for Failed {
    /// With the status 200, and not to be kept for all that: the next block may know better.
    fn into_response(self) -> Response {
        ([(header::CACHE_CONTROL, "no-store")], Json(self)).into_response()
    }
}

/// An answer, or an error of the protocol.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = UdfAnswer)]
enum Answer<T> {
    Ok(T),
    Failed(Failed),
}

impl<T: Serialize> Answer<T> {
    fn failed(text: impl Into<String>) -> Self {
        Self::Failed(Failed::new(text))
    }

    fn response(self) -> Response {
        match self {
            Self::Ok(answer) => Json(answer).into_response(),
            Self::Failed(failed) => failed.into_response(),
        }
    }
}

/// A problem in the protocol's shape; one that a request brings with it has the status 200.
#[derive(Debug)]
struct Told(Problem);

impl From<Problem> for Told {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Told {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let wrong = problem.code() == "PARAMETER_INVALID" || problem.code() == "QUERY_INVALID";
        let failed = Failed::new(problem.detail());
        let status = problem.status();
        if wrong {
            return failed.into_response();
        }
        // the problem's own headers (Retry-After) stay
        let mut response = problem.into_response();
        let kind = failed.into_response();
        let (parts, body) = kind.into_parts();
        response.headers_mut().extend(parts.headers);
        *response.body_mut() = body;
        *response.status_mut() = status;
        response
    }
}
