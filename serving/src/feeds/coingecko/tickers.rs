//! `GET /coingecko/tickers`: prices, and what moved in the last 24 hours.

use api_kit::problem::Problem;
use axum::response::Response;
use domain::decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    feeds::{
        asked::Asked,
        listing::{Lines, Listing, Row, Written},
        tickers,
    },
    view::address,
};

#[derive(Serialize, ToSchema)]
#[schema(as = CoinGeckoTicker)]
pub(super) struct Ticker {
    ticker_id: String,
    base_currency: String,
    target_currency: String,
    pool_id: String,
    #[schema(value_type = String)]
    last_price: Decimal,
    base_volume: String,
    target_volume: String,
    #[schema(value_type = String)]
    liquidity_in_usd: Decimal,
    #[schema(value_type = Option<String>)]
    bid: Option<Decimal>,
    #[schema(value_type = Option<String>)]
    ask: Option<Decimal>,
    #[schema(value_type = String)]
    high: Decimal,
    #[schema(value_type = String)]
    low: Decimal,
}

impl From<(&Row, &Decimal)> for Ticker {
    fn from((Row { pair, day }, liquidity_usd): (&Row, &Decimal)) -> Self {
        let [bid, ask] = day.marginal.map_or([None, None], |prices| prices.map(Some));
        Self {
            ticker_id: tickers::name(pair),
            base_currency: address(pair.base.address),
            target_currency: address(pair.quote.address),
            pool_id: pair.pool.id.to_string(),
            last_price: day.last,
            base_volume: pair.whole_base(day.base_volume),
            target_volume: pair.whole_quote(day.quote_volume),
            liquidity_in_usd: *liquidity_usd,
            bid,
            ask,
            high: day.high,
            low: day.low,
        }
    }
}

/// Prices of all pairs, and what moved in the last 24 hours.
#[utoipa::path(
    get,
    path = "/tickers",
    operation_id = "coingeckoTickers",
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
    responses(
        (status = 200, description = "A row for each pool; amounts in whole tokens.", body = Vec<Ticker>),
    ),
)]
pub(super) async fn get(written: Written<Listing>, asked: Asked) -> Result<Response, Problem> {
    written.lines(|listing| &listing.tickers, lines).await?.page(&asked)
}

fn lines(listing: &Listing) -> Result<Lines, serde_json::Error> {
    Lines::list(listing.rows.rows.iter().zip(&listing.liquidity_usd).map(Ticker::from))
}
