//! `GET /cmc/trades/{pair}`: the newest trades, ascending; `type`, `limit`, `start_time` and `end_time` as at `/coingecko`.

use api_kit::{extract::Path, problem::Problem};
use axum::Json;
use domain::decimal::Decimal;
use serde::Serialize;

use super::Market;
use crate::feeds::{
    asked::Asked,
    tickers,
    trades::{self, Span, Trade},
    view::View,
};

#[derive(Serialize)]
pub(super) struct Item {
    trade_id: u64,
    price: Decimal,
    base_volume: String,
    quote_volume: String,
    /// Unix milliseconds.
    timestamp: u64,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl From<Trade> for Item {
    fn from(trade: Trade) -> Self {
        Self {
            trade_id: trade.id,
            price: trade.price,
            base_volume: trade.base,
            quote_volume: trade.quote,
            timestamp: trade.time.saturating_mul(1_000),
            kind: trade.kind.name(),
        }
    }
}

pub(super) async fn get(
    view: View,
    Path(market): Path<Market>,
    asked: Asked,
) -> Result<Json<Vec<Item>>, Problem> {
    let span = Span::parse(&asked)?;
    let pairs = tickers::find(&view, &asked, &market.pair).await?;
    let found = trades::of_pairs(&view.snapshot, &pairs, span).await?;
    Ok(Json(found.into_iter().map(Item::from).collect()))
}
