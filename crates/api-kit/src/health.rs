//! `/healthz`, `/readyz`, `/metrics`.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use axum::{
    Router,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::ids::ChainId;
use prometheus::{Registry, TextEncoder};
use store::Reader;
use utoipa::OpenApi;

use crate::problem::Problem;

type Check = dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), Problem>> + Send>> + Send + Sync;

/// Says whether the service can answer, and if not, why.
#[derive(Clone)]
pub struct Ready(Arc<Check>);

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ready")
    }
}

impl Ready {
    /// A check of the service's own.
    pub fn new<F, R>(check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Problem>> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(check())))
    }

    /// Ready once every one of these chains has its first committed batch.
    #[must_use]
    pub fn when_indexed(reader: Reader, chains: Vec<ChainId>) -> Self {
        let chains: Arc<[ChainId]> = chains.into();
        Self::new(move || {
            let (reader, chains) = (reader.clone(), Arc::clone(&chains));
            async move {
                let known = reader.watermarks().await?;
                match chains.iter().find(|chain| !known.iter().any(|(id, _)| id == *chain)) {
                    Some(missing) => Err(not_indexed(*missing)),
                    None => Ok(()),
                }
            }
        })
    }
}

/// The refusal while a chain has no committed block.
#[must_use]
pub fn not_indexed(chain: ChainId) -> Problem {
    Problem::unavailable(
        "NOT_READY",
        format!(
            "chain {chain} has no indexed block yet; try again when the indexer has committed its first batch"
        ),
    )
}

/// The routes of this module.
pub fn routes(ready: Ready, registry: Registry) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(move || readyz(ready.clone())))
        .route("/metrics", get(move || metrics(registry.clone())))
}

/// What they say of themselves.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(healthz, readyz, metrics))]
    struct Document;

    Document::openapi()
}

/// Whether the process answers at all.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "healthz",
    tag = "service",
    responses(
        (status = 200, description = "It does: `ok`.", body = String, content_type = "text/plain"),
    ),
)]
async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether the service can answer: every chain has its first committed batch.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readyz",
    tag = "service",
    responses(
        (status = 200, description = "It can: `ready`.", body = String, content_type = "text/plain"),
        (status = 503, description = "It cannot yet, or the database does not answer.", body = Problem,
            content_type = "application/problem+json"),
    )
)]
async fn readyz(ready: Ready) -> Result<&'static str, Problem> {
    (ready.0)().await.map(|()| "ready\n")
}

/// Metrics in the text format of Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "service",
    responses(
        (status = 200, description = "The metrics.", body = String, content_type = "text/plain"),
    ),
)]
async fn metrics(registry: Registry) -> Response {
    match TextEncoder::new().encode_to_string(&registry.gather()) {
        Ok(text) => {
            let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "metrics cannot be written");
            Problem::internal().into_response()
        }
    }
}
