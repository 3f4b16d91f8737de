//! Feeds in the shapes that charts, listing sites and data aggregators read: each a read-only view of indexed data at one
//! block.
//!
//! Every feed is mounted at `/NAME`, for a service of one chain, and at `/NAME/CHAIN` by the chain's id or name. Around its
//! routes stands `mount`: which chain and block a request means, what is told to caches, what is kept in memory.

use std::sync::Arc;

use api_kit::access::KeyScope;
use axum::Router;
use utoipa::openapi::OpenApi;

use crate::{
    by_block::ByBlock,
    deps::Deps,
    openapi::{feeds::mounted, keys, problems::Told},
};

mod apart;
mod asked;
mod bars;
mod blocks;
mod cmc;
mod coingecko;
pub(crate) mod day;
mod depth;
mod dexscreener;
mod dextools;
mod listing;
mod mount;
mod number;
pub(crate) mod pairs;
mod settings;
#[doc(hidden)]
pub mod testing;
mod tickers;
mod trades;
mod udf;
mod view;

pub(crate) use dextools::DexToolsFault;
pub use settings::{
    BarOpen, CACHE_BYTES, Confirmations, ConfirmationsError, FeedSettings, HISTORY_CAP, MOST_POOLS,
    TimeUnit,
};
pub(crate) use udf::{Failed as UdfFailed, resolutions};

/// The feeds' routes.
///
/// # Errors
/// When the registry has their metrics already.
pub(crate) fn routes(deps: &Arc<Deps>, by_block: &ByBlock) -> Result<Router, prometheus::Error> {
    let ground = mount::Ground::new(deps, by_block);
    let blocks = blocks::Blocks::new(deps)?;
    Ok(Router::new()
        .merge(udf::routes(&ground))
        .merge(coingecko::routes(&ground))
        .merge(cmc::routes(&ground))
        .merge(dexscreener::routes(&ground, &blocks))
        .merge(dextools::routes(&ground, &blocks)))
}

/// What they say of themselves.
pub(crate) fn document() -> OpenApi {
    let mut document = mounted("udf", udf::handlers().into_openapi(), Told::Udf);
    for (name, handlers, told) in [
        ("coingecko", coingecko::handlers().into_openapi(), Told::Problem),
        ("cmc", cmc::handlers().into_openapi(), Told::Problem),
        ("dexscreener", dexscreener::handlers().into_openapi(), Told::Problem),
        ("dextools", dextools::handlers().into_openapi(), Told::DexTools),
    ] {
        document.merge(mounted(name, handlers, told));
    }
    keys::needed(&mut document, KeyScope::Feeds);
    document
}
