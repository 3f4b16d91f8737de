//! `/udf`: the protocol of TradingView's charts (Universal Data Feed).
//!
//! A symbol is a pool. Its ticker is the pool's id, so that two pools of the same tokens are never mixed up; with
//! `_inverted` behind it the price is told the other way round. Errors of the protocol are answers like others, with
//! `"s": "error"`: clients read that and not the status.

use api_kit::problem::Problem;
use axum::{
    Json, Router,
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, get},
};
use serde::Serialize;

use super::{asked::Asked, mount::Ground, view::View};

mod config;
mod history;
mod quotes;
mod scale;
mod search;
mod symbol;
mod time;

/// The feed's routes.
pub(super) fn routes(ground: &Ground) -> Router {
    let routes = Router::new()
        .route("/config", get(|view: View| async { told(config::get(view).await) }))
        .route("/symbols", asking(symbol::get))
        .route("/search", asking(search::get))
        .route("/history", asking(history::get))
        .route("/quotes", asking(quotes::get))
        .route("/time", get(time::get));
    ground.feed("udf", routes, tell)
}

/// A handler whose problems are told in the protocol's shape.
fn asking<F, A>(handler: F) -> MethodRouter
where
    F: Fn(View, Asked) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    get(move |view: View, asked: Asked| async move { told(handler(view, asked).await) })
}

fn told(answer: Result<Response, Problem>) -> Response {
    answer.unwrap_or_else(tell)
}

/// An error of the protocol.
#[derive(Debug, Serialize)]
pub(super) struct Failed {
    s: &'static str,
    errmsg: String,
}

impl Failed {
    fn new(text: impl Into<String>) -> Self {
        Self { s: "error", errmsg: text.into() }
    }
}

/// An answer, or an error of the protocol.
enum Answer<T> {
    Ok(T),
    Failed(String),
}

impl<T: Serialize> Answer<T> {
    fn response(self) -> Response {
        match self {
            Self::Ok(answer) => Json(answer).into_response(),
            Self::Failed(text) => Json(Failed::new(text)).into_response(),
        }
    }
}

/// A problem in the protocol's shape; one that a request brings with it has the status 200.
fn tell(problem: Problem) -> Response {
    let wrong = problem.code() == "PARAMETER_INVALID" || problem.code() == "QUERY_INVALID";
    let failed = Failed::new(problem.detail());
    let status = problem.status();
    if wrong {
        return Json(failed).into_response();
    }
    // the problem's own headers (Retry-After) stay
    let mut response = problem.into_response();
    let kind = Json(failed).into_response();
    let (parts, body) = kind.into_parts();
    response.headers_mut().extend(parts.headers);
    *response.body_mut() = body;
    *response.status_mut() = status;
    response
}
