//! The shapes of Hermes' answers and events.

use std::fmt;

use domain::{
    decimal::Decimal,
    market::{Millis, Source},
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    error::MarketError,
    json::{self, Batch, Items, Number},
};

#[cfg(test)]
mod tests;

/// Powers of ten that a price may be given in; far more than there are.
const EXPONENTS: std::ops::RangeInclusive<i32> = -64..=64;

/// What one feed says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Print {
    /// Its id: lower case, without `0x`.
    pub(super) id: String,
    /// The price.
    pub(super) value: Decimal,
    /// Half of the interval that it lies in.
    pub(super) interval: Decimal,
    /// When it was published.
    pub(super) time: Millis,
}

/// What the feeds say.
pub(super) fn prints(body: &[u8]) -> Result<Batch<Print>, MarketError> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        parsed: Option<Items<'a>>,
    }

    let answer: Answer<'_> = read(body)?;
    let Items(items) = answer.parsed.ok_or_else(|| odd("the answer has no parsed prices"))?;
    let mut prints = Batch::new();
    for item in items {
        prints.take(print(item).map(Some));
    }
    Ok(prints)
}

fn print(item: &RawValue) -> Result<Print, MarketError> {
    #[derive(Deserialize)]
    struct Item<'a> {
        id: String,
        #[serde(borrow)]
        price: Price<'a>,
    }

    #[derive(Deserialize)]
    struct Price<'a> {
        #[serde(borrow)]
        price: Number<'a>,
        #[serde(borrow)]
        conf: Number<'a>,
        #[serde(borrow)]
        expo: Number<'a>,
        #[serde(borrow)]
        publish_time: Number<'a>,
    }

    let Item { id, price } = read(item.get().as_bytes())?;
    let expo = price.expo.decimal().map_err(odd)?;
    let expo = { EXPONENTS }.find(|power| Decimal::from(*power) == expo);
    let expo = expo.ok_or_else(|| odd("an exponent that no price has"))?;
    let seconds = price.publish_time.whole().map_err(odd)?;
    let number = |text: Number<'_>| Ok(text.decimal().map_err(odd)?.scaled(expo));
    Ok(Print {
        id: plain(&id),
        value: number(price.price)?,
        interval: number(price.conf)?,
        time: json::millis_of_seconds(seconds).map_err(odd)?,
    })
}

/// An id as answers have it: lower case, without `0x`.
pub(super) fn plain(id: &str) -> String {
    let id = id.to_ascii_lowercase();
    id.strip_prefix("0x").map(str::to_owned).unwrap_or(id)
}

/// Whether a plain id is one: 32 bytes in hex. Hermes refuses a whole question for one that is not.
pub(super) fn is_id(plain: &str) -> bool {
    plain.len() == 64 && plain.bytes().all(|digit| digit.is_ascii_hexdigit())
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, MarketError> {
    json::read(Source::Pyth, body)
}

/// An answer that is not as documented.
pub(super) fn odd(why: impl fmt::Display) -> MarketError {
    MarketError::Odd { source_name: Source::Pyth, why: why.to_string() }
}
