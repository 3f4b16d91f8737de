//! Prices that the chain itself tells: feeds with rounds, and pools.

mod bench;
mod feeds;
mod history;
mod pools;
mod sequencer;
