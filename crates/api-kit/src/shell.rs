//! The server shell: everything around the routes of a service.
//!
//! From the outside in: request id, access log and metrics, compression, CORS, panic catch, rest of refused bodies, time
//! limit, body limit, routes. Unknown paths and methods are problems too.

use std::{io, net::SocketAddr, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, header},
    middleware,
};
use prometheus::Registry;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate as _, predicate::SizeAbove},
    cors::{AllowHeaders, Any, CorsLayer},
};

use crate::{
    health::{self, Ready},
    metrics::HttpMetrics,
};

mod access;
mod fallback;
mod linger;
mod panic;
#[cfg(test)]
mod tests;
mod timeout;

pub use access::RequestId;

/// Largest body taken, in bytes.
pub const BODY_LIMIT: usize = 1 << 20;
/// Time a request may take unless the service says otherwise.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Shorter answers are not compressed, in bytes.
const COMPRESSED: u64 = 1_024;
/// Time that requests in flight get to finish after shutdown was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// What the shell needs of a service.
#[derive(Debug, Clone)]
pub struct Shell {
    /// Short name: label of the metrics, field of the log.
    pub service: &'static str,
    /// Longest time a request may take.
    pub timeout: Duration,
    /// Whether the service can answer.
    pub ready: Ready,
    /// Where metrics are registered and read from.
    pub registry: Registry,
}

impl Shell {
    /// Wraps a service's routes.
    ///
    /// # Errors
    /// When the registry holds metrics of the same service already.
    pub fn wrap(self, routes: Router) -> Result<Router, prometheus::Error> {
        let metrics = HttpMetrics::new(self.service, &self.registry)?;
        let access = access::Access { service: self.service, metrics: metrics.clone() };
        let cors = CorsLayer::new()
            .allow_origin(Any)
            .allow_methods(Any)
            // `*` would not take `Authorization` in
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(shown_to_pages());
        Ok(routes
            .merge(health::routes(self.ready, self.registry))
            .fallback(fallback::unknown_path)
            .method_not_allowed_fallback(fallback::wrong_method)
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .layer(middleware::from_fn_with_state(self.timeout, timeout::limit))
            .layer(middleware::from_fn(linger::after_refusals))
            .layer(CatchPanicLayer::custom(panic::Report { service: self.service, metrics }))
            .layer(cors)
            .layer(compression())
            .layer(middleware::from_fn_with_state(access, access::log)))
    }
}

/// For clients that ask for it. The fastest level: answers are made for each block anew, and soon forgotten. Events of a
/// stream and what is small go as they are.
fn compression() -> CompressionLayer<impl tower_http::compression::Predicate> {
    let worth_it = DefaultPredicate::new().and(SizeAbove::new(COMPRESSED));
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth_it)
}

/// Serves until the token is cancelled, then lets requests in flight finish for a while.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    router: Router,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> io::Result<()> {
    // handlers may ask who is at the other end
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server =
        axum::serve(listener, service).with_graceful_shutdown(shutdown.clone().cancelled_owned());
    let overdue = async {
        shutdown.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        ended = async { server.await } => ended,
        () = overdue => {
            tracing::warn!(seconds = GRACE.as_secs(), "connections were still open after the grace time; closing them");
            Ok(())
        }
    }
}

/// Headers of answers that pages of other origins may read, beside those that every browser shows.
fn shown_to_pages() -> Vec<HeaderName> {
    let own = [
        "sooho-block-number",
        "sooho-block-hash",
        "sooho-block-timestamp",
        "sooho-whole-from",
        "graph-indexed",
        "graph-attestable",
    ];
    let own = own.map(HeaderName::from_static);
    [access::HEADER, header::CONTENT_DISPOSITION, header::ETAG, header::RETRY_AFTER]
        .into_iter()
        .chain(own)
        .collect()
}
