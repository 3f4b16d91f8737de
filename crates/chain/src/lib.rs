//! The only crate that names an RPC provider: endpoints with failover, hedging, limits that adapt and retries; calls
//! pinned to a block; and the source of canonical blocks with their logs.
//!
//! It knows JSON-RPC, not contracts: logs leave it raw, and callers bring calldata. Invariants: what a node says is
//! checked before it is handed on; a passing fault is never final and a lasting one is never retried for ever; a node
//! that is behind is never taken for a chain that went back.

pub mod client;
mod endpoint;
pub mod error;
pub mod heads;
pub mod metrics;
pub mod phrases;
pub mod raw;
pub mod source;
pub mod stats;
mod wire;

pub use client::Client;
pub use error::ChainError;

pub use alloy_primitives;
