//! `/coingecko`: the format that CoinGecko reads of exchanges. A row is a pool; amounts are decimals as strings, in whole
//! tokens.

use api_kit::problem::Problem;
use axum::{Router, response::IntoResponse as _};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::mount::Ground;

mod orderbook;
mod pairs;
mod tickers;
mod trades;

pub(super) use orderbook::levels;

/// The feed's routes.
pub(super) fn routes(ground: &Ground) -> Router {
    let tell = |problem: Problem| problem.into_response();
    ground.feed_with_listings("coingecko", others().into(), listings().into(), tell)
}

/// Its handlers.
pub(super) fn handlers() -> OpenApiRouter {
    listings().merge(others())
}

/// Those that give out parts of a listing.
fn listings() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(pairs::get)).routes(routes!(tickers::get))
}

/// Those that read.
fn others() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(orderbook::get)).routes(routes!(trades::get))
}
