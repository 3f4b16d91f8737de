//! `GET /udf/symbols?symbol=`: one symbol, and how tickers are read.

use api_kit::problem::Problem;
use axum::response::Response;
use domain::ids::PoolId;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Answer, Told,
    config::{KIND, resolutions},
    scale::pricescale,
};
use crate::feeds::{
    asked::{Asked, shown},
    pairs::{self, Pair},
    view::View,
};
use crate::openapi::shapes::TickerText;

/// Ending of a ticker whose price is told the other way round.
const INVERTED: &str = "_inverted";

/// What charts know of a symbol.
#[derive(Serialize, ToSchema)]
#[schema(as = UdfSymbol)]
struct Symbol {
    name: String,
    ticker: String,
    description: String,
    #[serde(rename = "type")]
    kind: &'static str,
    exchange: String,
    listed_exchange: String,
    timezone: &'static str,
    session: &'static str,
    minmov: u8,
    minmove2: u8,
    pricescale: u64,
    pointvalue: u8,
    format: &'static str,
    has_intraday: bool,
    intraday_multipliers: [&'static str; 6],
    has_seconds: bool,
    has_daily: bool,
    daily_multipliers: [&'static str; 1],
    has_weekly_and_monthly: bool,
    weekly_multipliers: [&'static str; 1],
    monthly_multipliers: [&'static str; 1],
    has_empty_bars: bool,
    supported_resolutions: Vec<&'static str>,
    volume_precision: u8,
    visible_plots_set: &'static str,
    data_status: &'static str,
    currency_code: String,
    original_currency_code: String,
}

/// A ticker as it was asked for.
pub(super) struct Ticker {
    pub(super) pair: Pair,
    /// Whether the other direction was asked for.
    inverted: bool,
}

impl Ticker {
    /// The ticker of a pair in its own direction.
    pub(super) const fn new(pair: Pair) -> Self {
        Self { pair, inverted: false }
    }

    /// The same the other way round.
    pub(super) fn turned(self) -> Self {
        Self { pair: self.pair.turned(), inverted: !self.inverted }
    }

    /// The pool and direction of a text; `None` if it is no ticker.
    pub(super) fn parse(text: &str) -> Option<(PoolId, bool)> {
        let (id, inverted) = match text.strip_suffix(INVERTED) {
            Some(id) => (id, true),
            None => (text, false),
        };
        Some((id.parse().ok()?, inverted))
    }

    /// `None` if feeds show no such pool.
    pub(super) async fn find(view: &View, text: &str) -> Result<Option<Self>, Problem> {
        let Some((id, inverted)) = Self::parse(text) else { return Ok(None) };
        let pair = pairs::of_pool(view, id).await?;
        let ticker = pair.map(Self::new);
        Ok(if inverted { ticker.map(Self::turned) } else { ticker })
    }

    /// Its text.
    pub(super) fn text(&self) -> String {
        format!("{}{}", self.pair.pool.id, if self.inverted { INVERTED } else { "" })
    }

    /// A sentence.
    pub(super) fn description(&self) -> String {
        let Pair { base, quote, pool, .. } = &self.pair;
        format!("{} in {} on {}", base.name, quote.name, pool.dex)
    }
}

/// What is said of a symbol that is none.
pub(super) fn unknown(text: &str) -> String {
    format!("unknown_symbol {}", shown(text))
}

/// One symbol.
///
/// A symbol is a pool; its ticker is the id of the pool.
#[utoipa::path(
    get,
    path = "/symbols",
    operation_id = "udfSymbol",
    tag = "udf",
    params(("symbol" = TickerText, Query)),
    responses(
        (status = 200, description = "The symbol, or an error of the protocol.", body = Answer<Symbol>),
    ),
)]
pub(super) async fn get(view: View, asked: Asked) -> Result<Response, Told> {
    let text = asked.needed("symbol")?;
    let Some(ticker) = Ticker::find(&view, text).await? else {
        return Ok(Answer::<Symbol>::failed(unknown(text)).response());
    };
    let pair = &ticker.pair;
    let quote = pair.quote.symbol.clone();
    let symbol = Symbol {
        name: pair.title(),
        ticker: ticker.text(),
        description: ticker.description(),
        kind: KIND,
        exchange: pair.pool.dex.clone(),
        listed_exchange: pair.pool.dex.clone(),
        timezone: "Etc/UTC",
        session: "24x7",
        minmov: 1,
        minmove2: 0,
        pricescale: pricescale(pair.price()),
        pointvalue: 1,
        format: "price",
        has_intraday: true,
        intraday_multipliers: ["1", "5", "15", "30", "60", "240"],
        has_seconds: false,
        has_daily: true,
        daily_multipliers: ["1"],
        has_weekly_and_monthly: true,
        weekly_multipliers: ["1"],
        monthly_multipliers: ["1"],
        has_empty_bars: false,
        supported_resolutions: resolutions(),
        volume_precision: pair.base.decimals.min(8),
        visible_plots_set: "ohlcv",
        data_status: "streaming",
        currency_code: quote.clone(),
        original_currency_code: quote,
    };
    Ok(Answer::Ok(symbol).response())
}
