//! Market prices from a real HTTP server through collector, database and command line.

mod backfill;
mod bed;
mod door;
mod keys;
mod replicas;
