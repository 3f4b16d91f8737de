//! `GET /cmc/summary`: all markets, and what they did in the last 24 hours.

use api_kit::problem::Problem;
use axum::response::Response;
use domain::decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    feeds::{
        asked::Asked,
        listing::{Lines, Row, Rows, Written},
        tickers,
    },
    view::address,
};

#[derive(Serialize, ToSchema)]
#[schema(as = CmcSummary)]
pub(super) struct Item {
    trading_pairs: String,
    base_currency: String,
    quote_currency: String,
    #[schema(value_type = String)]
    last_price: Decimal,
    #[schema(value_type = Option<String>)]
    lowest_ask: Option<Decimal>,
    #[schema(value_type = Option<String>)]
    highest_bid: Option<Decimal>,
    base_volume: String,
    quote_volume: String,
    #[schema(value_type = String)]
    price_change_percent_24h: Decimal,
    #[schema(value_type = String)]
    highest_price_24h: Decimal,
    #[schema(value_type = String)]
    lowest_price_24h: Decimal,
}

impl From<&Row> for Item {
    fn from(row: &Row) -> Self {
        let Row { pair, day } = row;
        let [bid, ask] = day.marginal.map_or([None, None], |prices| prices.map(Some));
        Self {
            trading_pairs: tickers::unique(pair),
            base_currency: address(pair.base.address),
            quote_currency: address(pair.quote.address),
            last_price: day.last,
            lowest_ask: ask,
            highest_bid: bid,
            base_volume: pair.whole_base(day.base_volume),
            quote_volume: pair.whole_quote(day.quote_volume),
            price_change_percent_24h: day.change_percent(),
            highest_price_24h: day.high,
            lowest_price_24h: day.low,
        }
    }
}

/// All markets, and what they did in the last 24 hours.
#[utoipa::path(
    get,
    path = "/summary",
    operation_id = "cmcSummary",
    tag = "cmc",
    params(
        ("skip" = Option<u32>, Query, description = "Rows to leave out at the beginning.", minimum = 0),
        (
            "limit" = Option<u32>,
            Query,
            description = "Rows of the answer, 500 at most; all unless said, or with 0.",
            minimum = 0,
            maximum = 500,
        ),
    ),
    responses(
        (status = 200, description = "A row for each pool; amounts in whole tokens.", body = Vec<Item>),
    ),
)]
pub(super) async fn get(written: Written<Rows>, asked: Asked) -> Result<Response, Problem> {
    written.lines(|rows| &rows.summary, lines).await?.page(&asked)
}

fn lines(rows: &Rows) -> Result<Lines, serde_json::Error> {
    Lines::list(rows.rows.iter().map(Item::from))
}
