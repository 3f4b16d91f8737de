//! The shapes of Coinbase Exchange's answers.

use std::fmt;

use domain::{
    candle::Resolution,
    decimal::Decimal,
    iso,
    market::{Bar, Millis, Source},
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    bars::{self, OddRow, Page},
    error::MarketError,
    json::{self, Items, Number},
};

#[cfg(test)]
mod tests;

/// The last trade of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticker {
    pub(super) price: Decimal,
    pub(super) time: Millis,
    /// Whole tokens traded within 24 hours.
    pub(super) volume: Option<Decimal>,
}

pub(super) fn ticker(body: &[u8]) -> Result<Ticker, MarketError> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        price: Number<'a>,
        time: String,
        #[serde(borrow)]
        volume: Option<Number<'a>>,
    }

    let answer: Answer<'_> = read(body)?;
    let time = iso::parse(&answer.time).ok_or_else(|| odd("the ticker's time is no ISO 8601"))?;
    let price = answer.price.decimal().map_err(odd)?;
    Ok(Ticker { price, time, volume: answer.volume.and_then(|volume| volume.decimal().ok()) })
}

/// A page of candles.
pub(super) fn candles(body: &[u8], resolution: Resolution) -> Result<Page, MarketError> {
    let Items(rows) = read(body)?;
    Ok(Page::new(rows, |row| candle(row, resolution)))
}

/// `[s, low, high, open, close, volume]`, in this order.
fn candle(row: &RawValue, resolution: Resolution) -> Result<Bar, OddRow> {
    let unplaced = |error| (None, error);
    let columns: Vec<Number<'_>> = read(row.get().as_bytes()).map_err(unplaced)?;
    let [start, low, high, open, close, volume, ..] = *columns.as_slice() else {
        return Err(unplaced(odd("a candle has fewer than six columns")));
    };
    let start = start.whole().map_err(|error| unplaced(odd(error)))?;
    let start = json::millis_of_seconds(start).map_err(|error| unplaced(odd(error)))?;
    let number = |text: Number<'_>| text.decimal().map_err(|error| (Some(start), odd(error)));
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

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, MarketError> {
    json::read(Source::Coinbase, body)
}

/// An answer that is not as documented.
pub(super) fn odd(why: impl fmt::Display) -> MarketError {
    MarketError::Odd { source_name: Source::Coinbase, why: why.to_string() }
}
