//! Market prices from a real HTTP server through collector, database and command line.

mod backfill;
mod bed;
mod door;
mod downtime;
mod jumps;
mod keys;
mod past;
mod past_values;
mod pushed;
mod replicas;
mod secrets;
mod troubles;
mod watched;
