//! The community API: who owns which NFT, from the index and, where it matters, from the chain itself.
//!
//! It reads indexed data through a [`store::Reader`], which cannot write. A check of ownership asks the contract at one
//! pinned block; what the index says comes beside it. A node that does not answer is an error, never a "no".

use std::{io, sync::Arc};

use api_kit::{
    access::{Access, KeyScope},
    health::Ready,
    shell::{self, Shell},
    status,
};
use axum::Router;
use observe::Shutdown;
use tokio::net::TcpListener;

pub mod check;
pub mod deps;
mod failure;
mod rest;
pub mod view;

pub use deps::{ChainDeps, Deps};

/// Name of the service in metrics and logs.
pub const SERVICE: &str = "nft-api";

/// All routes of the service, in their shell.
///
/// # Errors
/// When the registry holds metrics of this service already.
pub fn router(deps: Deps) -> Result<Router, prometheus::Error> {
    let ready = Ready::when_indexed(deps.reader.clone(), deps.chains.ids());
    let shell =
        Shell { service: SERVICE, timeout: deps.timeout, ready, registry: deps.registry.clone() };
    let status = status::routes(deps.reader.clone(), deps.chain_names());
    let access = Access::new(SERVICE, deps.access.clone(), &deps.registry)?;
    let rest = access.guard(KeyScope::Read, rest::routes(Arc::new(deps)));
    shell.wrap(rest.merge(status))
}

/// Serves until the token is cancelled.
///
/// # Errors
/// When the listener fails, or the registry holds metrics of this service already.
pub async fn run(deps: Deps, listener: TcpListener, shutdown: Shutdown) -> io::Result<()> {
    let router = router(deps).map_err(io::Error::other)?;
    tracing::info!(address = %listener.local_addr()?, "nft-api listens");
    shell::serve(router, listener, shutdown).await
}
