//! `GET /cmc/orderbook/{pair}?depth=`: an order book made of the pool's curve.

use api_kit::{extract::Path, problem::Problem};
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::Market;
use crate::feeds::{asked::Asked, coingecko::levels, tickers, view::View};
use crate::openapi::shapes::{MarketName, PoolIdText};

#[derive(Serialize, ToSchema)]
#[schema(as = CmcOrderbook)]
pub(super) struct Orderbook {
    /// Unix milliseconds.
    timestamp: u64,
    bids: Vec<[String; 2]>,
    asks: Vec<[String; 2]>,
}

/// An order book made of the pool's curve.
#[utoipa::path(
    get,
    path = "/orderbook/{pair}",
    operation_id = "cmcOrderbook",
    tag = "cmc",
    params(
        ("pair" = MarketName, Path),
        ("pool_id" = Option<PoolIdText>, Query, description = "One pool of several of a pair."),
        (
            "depth" = Option<u32>,
            Query,
            description = "Levels of both sides together: 100 unless said, 400 at most, and with 0.",
            minimum = 0,
        ),
    ),
    responses(
        (status = 200, description = "Price and amount of each level, in whole tokens.", body = Orderbook),
    ),
)]
pub(super) async fn get(
    view: View,
    Path(market): Path<Market>,
    asked: Asked,
) -> Result<Json<Orderbook>, Problem> {
    let pairs = tickers::find(&view, &asked, &market.pair).await?;
    let (_, depth) = tickers::depth(&view, &asked, pairs).await?;
    Ok(Json(Orderbook {
        timestamp: view.block().timestamp.saturating_mul(1_000),
        bids: levels(depth.bids),
        asks: levels(depth.asks),
    }))
}
