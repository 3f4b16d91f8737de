//! `GET /coingecko/historical_trades?ticker_id=&type=&limit=&start_time=&end_time=`: the newest trades of a span of time,
//! ascending; of all pools of a pair unless `pool_id` names one.

use api_kit::problem::Problem;
use axum::response::Response;
use domain::decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use crate::feeds::{
    asked::Asked,
    tickers,
    trades::{self, Kind, Span, Trade},
    view::View,
};
use crate::openapi::shapes::{MarketName, PoolIdText, SecondsOrMillis};

#[derive(Serialize, ToSchema)]
#[schema(as = CoinGeckoTrade)]
struct Item {
    trade_id: u64,
    #[schema(value_type = String)]
    price: Decimal,
    base_volume: String,
    target_volume: String,
    /// Unix milliseconds.
    trade_timestamp: u64,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// Trades by side; a side that was not asked for is left out.
#[derive(Serialize, ToSchema)]
#[schema(as = CoinGeckoTrades)]
pub(super) struct Trades {
    #[serde(skip_serializing_if = "Option::is_none")]
    buy: Option<Vec<Item>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sell: Option<Vec<Item>>,
}

impl From<&Trade> for Item {
    fn from(trade: &Trade) -> Self {
        Self {
            trade_id: trade.id,
            price: trade.price,
            base_volume: trade.base.clone(),
            target_volume: trade.quote.clone(),
            trade_timestamp: trade.time.saturating_mul(1_000),
            kind: trade.kind.name(),
        }
    }
}

/// The newest trades of a pair in a span of time, ascending.
///
/// Of all pools of the pair unless `pool_id` names one.
#[utoipa::path(
    get,
    path = "/historical_trades",
    operation_id = "coingeckoTrades",
    tag = "coingecko",
    params(
        ("ticker_id" = MarketName, Query),
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
            description = "Trades by side; one that was not asked for is left out.",
            body = Trades,
            headers(("Sooho-Whole-From" = Option<u64>, description = "Where not all could be looked through: the trades are all there are after this time, in Unix milliseconds. Go on with it as `end_time`.")),
        ),
    ),
)]
pub(super) async fn get(view: View, asked: Asked) -> Result<Response, Problem> {
    let span = Span::parse(&asked)?;
    let pairs = tickers::find(&view, &asked, asked.needed("ticker_id")?).await?;
    let found = trades::of_pairs(&view.snapshot, &pairs, span).await?;
    let side = |kind: Kind| {
        let wanted = span.kind.is_none_or(|only| only == kind);
        let of = || found.all.iter().filter(|trade| trade.kind == kind).map(Item::from).collect();
        wanted.then(of)
    };
    let sides = Trades { buy: side(Kind::Buy), sell: side(Kind::Sell) };
    Ok(found.response(sides))
}
