//! Values in US dollars.

use crate::{
    decimal::Decimal,
    market::{Feed, Last, Millis, Observation, Price, Quote, Status, observation::Asset},
};

#[cfg(test)]
mod tests;

/// An observation in dollars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUsd {
    /// Who said so.
    pub feed: Feed,
    /// Dollars for one whole token.
    pub value: Decimal,
    /// Source time.
    pub time: Millis,
    /// Source time from which on the feed has said nothing else, as it gives its value: see [`Last::unchanged_since`].
    pub unchanged_since: Millis,
    /// From 0 to 1, where it is known.
    pub confidence: Option<Decimal>,
    /// Dollars behind it, where it is known.
    pub liquidity: Option<Decimal>,
    /// The price of the currency that it was given in, where that was not the dollar.
    pub rate: Option<Rate>,
}

/// What the price of a quote currency hands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// How far it is to be trusted.
    pub status: Status,
    /// Source time of the oldest of what it is made of.
    pub as_of: Millis,
    /// Until when it is fresh.
    pub fresh_until: Option<Millis>,
    /// Why it is not fresh.
    pub reason: Option<String>,
}

/// Why a value cannot be told in dollars.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("what {feed_id} of {source_name} is counted in ({asset}) has no price: {why}", feed_id = feed.id, source_name = feed.source, asset = asset.address)]
pub struct NoRate {
    /// Whose value.
    pub feed: Feed,
    /// The currency.
    pub asset: Asset,
    /// Why it has none.
    pub why: String,
}

/// The observation in dollars. `last` is what is remembered of its feed, `rate` looks up the price of the currency that it
/// is counted in, and is not asked for dollars.
///
/// # Errors
/// [`NoRate`] when that currency has no price.
pub fn to_usd<'a>(
    observation: &Observation,
    last: Option<&Last>,
    rate: impl FnOnce(Asset) -> Option<&'a Price>,
) -> Result<InUsd, NoRate> {
    let Observation { value, source_time, confidence, liquidity, ref feed, .. } = *observation;
    let unchanged = last.filter(|last| last.value == value && last.unchanged_since <= source_time);
    let mut dollars = InUsd {
        feed: feed.clone(),
        value,
        time: source_time,
        unchanged_since: unchanged.map_or(source_time, |last| last.unchanged_since),
        confidence,
        liquidity,
        rate: None,
    };
    let Quote::Asset(asset) = observation.quote else { return Ok(dollars) };
    let price = rate(asset);
    let known = price.and_then(|price| Some((price, price.value?, price.as_of?)));
    let Some((price, factor, as_of)) = known else {
        let why = price.and_then(|price| price.reason.clone());
        let why = why.unwrap_or_else(|| "none was ever seen".to_owned());
        return Err(NoRate { feed: feed.clone(), asset, why });
    };
    dollars.value = value * factor;
    dollars.confidence = match (confidence, price.confidence) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    dollars.rate = Some(Rate {
        status: price.status,
        as_of,
        fresh_until: price.fresh_until,
        reason: price.reason.clone(),
    });
    Ok(dollars)
}
