//! `GET /coingecko/pairs`: all pairs, oldest pool first.

use api_kit::problem::Problem;
use axum::response::Response;
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
#[schema(as = CoinGeckoPair)]
pub(super) struct Item {
    ticker_id: String,
    base: String,
    target: String,
    pool_id: String,
}

impl From<&Row> for Item {
    fn from(row: &Row) -> Self {
        Self {
            ticker_id: tickers::name(&row.pair),
            base: address(row.pair.base.address),
            target: address(row.pair.quote.address),
            pool_id: row.pair.pool.id.to_string(),
        }
    }
}

/// All pairs, oldest pool first.
#[utoipa::path(
    get,
    path = "/pairs",
    operation_id = "coingeckoPairs",
    tag = "coingecko",
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
    responses((status = 200, description = "The pairs.", body = Vec<Item>))
)]
pub(super) async fn get(written: Written<Rows>, asked: Asked) -> Result<Response, Problem> {
    written.lines(|rows| &rows.pairs, lines).await?.page(&asked)
}

fn lines(rows: &Rows) -> Result<Lines, serde_json::Error> {
    Lines::list(rows.rows.iter().map(Item::from))
}
