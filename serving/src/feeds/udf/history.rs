//! `GET /udf/history`: bars of a symbol, ascending, as columns.
//!
//! Bars that begin from `from` to before `to`; with `countback` so many of the newest before `to`, however far back they
//! lie. Where there is no bar, a client is told where the next older one is, so that it asks once and not gap by gap.

use api_kit::problem::Problem;
use axum::response::Response;
use domain::{candle::Candle, decimal::Decimal};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Answer, Told,
    symbol::{Ticker, unknown},
};
use crate::feeds::{
    BarOpen,
    asked::{Asked, shown},
    bars::{Length, Series, filled, opened},
    number::{List, Numbers, Recent},
    pairs::Pair,
    view::View,
};
use crate::openapi::shapes::{TickerText, UdfResolution, UnixSeconds};

mod window;

use window::Window;

/// Bars as columns.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UdfBars)]
struct Columns {
    #[schema(pattern = "^ok$")]
    s: &'static str,
    t: Vec<u64>,
    o: Numbers,
    h: Numbers,
    l: Numbers,
    c: Numbers,
    v: Numbers,
}

/// Bars, or where there are some.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = UdfHistory)]
enum History {
    Bars(Columns),
    Nothing(NoData),
}

/// No bars, and where there are older ones.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UdfNoData)]
struct NoData {
    #[schema(pattern = "^no_data$")]
    s: &'static str,
    #[serde(rename = "nextTime", skip_serializing_if = "Option::is_none")]
    next_time: Option<u64>,
}

/// Bars of a symbol, ascending, as columns.
///
/// Those that begin from `from` to before `to`; with `countback` so many of the newest before `to`, however far back
/// they lie.
#[utoipa::path(
    get,
    path = "/history",
    operation_id = "udfHistory",
    tag = "udf",
    params(
        ("symbol" = TickerText, Query),
        ("resolution" = UdfResolution, Query),
        (
            "from" = Option<UnixSeconds>,
            Query,
            description = "Bars begin at or after this Unix time in seconds; does not count with `countback`.",
        ),
        (
            "to" = Option<UnixSeconds>,
            Query,
            description = "Bars begin before this Unix time in seconds; now unless said.",
        ),
        ("countback" = Option<u32>, Query, description = "So many of the newest bars before `to`.", minimum = 0),
        (
            "fill" = Option<String>,
            Query,
            description = "Whether periods without a trade have a bar: 0 or 1.",
            pattern = "^(0|1|true|false)$",
        ),
        (
            "currencyCode" = Option<String>,
            Query,
            description = "Symbol or address of the quote token, in which prices are told; another one is an error.",
            max_length = 80,
        ),
        (
            "unitId" = Option<String>,
            Query,
            description = "Symbol or address of the base token, likewise for volumes.",
            max_length = 80,
        ),
    ),
    responses(
        (
            status = 200,
            description = "Bars, or where the next older one begins, or an error of the protocol.",
            body = Answer<History>,
        ),
    ),
)]
pub(super) async fn get(view: View, asked: Asked) -> Result<Response, Told> {
    let text = asked.needed("symbol")?;
    let settings = view.settings()?;
    let name = asked.needed("resolution")?;
    let Some(length) = Length::parse(name) else {
        let text = format!("resolution `{}` is none of those of /config", shown(name));
        return Ok(Answer::<History>::failed(text).response());
    };
    let block = view.block();
    let window = match Window::parse(&asked, settings.history_cap, block.timestamp)? {
        Ok(window) => window,
        Err(text) => return Ok(Answer::<History>::failed(text).response()),
    };
    let Some(ticker) = Ticker::find(&view, text).await? else {
        return Ok(Answer::<History>::failed(unknown(text)).response());
    };
    if let Err(text) = units(&asked, &ticker.pair) {
        return Ok(Answer::<History>::failed(text).response());
    }
    let (snapshot, hot) = (&view.snapshot, view.chain()?.book.hot());
    let series = Series { snapshot, hot, pool: ticker.pair.pool.id, length };
    let continuous = settings.open == BarOpen::PreviousClose;
    match read(&series, &window, continuous).await? {
        Found::Bars(bars) => Ok(Answer::Ok(History::Bars(columns(&bars, &ticker.pair))).response()),
        Found::Nothing { older } => {
            let next_time = older.map(|time| settings.next_time.of(time));
            Ok(Answer::Ok(History::Nothing(NoData { s: "no_data", next_time })).response())
        }
    }
}

enum Found {
    Bars(Vec<Candle>),
    /// And when the next older bar begins, if there is one.
    Nothing {
        older: Option<u64>,
    },
}

async fn read(series: &Series<'_>, window: &Window, continuous: bool) -> Result<Found, Problem> {
    let (from, to) = window.span(series.length);
    // one more than is given: the bar before the first
    let mut bars = series.newest((from, to), window.limit.saturating_add(1)).await?;
    let surplus = bars.len().saturating_sub(usize::try_from(window.limit).unwrap_or(usize::MAX));
    let mut before = bars.drain(..surplus).next_back();
    let needs_before = continuous || window.fill || bars.is_empty();
    if before.is_none() && from > 0 && needs_before {
        before = series.newest((0, from), 1).await?.pop();
    }
    if bars.is_empty() && (!window.fill || before.is_none()) {
        return Ok(Found::Nothing { older: before.map(|bar| bar.start) });
    }
    if continuous {
        bars = opened(bars, before.as_ref());
    }
    if window.fill {
        bars = filled(bars, before.as_ref(), series.length, (from, to));
        let surplus =
            bars.len().saturating_sub(usize::try_from(window.limit).unwrap_or(usize::MAX));
        bars.drain(..surplus);
    }
    if bars.is_empty() {
        return Ok(Found::Nothing { older: before.map(|bar| bar.start) });
    }
    Ok(Found::Bars(bars))
}

fn columns(bars: &[Candle], pair: &Pair) -> Columns {
    let volume = |bar: &Candle| {
        let [base, _] = pair.sides([bar.volume0, bar.volume1]);
        pair.whole_base(base)
    };
    let [o, h, l, c] = prices(bars, pair.inverted);
    let t = bars.iter().map(|bar| bar.start).collect();
    Columns { s: "ok", t, o, h, l, c, v: Numbers::new(bars.iter().map(volume)) }
}

/// What bars open, rise to, fall to and close at; told the other way round, the highest is that of the lowest.
fn prices(bars: &[Candle], inverted: bool) -> [Numbers; 4] {
    // most of a bar's prices are those of its end, or of the end of the one before it: each is printed once
    let mut printed = Recent::new(|price: Decimal| {
        if inverted { Decimal::ONE.safe_div(price).to_string() } else { price.to_string() }
    });
    let [mut o, mut h, mut l, mut c] = [const { List::new() }; 4];
    for bar in bars {
        let (high, low) = if inverted { (bar.low, bar.high) } else { (bar.high, bar.low) };
        let columns = [(&mut o, bar.open), (&mut c, bar.close), (&mut h, high), (&mut l, low)];
        for (column, price) in columns {
            column.push(printed.text(price));
        }
    }
    [o, h, l, c].map(List::end)
}

fn units(asked: &Asked, pair: &Pair) -> Result<(), String> {
    let is = |text: &str, side: &crate::feeds::pairs::Side| {
        text.eq_ignore_ascii_case(&side.symbol) || text.parse() == Ok(side.address)
    };
    for (name, side) in [("currencyCode", &pair.quote), ("unitId", &pair.base)] {
        if let Some(text) = asked.text(name).filter(|text| !is(text, side)) {
            return Err(format!("{name} `{}` is unknown: it is {}", shown(text), side.symbol));
        }
    }
    Ok(())
}
