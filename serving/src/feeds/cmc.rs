//! `/cmc`: the format that CoinMarketCap reads of exchanges. The same rows and numbers as `/coingecko`, in other shapes; a
//! market is named `BASE_QUOTE_POOL`, because pairs may have several pools.

use axum::{Router, response::IntoResponse as _, routing::get};

use super::mount::Ground;

mod assets;
mod orderbook;
mod summary;
mod ticker;
mod trades;

/// The feed's routes.
pub(super) fn routes(ground: &Ground) -> Router {
    let routes = Router::new()
        .route("/summary", get(summary::get))
        .route("/assets", get(assets::get))
        .route("/ticker", get(ticker::get))
        .route("/orderbook/{pair}", get(orderbook::get))
        .route("/trades/{pair}", get(trades::get));
    ground.feed("cmc", routes, |problem| problem.into_response())
}

/// The market that a path names.
#[derive(Debug, serde::Deserialize)]
struct Market {
    pair: String,
}
