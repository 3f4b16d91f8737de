//! The time limit of a request.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};

use crate::problem::Problem;

pub(super) async fn limit(
    State(limit): State<Duration>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    tokio::time::timeout(limit, next.run(request)).await.map_err(|_| {
        Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "TIMEOUT",
            format!(
                "the answer took longer than {} s; ask for less, or try again",
                limit.as_secs()
            ),
        )
    })
}
