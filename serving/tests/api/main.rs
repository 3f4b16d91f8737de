//! The API over a real `mongod` that holds a small chain, folded from events.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod candles;
mod chain;
mod contracts;
mod graphql;
mod prices;
mod reconciled;
mod refusals;
mod rest;
mod service;
