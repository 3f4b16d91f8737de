//! `GET /udf/quotes?symbols=A,B`: last prices and what the last 24 hours did.

use api_kit::problem::Problem;
use axum::response::Response;
use domain::decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Answer, Told,
    symbol::{Ticker, unknown},
};
use crate::feeds::{
    asked::{Asked, shown},
    day::{self, Day},
    number::Number,
    pairs,
    view::View,
};

/// Most symbols of one request.
const MOST: usize = 50;

#[derive(Serialize, ToSchema)]
#[schema(as = UdfQuotes)]
struct Quotes {
    #[schema(pattern = "^ok$")]
    s: &'static str,
    d: Vec<Quote>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = UdfQuote)]
struct Quote {
    #[schema(pattern = "^(ok|error)$")]
    s: &'static str,
    n: String,
    v: Values,
}

#[derive(Default, Serialize, ToSchema)]
#[schema(as = UdfQuoteValues)]
struct Values {
    #[serde(skip_serializing_if = "Option::is_none")]
    ch: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chp: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exchange: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lp: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ask: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bid: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spread: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    open_price: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high_price: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    low_price: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prev_close_price: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Last prices of symbols, and what the last 24 hours did.
#[utoipa::path(
    get,
    path = "/quotes",
    operation_id = "udfQuotes",
    tag = "udf",
    params(
        (
            "symbols" = String,
            Query,
            description = "Tickers, separated by commas; 50 at most.",
            min_length = 1,
            example = "0x4902015f710a818233bcc91f04271876152a925c",
        ),
    ),
    responses(
        (status = 200, description = "A row for each symbol, or an error of the protocol.", body = Answer<Quotes>),
    ),
)]
pub(super) async fn get(view: View, asked: Asked) -> Result<Response, Told> {
    let texts: Vec<&str> = asked.needed("symbols")?.split(',').map(str::trim).collect();
    if texts.len() > MOST {
        return Ok(Answer::<Quotes>::failed(format!("symbols: give at most {MOST}")).response());
    }
    let ids: Vec<_> =
        texts.iter().filter_map(|text| Ticker::parse(text)).map(|(id, _)| id).collect();
    let pools = view.snapshot.pools_by_ids(&ids).await.map_err(Problem::from)?;
    let pairs = pairs::of_pools(&view.snapshot, view.settings()?, pools).await?;
    let days = day::of_pairs(&view.snapshot, &pairs).await?;
    let quote = |text: &&str| {
        let found = Ticker::parse(text).and_then(|(id, inverted)| {
            let pair = pairs.iter().find(|pair| pair.pool.id == id)?.clone();
            let ticker = Ticker::new(pair);
            let ticker = if inverted { ticker.turned() } else { ticker };
            let day = Day::new(&ticker.pair, days.get(&id))?;
            Some(values(&ticker, &day))
        });
        let (s, v) = match found {
            Some(values) => ("ok", values),
            None => ("error", Values { error: Some(unknown(text)), ..Values::default() }),
        };
        Quote { s, n: shown(text), v }
    };
    let d = texts.iter().map(quote).collect();
    Ok(Answer::Ok(Quotes { s: "ok", d }).response())
}

fn values(ticker: &Ticker, day: &Day) -> Values {
    let number = |value: Decimal| Some(Number::new(value));
    let change = day.last - day.open;
    let [bid, ask] = day.marginal.map_or([None, None], |[bid, ask]| [Some(bid), Some(ask)]);
    Values {
        ch: number(change),
        chp: number(day.change_percent()),
        short_name: Some(ticker.pair.title()),
        exchange: Some(ticker.pair.pool.dex.clone()),
        description: Some(ticker.description()),
        original_name: Some(ticker.text()),
        lp: number(day.last),
        ask: ask.map(Number::new),
        bid: bid.map(Number::new),
        spread: ask.zip(bid).map(|(ask, bid)| Number::new(ask - bid)),
        open_price: number(day.open),
        high_price: number(day.high),
        low_price: number(day.low),
        prev_close_price: number(day.open),
        volume: Some(Number::new(ticker.pair.whole_base(day.base_volume))),
        error: None,
    }
}
