//! Shapes of answers.

use domain::{decimal::Decimal, market::Millis};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::json::{Entries, Items, Number, NumberError, OddTime, millis_of_seconds};

/// Why an item cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum OddItem {
    #[error("{0}")]
    Number(#[from] NumberError),
    #[error("{0}")]
    Time(#[from] OddTime),
    #[error("a confidence outside 0 and 1")]
    Confidence,
    #[error("a price of another time: the one asked for has none nearby")]
    FarAway,
    #[error("an item of another shape")]
    Shape,
}

impl From<serde_json::Error> for OddItem {
    /// Its text may show what stands there.
    fn from(_: serde_json::Error) -> Self {
        Self::Shape
    }
}

/// Every answer with prices.
#[derive(Debug, Deserialize)]
pub(super) struct Coins<'a> {
    #[serde(borrow)]
    pub(super) coins: Entries<'a>,
}

/// Prices of one coin at several times.
#[derive(Debug, Deserialize)]
pub(super) struct History<'a> {
    #[serde(borrow)]
    pub(super) prices: Items<'a>,
    #[serde(default)]
    pub(super) symbol: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Raw<'a> {
    #[serde(borrow, default)]
    price: Option<Number<'a>>,
    #[serde(borrow)]
    timestamp: Number<'a>,
    #[serde(borrow, default)]
    confidence: Option<Number<'a>>,
    #[serde(borrow, default)]
    decimals: Option<Number<'a>>,
    #[serde(default)]
    symbol: Option<String>,
}

/// A price as it stands in both shapes.
#[derive(Debug)]
pub(super) struct Priced {
    pub(super) value: Decimal,
    pub(super) time: Millis,
    pub(super) confidence: Option<Decimal>,
    pub(super) decimals: Option<u8>,
    pub(super) symbol: Option<String>,
}

/// `None`: it has no price, which is no fault.
pub(super) fn priced(raw: &RawValue) -> Result<Option<Priced>, OddItem> {
    let raw: Raw<'_> = serde_json::from_str(raw.get())?;
    let Some(price) = raw.price else { return Ok(None) };
    let confidence = raw.confidence.map(Number::decimal).transpose()?;
    if confidence.is_some_and(|part| part.is_negative() || part > Decimal::ONE) {
        return Err(OddItem::Confidence);
    }
    let decimals = raw.decimals.map(Number::whole).transpose()?;
    Ok(Some(Priced {
        value: price.decimal()?,
        time: millis_of_seconds(raw.timestamp.whole()?)?,
        confidence,
        decimals: decimals.map(u8::try_from).transpose().map_err(|_| NumberError::NotWhole)?,
        symbol: raw.symbol.filter(|symbol| !symbol.is_empty()),
    }))
}
