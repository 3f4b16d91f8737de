//! `GET /cmc/trades/{pair}`: the newest trades, ascending; `type`, `limit`, `start_time` and `end_time` as at `/coingecko`.

use api_kit::{extract::Path, problem::Problem};
use axum::response::Response;
use domain::decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::Market;
use crate::feeds::{
    asked::Asked,
    tickers,
    trades::{self, Span, Trade},
    view::View,
};
use crate::openapi::shapes::{MarketName, PoolIdText, SecondsOrMillis};

#[derive(Serialize, ToSchema)]
#[schema(as = CmcTrade)]
pub(super) struct Item {
    trade_id: u64,
    #[schema(value_type = String)]
    price: Decimal,
    base_volume: String,
    quote_volume: String,
    /// Unix milliseconds.
    timestamp: u64,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl From<&Trade> for Item {
    fn from(trade: &Trade) -> Self {
        Self {
            trade_id: trade.id,
            price: trade.price,
            base_volume: trade.base.clone(),
            quote_volume: trade.quote.clone(),
            timestamp: trade.time.saturating_mul(1_000),
            kind: trade.kind.name(),
        }
    }
}

/// The newest trades of a market in a span of time, ascending.
#[utoipa::path(
    get,
    path = "/trades/{pair}",
    operation_id = "cmcTrades",
    tag = "cmc",
    params(
        ("pair" = MarketName, Path),
        ("pool_id" = Option<PoolIdText>, Query, description = "One pool of several of a pair."),
        ("type" = Option<String>, Query, description = "`buy` or `sell`; both unless said.", pattern = "^(buy|sell)$"),
        (
            "limit" = Option<u32>,
            Query,
            description = "Trades of the answer: 100 unless said, 1,000 at most, and with 0.",
            minimum = 0,
        ),
        (
            "start_time" = Option<SecondsOrMillis>,
            Query,
            description = "At or after this time, in Unix seconds or milliseconds.",
        ),
        ("end_time" = Option<SecondsOrMillis>, Query, description = "At or before this time, likewise."),
    ),
    responses(
        (
            status = 200,
            description = "The trades; amounts in whole tokens.",
            body = Vec<Item>,
            headers(("Sooho-Whole-From" = Option<u64>, description = "Where not all could be looked through: the trades are all there are after this time, in Unix milliseconds. Go on with it as `end_time`.")),
        ),
    ),
)]
pub(super) async fn get(
    view: View,
    Path(market): Path<Market>,
    asked: Asked,
) -> Result<Response, Problem> {
    let span = Span::parse(&asked)?;
    let pairs = tickers::find(&view, &asked, &market.pair).await?;
    let found = trades::of_pairs(&view.snapshot, &pairs, span).await?;
    let items: Vec<Item> = found.all.iter().map(Item::from).collect();
    Ok(found.response(items))
}
