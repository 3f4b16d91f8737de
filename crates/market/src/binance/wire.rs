//! The shapes of Binance's answers and pushed messages.

use std::{borrow::Cow, fmt};

use domain::{
    candle::Resolution,
    decimal::Decimal,
    market::{Bar, Millis, Source},
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    bars::{self, OddRow, Page},
    error::MarketError,
    json::{self, Batch, Items, Number},
};

#[cfg(test)]
mod tests;

/// How a refusal says that a symbol does not exist, and that it cannot.
const UNKNOWN_SYMBOL: [i64; 2] = [-1121, -1100];

/// What one symbol costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ticker {
    pub(super) symbol: String,
    pub(super) price: Decimal,
}

/// The prices of many symbols.
pub(super) fn tickers(body: &[u8]) -> Result<Batch<Ticker>, MarketError> {
    #[derive(Deserialize)]
    struct Item<'a> {
        symbol: String,
        #[serde(borrow)]
        price: Number<'a>,
    }

    let Items(items) = read(body)?;
    let mut tickers = Batch::new();
    for item in items {
        tickers.take(read(item.get().as_bytes()).and_then(|item: Item<'_>| {
            let price = item.price.decimal().map_err(odd)?;
            Ok(Some(Ticker { symbol: item.symbol, price }))
        }));
    }
    Ok(tickers)
}

/// A page of candles.
pub(super) fn klines(body: &[u8], resolution: Resolution) -> Result<Page, MarketError> {
    let Items(rows) = read(body)?;
    Ok(Page::new(rows, |row| kline(row, resolution)))
}

/// `[open time, open, high, low, close, volume, close time, …]`.
fn kline(row: &RawValue, resolution: Resolution) -> Result<Bar, OddRow> {
    let unplaced = |error| (None, error);
    let columns: Vec<Number<'_>> = read(row.get().as_bytes()).map_err(unplaced)?;
    let [start, open, high, low, close, volume, ..] = *columns.as_slice() else {
        return Err(unplaced(odd("a candle has fewer than six columns")));
    };
    let start = start.whole().map_err(|error| unplaced(odd(error)))?;
    let start = json::millis_of_millis(start).map_err(|error| unplaced(odd(error)))?;
    bar(start, [open, high, low, close, volume], resolution)
}

fn bar(start: Millis, numbers: [Number<'_>; 5], resolution: Resolution) -> Result<Bar, OddRow> {
    let number = |text: Number<'_>| text.decimal().map_err(|error| (Some(start), odd(error)));
    let [open, high, low, close, volume] = numbers;
    let bar = Bar {
        start,
        open: number(open)?,
        high: number(high)?,
        low: number(low)?,
        close: number(close)?,
        volume: Some(number(volume)?),
    };
    bars::check(&bar, resolution).map_err(|error| (error.start(), odd(error)))?;
    Ok(bar)
}

/// Whether a refusal is about a symbol.
pub(super) fn is_unknown_symbol(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Refusal {
        code: i64,
    }

    read(body).is_ok_and(|refusal: Refusal| UNKNOWN_SYMBOL.contains(&refusal.code))
}

/// What comes over a WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Message {
    /// The present minute of a symbol.
    Kline(Box<Tick>),
    /// A subscription stands.
    Subscribed,
    /// The server is about to go.
    Leaving,
    /// A subscription was refused.
    Refused,
    /// Something that does not concern us.
    Other,
}

/// The present minute of a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) symbol: String,
    /// When it was said.
    pub(super) time: Millis,
    pub(super) bar: Bar,
    /// Whether the minute is over.
    pub(super) closed: bool,
}

/// Reads a message, wrapped as a combined stream wraps it or not.
pub(super) fn message(text: &str) -> Result<Message, MarketError> {
    #[derive(Deserialize)]
    struct Wrapped<'a> {
        #[serde(borrow)]
        data: Option<&'a RawValue>,
    }

    #[derive(Deserialize)]
    struct Frame<'a> {
        #[serde(borrow)]
        e: Option<Cow<'a, str>>,
        #[serde(borrow)]
        error: Option<&'a RawValue>,
        code: Option<i64>,
        id: Option<u64>,
    }

    let Wrapped { data } = read(text.as_bytes())?;
    let text = data.map_or(text, RawValue::get);
    let frame: Frame<'_> = read(text.as_bytes())?;
    match frame.e.as_deref() {
        Some("kline") => tick(text).map(|tick| Message::Kline(Box::new(tick))),
        Some("serverShutdown") => Ok(Message::Leaving),
        None if frame.error.is_some() || frame.code.is_some() => Ok(Message::Refused),
        None if frame.id.is_some() => Ok(Message::Subscribed),
        _ => Ok(Message::Other),
    }
}

fn tick(text: &str) -> Result<Tick, MarketError> {
    #[derive(Deserialize)]
    struct Event<'a> {
        #[serde(borrow, rename = "E")]
        time: Number<'a>,
        #[serde(rename = "s")]
        symbol: String,
        #[serde(borrow)]
        k: Kline<'a>,
    }

    #[derive(Deserialize)]
    struct Kline<'a> {
        #[serde(borrow)]
        t: Number<'a>,
        #[serde(borrow)]
        i: Cow<'a, str>,
        #[serde(borrow)]
        o: Number<'a>,
        #[serde(borrow)]
        h: Number<'a>,
        #[serde(borrow)]
        l: Number<'a>,
        #[serde(borrow)]
        c: Number<'a>,
        #[serde(borrow)]
        v: Number<'a>,
        x: bool,
    }

    let Event { time, symbol, k } = read(text.as_bytes())?;
    if k.i != Resolution::M1.name() {
        return Err(odd("a candle of a length that was not asked for"));
    }
    let millis = |text: Number<'_>| json::millis_of_millis(text.whole().map_err(odd)?).map_err(odd);
    let (time, start) = (millis(time)?, millis(k.t)?);
    let bar = bar(start, [k.o, k.h, k.l, k.c, k.v], Resolution::M1).map_err(|(_, error)| error)?;
    Ok(Tick { symbol, time, bar, closed: k.x })
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, MarketError> {
    json::read(Source::Binance, body)
}

/// An answer that is not as documented.
pub(super) fn odd(why: impl fmt::Display) -> MarketError {
    MarketError::Odd { source_name: Source::Binance, why: why.to_string() }
}
