//! Rules of V2: hand-made events against numbers worked out by hand, and random ones against the reference's handlers.

mod candles;
mod created;
mod handlers;
mod lists;
mod prices;
mod properties;
mod shares;
mod support;
mod volumes;
