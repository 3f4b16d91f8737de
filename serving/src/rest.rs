//! REST: one file per endpoint. Lists answer `{block, items, next}`, single things `{block, item}`.

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

use crate::deps::Deps;

mod candles;
mod chains;
mod contract_events;
mod liquidity;
mod pool;
mod pools;
mod prices;
mod quote;
mod quote_status;
mod swaps;
mod token;
mod tokens;

/// The routes below `/v1`.
pub(crate) fn routes(deps: Arc<Deps>) -> Router {
    Router::new()
        .route("/v1/chains", get(chains::get))
        .route("/v1/chains/{chain}/contracts/{name}/events/{event}", get(contract_events::get))
        .route("/v1/chains/{chain}/pools/{id}/candles", get(candles::of_pool))
        .route("/v1/chains/{chain}/tokens/{address}/candles", get(candles::of_token))
        .route("/v1/pools", get(pools::get))
        .route("/v1/pools/{id}", get(pool::get))
        .route("/v1/tokens", get(tokens::get))
        .route("/v1/tokens/{address}", get(token::get))
        .route("/v1/swaps", get(swaps::get))
        .route("/v1/liquidity-events", get(liquidity::get))
        .route("/v1/quote", get(quote::get))
        .route("/v1/quotes", post(quote::post))
        .route("/v1/quotes/status", get(quote_status::get))
        .merge(prices::routes())
        .with_state(deps)
}
