//! Quotes computed from the store are those of the real contracts, to the wei or with the same refusal.

mod day;
mod recorded;
mod replayed;
mod reported;
mod routes;
