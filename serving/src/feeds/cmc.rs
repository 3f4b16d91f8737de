//! `/cmc`: the format that CoinMarketCap reads of exchanges. The same rows and numbers as `/coingecko`, in other shapes; a
//! market is named `BASE_QUOTE_POOL`, because pairs may have several pools.

use api_kit::problem::Problem;
use axum::{Router, response::IntoResponse as _};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::mount::{Ground, Source};

mod assets;
mod orderbook;
mod summary;
mod ticker;
mod trades;

/// The feed's routes.
pub(super) fn routes(ground: &Ground) -> Router {
    let tell = |problem: Problem| problem.into_response();
    let all = [(Source::Store, others()), (Source::Rows, listings())];
    ground.feed_of("cmc", all.map(|(source, routes)| (source, routes.into())), tell)
}

/// Its handlers.
pub(super) fn handlers() -> OpenApiRouter {
    listings().merge(others())
}

/// Those that give out what a listing says of its block.
fn listings() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(summary::get))
        .routes(routes!(assets::get))
        .routes(routes!(ticker::get))
}

/// Those that read.
fn others() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(orderbook::get)).routes(routes!(trades::get))
}

/// The market that a path names.
#[derive(Debug, serde::Deserialize)]
struct Market {
    pair: String,
}
