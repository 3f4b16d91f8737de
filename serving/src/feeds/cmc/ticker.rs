//! `GET /cmc/ticker`: all markets by name.

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
#[schema(as = CmcTicker)]
pub(super) struct Item {
    base_id: String,
    quote_id: String,
    #[schema(value_type = String)]
    last_price: Decimal,
    base_volume: String,
    quote_volume: String,
    #[serde(rename = "isFrozen")]
    is_frozen: &'static str,
}

impl From<&Row> for Item {
    fn from(row: &Row) -> Self {
        let Row { pair, day } = row;
        Self {
            base_id: address(pair.base.address),
            quote_id: address(pair.quote.address),
            last_price: day.last,
            base_volume: pair.whole_base(day.base_volume),
            quote_volume: pair.whole_quote(day.quote_volume),
            // nobody can stop a pool
            is_frozen: "0",
        }
    }
}

/// All markets by name, with their prices and volumes.
#[utoipa::path(
    get,
    path = "/ticker",
    operation_id = "cmcTicker",
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
        (status = 200, description = "The markets; amounts in whole tokens.", body = BTreeMap<String, Item>),
    ),
)]
pub(super) async fn get(written: Written<Rows>, asked: Asked) -> Result<Response, Problem> {
    written.lines(|rows| &rows.markets, lines).await?.page(&asked)
}

fn lines(rows: &Rows) -> Result<Lines, serde_json::Error> {
    Lines::map(rows.rows.iter().map(|row| (tickers::unique(&row.pair), Item::from(row))))
}
