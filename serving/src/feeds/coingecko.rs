//! `/coingecko`: the format that CoinGecko reads of exchanges. A row is a pool; amounts are decimals as strings, in whole
//! tokens.

use api_kit::problem::Problem;
use axum::{Router, response::IntoResponse as _};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::mount::{Ground, Source};

mod orderbook;
mod pairs;
mod tickers;
mod trades;

pub(super) use orderbook::levels;

/// The feed's routes.
pub(super) fn routes(ground: &Ground) -> Router {
    let tell = |problem: Problem| problem.into_response();
    let all = [
        (Source::Store, others()),
        (Source::Rows, of_the_block()),
        (Source::Listing, of_the_moment()),
    ];
    ground.feed_of("coingecko", all.map(|(source, routes)| (source, routes.into())), tell)
}

/// Its handlers.
pub(super) fn handlers() -> OpenApiRouter {
    of_the_block().merge(of_the_moment()).merge(others())
}

/// Those that give out what a listing says of its block.
fn of_the_block() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(pairs::get))
}

/// Those that give out what it says beside.
fn of_the_moment() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(tickers::get))
}

/// Those that read.
fn others() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(orderbook::get)).routes(routes!(trades::get))
}
