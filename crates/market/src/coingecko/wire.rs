//! Shapes of answers.

use domain::{decimal::Decimal, market::Millis};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::json::{Items, Number, NumberError, OddTime, millis_of_millis, millis_of_seconds};

/// Why an item cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum OddItem {
    #[error("{0}")]
    Number(#[from] NumberError),
    #[error("{0}")]
    Time(#[from] OddTime),
    #[error("an item of another shape")]
    Shape,
}

impl From<serde_json::Error> for OddItem {
    /// Its text may show what stands there.
    fn from(_: serde_json::Error) -> Self {
        Self::Shape
    }
}

/// A coin in an answer of `/simple`.
#[derive(Debug, Deserialize)]
struct Coin<'a> {
    #[serde(borrow, default)]
    usd: Option<Number<'a>>,
    #[serde(borrow, default)]
    usd_24h_vol: Option<Number<'a>>,
    #[serde(borrow, default)]
    last_updated_at: Option<Number<'a>>,
}

/// Price, volume, time (where there is one). `None`: it has no price, which is no fault.
pub(super) type Read = Option<(Decimal, Option<Decimal>, Option<Millis>)>;

pub(super) fn coin(raw: &RawValue) -> Result<Read, OddItem> {
    let coin: Coin<'_> = serde_json::from_str(raw.get())?;
    let Some(usd) = coin.usd else { return Ok(None) };
    let time = match coin.last_updated_at {
        Some(time) => Some(millis_of_seconds(time.whole()?)?),
        None => None,
    };
    // the price does not suffer for a volume that cannot be read
    let volume = coin.usd_24h_vol.and_then(|volume| volume.decimal().ok());
    Ok(Some((usd.decimal()?, volume.filter(|volume| !volume.is_negative()), time)))
}

/// An answer of `/market_chart/range`.
#[derive(Debug, Deserialize)]
pub(super) struct Chart<'a> {
    #[serde(borrow)]
    pub(super) prices: Items<'a>,
}

/// A point of a chart; `None` where it has no price.
pub(super) fn point(raw: &RawValue) -> Result<Option<(Millis, Decimal)>, OddItem> {
    let (time, price): (Number<'_>, Option<Number<'_>>) = serde_json::from_str(raw.get())?;
    let time = millis_of_millis(time.whole()?)?;
    Ok(match price {
        Some(price) => Some((time, price.decimal()?)),
        None => None,
    })
}

/// When a candle ends, and its open, high, low and close.
pub(super) fn candle(
    raw: &RawValue,
) -> Result<(Millis, Result<[Decimal; 4], NumberError>), OddItem> {
    let [end, prices @ ..]: [Number<'_>; 5] = serde_json::from_str(raw.get())?;
    let end = millis_of_millis(end.whole()?)?;
    let [open, high, low, close] = prices.map(Number::decimal);
    let prices = || Ok([open?, high?, low?, close?]);
    Ok((end, prices()))
}
