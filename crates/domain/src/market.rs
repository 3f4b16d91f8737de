//! Market prices: what outside sources say a token costs, which of it is believed, and what the price is at a time.
//!
//! An [`Observation`] is what one feed of one source said. The door (`door`) refuses what cannot be a price, with a
//! reason that is counted. The policy (`policy`) makes of the observations around a time one [`Price`], which says where
//! it comes from, how old it is and how far it is to be trusted. None of it knows a clock: whoever asks says when it is.
//!
//! Times are Unix milliseconds unless a name says otherwise.

pub mod bar;
pub mod observation;
pub mod price;

pub use self::{
    bar::Bar,
    observation::{Asset, Feed, Millis, Observation, Quote, Source, UnknownSource},
    price::{Price, Status},
};
