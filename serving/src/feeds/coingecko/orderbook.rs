//! `GET /coingecko/orderbook?ticker_id=&depth=`: an order book made of the pool's curve.

use api_kit::problem::Problem;
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::feeds::{asked::Asked, depth::Level, tickers, view::View};
use crate::openapi::shapes::{MarketName, PoolIdText};

#[derive(Serialize, ToSchema)]
#[schema(as = CoinGeckoOrderbook)]
pub(super) struct Orderbook {
    ticker_id: String,
    pool_id: String,
    /// Unix milliseconds.
    timestamp: u64,
    bids: Vec<[String; 2]>,
    asks: Vec<[String; 2]>,
}

/// Levels in the format's shape.
pub(in crate::feeds) fn levels(levels: Vec<Level>) -> Vec<[String; 2]> {
    levels.into_iter().map(|(price, amount)| [price.to_string(), amount]).collect()
}

/// An order book made of the pool's curve.
#[utoipa::path(
    get,
    path = "/orderbook",
    operation_id = "coingeckoOrderbook",
    tag = "coingecko",
    params(
        ("ticker_id" = MarketName, Query),
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
pub(super) async fn get(view: View, asked: Asked) -> Result<Json<Orderbook>, Problem> {
    let pairs = tickers::find(&view, &asked, asked.needed("ticker_id")?).await?;
    let (pair, depth) = tickers::depth(&view, &asked, pairs).await?;
    Ok(Json(Orderbook {
        ticker_id: tickers::name(&pair),
        pool_id: pair.pool.id.to_string(),
        timestamp: view.block().timestamp.saturating_mul(1_000),
        bids: levels(depth.bids),
        asks: levels(depth.asks),
    }))
}
