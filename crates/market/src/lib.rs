//! The only way to the price APIs of the outside world: one small adapter per source behind one trait, over one HTTP
//! client with good manners.
//!
//! An adapter knows a source's shapes and units and turns its answers into [`Said`]s and [`domain::market::Bar`]s; it
//! decides nothing. The client obeys rates, `Retry-After` and bans, opens a circuit when a source fails, bounds bodies
//! and deadlines, and never lets a key out.
//!
//! What is a price and which one is believed stands in `domain::market`; when to ask stands in the indexer's jobs.

mod error;
mod source;

pub use self::{
    error::MarketError,
    source::{PriceSource, Said, Series},
};
