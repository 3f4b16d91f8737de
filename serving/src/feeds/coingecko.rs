//! `/coingecko`: the format that CoinGecko reads of exchanges. A row is a pool; amounts are decimals as strings, in whole
//! tokens.

use axum::{Router, response::IntoResponse as _, routing::get};

use super::mount::Ground;

mod orderbook;
mod pairs;
mod tickers;
mod trades;

pub(super) use orderbook::levels;

/// The feed's routes.
pub(super) fn routes(ground: &Ground) -> Router {
    let routes = Router::new()
        .route("/pairs", get(pairs::get))
        .route("/tickers", get(tickers::get))
        .route("/orderbook", get(orderbook::get))
        .route("/historical_trades", get(trades::get));
    ground.feed("coingecko", routes, |problem| problem.into_response())
}
