//! The API over a real `mongod` that holds a small chain, folded from events.

mod chain;
mod checks;
mod lists;
mod service;
