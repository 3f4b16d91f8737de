//! The API over a real `mongod` that holds a small chain, folded from events.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod as_of;
mod by_block;
mod candles;
mod chain;
mod contracts;
mod entities;
mod feeds;
mod figures;
mod graphql;
mod harm;
mod live;
mod node;
mod openapi;
mod prices;
mod reconciled;
mod refusals;
mod rest;
mod service;
mod subscriptions;
mod timeouts;
mod tokens;
mod written;
