//! What the sources know.

use std::collections::BTreeMap;

/// A source's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Api {
    /// `CoinGecko`, ids as a coin's id or `platform:address`.
    CoinGecko,
    /// Binance, ids as symbols.
    Binance,
    /// Coinbase Exchange, ids as products.
    Coinbase,
    /// `DefiLlama`, ids as `chain:address` or `coingecko:id`.
    DefiLlama,
    /// Pyth Hermes, ids as 64 lower-case hex digits.
    Pyth,
}

impl Api {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::CoinGecko, Self::Binance, Self::Coinbase, Self::DefiLlama, Self::Pyth];

    /// The first part of the path of its base URL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CoinGecko => "coingecko",
            Self::Binance => "binance",
            Self::Coinbase => "coinbase",
            Self::DefiLlama => "defillama",
            Self::Pyth => "pyth",
        }
    }
}

/// A price at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Print {
    /// As it is written. Of Pyth the integer; its exponent is -8.
    pub value: String,
    /// Unix time in seconds.
    pub time: u64,
    /// Where the source has one: 0 to 1, of Pyth the interval as an integer.
    pub confidence: String,
}

impl Print {
    /// A price at a time, as sure as can be.
    #[must_use]
    pub fn new(value: &str, time: u64) -> Self {
        Self { value: value.into(), time, confidence: "0.99".into() }
    }

    /// The same with another confidence.
    #[must_use]
    pub fn sure(mut self, confidence: &str) -> Self {
        self.confidence = confidence.into();
        self
    }
}

/// A candle; its numbers as they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candle {
    /// Unix time in seconds at which it begins.
    pub start: u64,
    /// Open, high, low, close.
    pub prices: [String; 4],
    /// Volume in the token.
    pub volume: String,
}

impl Candle {
    /// A candle of these open, high, low and close.
    #[must_use]
    pub fn new(start: u64, prices: [&str; 4], volume: &str) -> Self {
        Self { start, prices: prices.map(str::to_owned), volume: volume.into() }
    }
}

/// What one source knows.
#[derive(Debug, Default)]
pub(crate) struct Knowledge {
    /// By id, ascending in time.
    pub(crate) prints: BTreeMap<String, Vec<Print>>,
    /// By id and length in seconds, ascending.
    pub(crate) candles: BTreeMap<(String, u64), Vec<Candle>>,
    /// What the source says of a token's symbol and decimals.
    pub(crate) tokens: BTreeMap<String, (String, u8)>,
}

impl Knowledge {
    pub(crate) fn last(&self, id: &str) -> Option<&Print> {
        self.prints.get(id)?.last()
    }

    /// The print nearest to a time, within `width` seconds.
    pub(crate) fn nearest(&self, id: &str, time: u64, width: u64) -> Option<&Print> {
        let prints = self.prints.get(id)?.iter();
        let nearest = prints.min_by_key(|print| print.time.abs_diff(time))?;
        (nearest.time.abs_diff(time) <= width).then_some(nearest)
    }

    /// Candles that begin within a range, both ends included.
    pub(crate) fn candles(&self, id: &str, length: u64, from: u64, to: u64) -> Vec<&Candle> {
        let all = self.candles.get(&(id.to_owned(), length));
        let all = all.map(Vec::as_slice).unwrap_or_default().iter();
        all.filter(|candle| from <= candle.start && candle.start <= to).collect()
    }
}
