//! `GET /cmc/orderbook/{pair}?depth=`: an order book made of the pool's curve.

use api_kit::{extract::Path, problem::Problem};
use axum::Json;
use serde::Serialize;

use super::Market;
use crate::feeds::{asked::Asked, coingecko::levels, tickers, view::View};

#[derive(Serialize)]
pub(super) struct Orderbook {
    /// Unix milliseconds.
    timestamp: u64,
    bids: Vec<[String; 2]>,
    asks: Vec<[String; 2]>,
}

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
