//! REST: one file per endpoint. Lists answer `{block, items, next}`, single things `{block, item}`.

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

use crate::{
    by_block::{self, ByBlock},
    deps::Deps,
};

mod accounts;
mod as_of;
mod balances;
mod candles;
mod chains;
mod contract_events;
mod dexes;
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
pub(crate) fn routes(deps: Arc<Deps>, by_block: &ByBlock) -> Router {
    let stored = stored().with_state(Arc::clone(&deps));
    let live = Router::new()
        .route("/v1/quote", get(quote::get))
        .route("/v1/quotes", post(quote::post))
        .route("/v1/quotes/status", get(quote_status::get))
        .route("/v1/tx/{hash}", get(tx::get))
        .route("/v1/simulate", post(simulate::post))
        .route("/v1/accounts/{address}/balances", get(balances::get))
        .merge(prices::routes())
        .with_state(deps);
    by_block::around(by_block, stored).merge(live)
}

/// Those whose answers are of the newest block and of nothing else.
fn stored() -> Router<Arc<Deps>> {
    Router::new()
        .route("/v1/chains", get(chains::get))
        .route("/v1/chains/{chain}/contracts/{name}/events/{event}", get(contract_events::get))
        .route("/v1/chains/{chain}/pools/{id}/candles", get(candles::of_pool))
        .route("/v1/chains/{chain}/tokens/{address}/candles", get(candles::of_token))
        .route("/v1/pools", get(pools::get))
        .route("/v1/pools/{id}", get(pool::get))
        .route("/v1/pools/{id}/hours", get(series::pool_hours))
        .route("/v1/pools/{id}/days", get(series::pool_days))
        .route("/v1/pools/{id}/ticks", get(ticks::all))
        .route("/v1/pools/{id}/tick-days", get(ticks::days))
        .route("/v1/tokens", get(tokens::get))
        .route("/v1/tokens/{address}", get(token::get))
        .route("/v1/tokens/{address}/hours", get(series::token_hours))
        .route("/v1/tokens/{address}/days", get(series::token_days))
        .route("/v1/dexes", get(dexes::all))
        .route("/v1/dexes/{name}", get(dexes::one))
        .route("/v1/dexes/{name}/days", get(series::dex_days))
        .route("/v1/accounts/{address}", get(accounts::one))
        .route("/v1/accounts/{address}/swaps", get(accounts::of_swaps))
        .route("/v1/accounts/{address}/liquidity-events", get(accounts::of_liquidity))
        .route("/v1/accounts/{address}/positions", get(accounts::of_positions))
        .route("/v1/accounts/{address}/liquidity-positions", get(accounts::of_shares))
        .route("/v1/positions", get(positions::all))
        .route("/v1/positions/{manager}/{tokenId}", get(positions::one))
        .route("/v1/liquidity-positions", get(positions::all_shares))
        .route("/v1/swaps", get(swaps::get))
        .route("/v1/liquidity-events", get(liquidity::get))
}
