//! The only way to the price APIs of the outside world: one small adapter per source behind one trait, over one HTTP
//! client with good manners.
//!
//! An adapter knows a source's shapes and units and turns its answers into [`Said`]s and [`domain::market::Bar`]s; it
//! decides nothing. The client obeys rates, `Retry-After` and bans, opens a circuit when a source fails, bounds bodies
//! and deadlines, and never lets a key out.
//!
//! What is a price and which one is believed stands in `domain::market`; when to ask stands in the indexer's jobs.
//!
//! # Writing an adapter
//!
//! [`client::Http`] is made of [`client::Manners`], a [`Metrics`] and a [`Clock`]. A question is a [`client::Call`], its
//! answer a [`client::Answer`] of status 200, or of a status that the call asked to be told
//! ([`client::Call::telling`]); all else is a [`MarketError`]. [`json`] reads bodies: [`json::Number`] keeps numbers as
//! they are written, [`json::Items`] and [`json::Entries`] let one odd item be odd alone, [`json::Batch`] counts it.

mod bars;
mod binance;
pub mod client;
mod clock;
mod coinbase;
mod coingecko;
mod config;
mod defillama;
mod error;
#[cfg(test)]
mod fault_table;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fixed_clock;
pub mod json;
mod metrics;
mod partly;
mod pyth;
#[cfg(test)]
mod quick_clock;
mod secret;
mod source;
mod stream;

pub use self::{
    binance::Binance,
    clock::{Clock, SystemClock},
    coinbase::Coinbase,
    coingecko::{Budget, CoinGecko},
    config::SourceConfig,
    defillama::DefiLlama,
    error::MarketError,
    metrics::Metrics,
    pyth::Pyth,
    secret::Key,
    source::{Points, PriceSource, Said, Series},
    stream::{StreamRules, Update, Updates},
};
