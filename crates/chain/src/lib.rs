//! The only crate that names an RPC provider: endpoints with failover and retries, calls pinned to a block, and the
//! source of canonical blocks with their logs.
//!
//! It knows JSON-RPC, not contracts: logs leave it raw, and callers bring calldata.

pub mod client;
pub mod endpoint;
pub mod error;
pub mod raw;
pub mod source;

pub use client::Client;
pub use error::ChainError;

pub use alloy_primitives;
