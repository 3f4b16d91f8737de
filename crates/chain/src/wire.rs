//! JSON as nodes write it, read straight into what we keep: no tree in between, nothing stored that is not asked for.

mod block;
mod envelope;
mod hex;
mod log;
mod outcome;
mod receipt;

#[cfg(test)]
mod tests;

pub(crate) use block::{WireBlock, WireTransaction};
pub(crate) use envelope::{answers, body};
pub(crate) use hex::Quantity;
pub(crate) use log::{WireLog, small};
pub(crate) use outcome::{WireExtra, WireOutcome, WireSent};
pub(crate) use receipt::WireReceipt;
