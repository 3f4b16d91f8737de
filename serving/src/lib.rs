//! The DEX API: GraphQL, REST and live quotes. It reads only: it holds a [`store::Reader`], which cannot write.
//!
//! Every request reads each chain at one block, and its answer says which; a quote is asked of the real quoter contracts
//! at that block's hash.

use std::{io, sync::Arc};

use axum::Router;
use observe::Shutdown;
use tokio::{net::TcpListener, task::JoinSet};

use crate::{book::Keeper, gas_price::GasPriceWatch, native_price::NativePriceWatch};

pub mod book;
mod by_block;
pub mod deps;
mod failure;
pub mod feeds;
pub mod gas_price;
pub mod graphql;
mod hot;
mod listen;
pub mod native_price;
pub mod node;
pub mod openapi;
pub mod past;
pub mod price;
pub mod quote;
mod raw;
mod read;
mod rest;
pub mod subgraph;
mod transactions;
pub mod view;
mod wake;

use api_kit::{
    access::{Access, KeyScope, admin},
    health::Ready,
    shell::{self, Shell},
    status,
};

pub use deps::{ChainDeps, Deps, Quoters, Routers};
pub use rest::export::ExportSettings;

/// Name of the service in metrics and logs.
pub const SERVICE: &str = "serving";

/// Why the service cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum RouterError {
    /// The registry holds metrics of this service already.
    #[error(transparent)]
    Metrics(#[from] prometheus::Error),
    /// A subgraph cannot be served as it is configured.
    #[error("{0}")]
    Subgraph(String),
}

/// All routes of the service, in their shell.
///
/// # Errors
/// See [`RouterError`].
pub fn router(deps: Deps) -> Result<Router, RouterError> {
    let ready = Ready::when_indexed(deps.reader.clone(), deps.chain_ids());
    let shell =
        Shell { service: SERVICE, timeout: deps.timeout, ready, registry: deps.registry.clone() };
    for (_, chain) in deps.chains.iter() {
        book::metrics::register(&deps.registry, &chain.name, &chain.book)?;
    }
    let status = status::routes(deps.reader.clone(), deps.chain_names());
    let deps = Arc::new(deps);
    let by_block = by_block::ByBlock::new(&deps);
    let subgraphs = subgraph::routes(subgraph::open(&deps).map_err(RouterError::Subgraph)?);
    let exports = rest::export::Exports::new(&deps)?;
    let access = Access::new(SERVICE, deps.access.clone(), &deps.registry)?;
    let keys = deps.access.keys.clone();
    // clients send keys of hosted gateways: where anybody may read, they are not looked at
    let subgraphs = match access.is_open(KeyScope::Read) {
        true => subgraphs,
        false => access.guard(KeyScope::Read, subgraphs),
    };
    let routes = shell.wrap(
        Router::new()
            .merge(rest::routes(Arc::clone(&deps), &by_block, &exports, &access))
            .merge(access.guard(KeyScope::Feeds, feeds::routes(&deps, &by_block)?))
            .merge(access.leave(KeyScope::Read, graphql::routes(deps, by_block)))
            .merge(access.guard(KeyScope::Admin, admin::routes(keys)))
            .merge(openapi::routes())
            .merge(subgraphs)
            .merge(status),
    )?;
    Ok(routes)
}

/// What goes on beside the answers.
#[derive(Debug, Default)]
pub struct Background {
    /// Who keep the pools in memory, one for each chain.
    pub keepers: Vec<Keeper>,
    /// Who ask for the price of gas.
    pub gas_prices: Vec<GasPriceWatch>,
    /// Who look up what native currencies cost.
    pub native_prices: Vec<NativePriceWatch>,
}

impl Background {
    /// Begins; ends when the token is cancelled.
    pub fn start(self, shutdown: &Shutdown) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        for keeper in self.keepers {
            tasks.spawn(keeper.run(shutdown.clone()));
        }
        for watch in self.gas_prices {
            tasks.spawn(watch.run(shutdown.clone()));
        }
        for watch in self.native_prices {
            tasks.spawn(watch.run(shutdown.clone()));
        }
        tasks
    }
}

/// Serves until the token is cancelled.
///
/// # Errors
/// When the listener fails, or the registry holds metrics of this service already.
pub async fn run(
    deps: Deps,
    background: Background,
    listener: TcpListener,
    shutdown: Shutdown,
) -> io::Result<()> {
    let router = router(deps).map_err(io::Error::other)?;
    tracing::info!(address = %listener.local_addr()?, "serving listens");
    let tasks = background.start(&shutdown);
    let served = shell::serve(router, listener, shutdown).await;
    tasks.join_all().await;
    served
}
