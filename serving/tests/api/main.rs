//! The API over a real `mongod` that holds a small chain, folded from events.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod as_of;
mod by_block;
mod candles;
mod chain;
mod contracts;
mod entities;
mod graphql;
mod live;
mod prices;
mod reconciled;
mod refusals;
mod rest;
mod service;
