//! The client and the source against servers that behave as real endpoints do: badly, now and then.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod anvil;
mod endpoints;
mod factory;
mod heads;
mod hundred_thousand;
mod node;
mod plans;
mod polygon;
mod recorded;
mod sources;
