//! Market prices: who is asked when, what becomes of what they say, and the sources that are the chain itself.

pub mod backfill;
pub mod book;
pub mod chainlink;
pub mod collector;
pub mod forget;
pub mod jobs;
pub mod metrics;
mod past;
pub mod pools;
pub mod repair;
pub mod streams;

pub use self::{
    book::{Book, BookError, Token, TokenFeed},
    collector::{Collector, Parts},
    jobs::{Job, Prices},
    metrics::PriceMetrics,
};
