//! Market prices: what outside sources say a token costs, which of it is believed, and what the price is at a time.
//!
//! An [`Observation`] is what one feed of one source said. The [`door`] refuses what cannot be a price, with a
//! reason that is counted. [`usd`] turns what is counted in another token into dollars. The [`policy`] makes of the
//! observations around a time one [`Price`], which says where it comes from, how old it is and how far it is to be
//! trusted. None of it knows a clock: whoever asks says when it is.
//!
//! Times are Unix milliseconds unless a name says otherwise.

pub mod bar;
pub mod candles;
pub mod deviation;
pub mod door;
pub mod feed;
pub mod gaps;
pub mod observation;
pub mod policy;
pub mod price;
pub mod twap;
pub mod usd;

pub use self::{
    bar::Bar,
    deviation::Deviation,
    feed::{FeedState, Last},
    gaps::Span,
    observation::{Asset, Feed, Millis, Observation, Quote, Source, UnknownSource},
    policy::Policy,
    price::{Price, Status},
    usd::InUsd,
};
