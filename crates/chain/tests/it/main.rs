//! The client and the source against servers that behave as real endpoints do: badly, now and then.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod anvil;
mod endpoints;
mod heads;
mod node;
mod polygon;
mod recorded;
mod sources;
