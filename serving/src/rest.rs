//! REST: one file per endpoint. Lists answer `{block, items, next}`, single things `{block, item}`.

use std::sync::Arc;

use api_kit::access::{Access, KeyScope};
use axum::{
    Extension, Router,
    http::{HeaderValue, header},
    middleware,
    response::Response,
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    by_block::{self, ByBlock},
    deps::Deps,
    openapi::{
        caching, exports, keys,
        problems::{self, READS, Told},
    },
    rest::export::Exports,
};

mod accounts;
mod as_of;
mod balances;
mod candles;
mod chains;
mod contract_events;
mod dexes;
pub(crate) mod export;
mod liquidity;
mod pool;
mod pools;
mod positions;
mod prices;
mod quote;
mod quote_status;
mod rows;
mod series;
mod simulate;
mod swaps;
mod ticks;
mod token;
mod tokens;
mod tx;

/// The routes below `/v1`.
pub(crate) fn routes(
    deps: Arc<Deps>,
    by_block: &ByBlock,
    exports: &Exports,
    access: &Access,
) -> Router {
    let (stored, _) = stored().with_state(Arc::clone(&deps)).split_for_parts();
    let (live, _) = live().with_state(Arc::clone(&deps)).split_for_parts();
    let (simulated, _) = simulated().with_state(deps).split_for_parts();
    let [live, simulated] = [live, simulated].map(|routes| {
        let routes = routes.route_layer(middleware::map_response(of_a_moment));
        routes.layer(Extension(by_block.clone()))
    });
    let read = export::around(exports, by_block::around(by_block, stored)).merge(live);
    access.guard(KeyScope::Read, read).merge(access.guard(KeyScope::Simulate, simulated))
}

/// What speaks of more than a block is another answer in a moment.
async fn of_a_moment(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// What they say of themselves.
pub(crate) fn document() -> OpenApi {
    let mut document = stored().into_openapi();
    caching::by_block(&mut document);
    exports::lists(&mut document);
    document.merge(live().into_openapi());
    keys::needed(&mut document, KeyScope::Read);
    let mut trials = simulated().into_openapi();
    keys::needed(&mut trials, KeyScope::Simulate);
    document.merge(trials);
    problems::add(&mut document, READS, Told::Problem);
    problems::add_to_bodies(&mut document);
    document
}

/// Those whose answers speak of more than the block.
fn live() -> OpenApiRouter<Arc<Deps>> {
    OpenApiRouter::new()
        .routes(routes!(quote::get))
        .routes(routes!(quote::post))
        .routes(routes!(quote_status::get))
        .routes(routes!(tx::get))
        .routes(routes!(balances::get))
        .merge(prices::routes())
}

/// Those that make a node compute what the client likes.
fn simulated() -> OpenApiRouter<Arc<Deps>> {
    OpenApiRouter::new().routes(routes!(simulate::post))
}

/// Those whose answers are of the newest block and of nothing else.
fn stored() -> OpenApiRouter<Arc<Deps>> {
    OpenApiRouter::new()
        .routes(routes!(chains::get))
        .routes(routes!(contract_events::get))
        .routes(routes!(candles::of_pool))
        .routes(routes!(candles::of_token))
        .routes(routes!(pools::get))
        .routes(routes!(pool::get))
        .routes(routes!(series::pool_hours))
        .routes(routes!(series::pool_days))
        .routes(routes!(ticks::all))
        .routes(routes!(ticks::days))
        .routes(routes!(tokens::get))
        .routes(routes!(token::get))
        .routes(routes!(series::token_hours))
        .routes(routes!(series::token_days))
        .routes(routes!(dexes::all))
        .routes(routes!(dexes::one))
        .routes(routes!(series::dex_days))
        .routes(routes!(accounts::one))
        .routes(routes!(accounts::of_swaps))
        .routes(routes!(accounts::of_liquidity))
        .routes(routes!(accounts::of_positions))
        .routes(routes!(accounts::of_shares))
        .routes(routes!(positions::all))
        .routes(routes!(positions::one))
        .routes(routes!(positions::all_shares))
        .routes(routes!(swaps::get))
        .routes(routes!(liquidity::get))
}
