//! The API over a real `mongod` that holds a small chain, folded from events.

mod chain;
mod graphql;
mod refusals;
mod rest;
mod service;
