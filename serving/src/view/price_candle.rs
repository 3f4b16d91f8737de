//! Candles of outside sources.

use domain::market::Quote;
use serde::Serialize;
use store::market::StoredBar;
use utoipa::ToSchema;

use super::{address, price::USD};

/// A candle of a token on the market, by the source with the highest rank that has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriceCandle {
    /// When its period begins, in Unix milliseconds.
    pub start: u64,
    /// First price.
    pub open: String,
    /// Highest price.
    pub high: String,
    /// Lowest price.
    pub low: String,
    /// Last price.
    pub close: String,
    /// What was traded, in whole tokens; null where the source does not say.
    pub volume: Option<String>,
    /// Who says so.
    pub source: &'static str,
    /// The source's own name of the series.
    pub feed: String,
    /// What its prices are counted in: `USD`, or the address of a token, whose price is not always 1.
    pub quote: String,
}

impl From<StoredBar> for PriceCandle {
    fn from(stored: StoredBar) -> Self {
        let StoredBar { feed, quote, bar } = stored;
        Self {
            start: bar.start,
            open: bar.open.to_string(),
            high: bar.high.to_string(),
            low: bar.low.to_string(),
            close: bar.close.to_string(),
            volume: bar.volume.map(|volume| volume.to_string()),
            source: feed.source.name(),
            feed: feed.id.to_string(),
            quote: quote_name(&quote),
        }
    }
}

/// What a value is counted in, as it is shown.
pub(crate) fn quote_name(quote: &Quote) -> String {
    match quote {
        Quote::Usd => USD.to_owned(),
        Quote::Asset(asset) => address(asset.address),
    }
}
