//! A price source for tests: a real HTTP server in the process that answers in the shapes of the real ones, with faults
//! on demand.
//!
//! All sources sit behind one [`PriceServer`], each below its own base URL ([`PriceServer::base`]). What they know is put
//! in with [`PriceServer::say`] and [`PriceServer::candles`]; numbers are texts, which go out digit by digit as they came
//! in. [`PriceServer::push_minute`] and [`PriceServer::push_price`] reach whoever follows a source. A [`Fault`] changes the next answers of a source; [`PriceServer::asked`] tells what it was asked.
//!
//! Nothing that users deploy is built from this crate.

mod answer;
mod body;
mod fault;
mod json;
mod push;
mod server;
mod source;
mod world;

pub use self::{
    fault::Fault,
    server::{Asked, PriceServer},
    world::{Api, Candle, Print},
};
