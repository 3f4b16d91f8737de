//! A local chain made of real parts, for the demo, the tests and the benches: anvil, the Uniswap, Permit2, Multicall3
//! and OpenZeppelin contracts from their own packages, our test tokens and points, and seeded traffic over all of them.
//! Also reorgs, and recordings of a chain that are served again as a JSON-RPC endpoint.
//!
//! Invariants: the same seed gives the same blocks, hash for hash, on every machine; traffic is planned from nothing
//! but the seed, the block number and the chain's own state, so it continues on any chain that was stopped, rolled
//! back or loaded; no child process and no folder outlives its [`Anvil`].

pub mod accounts;
mod anvil;
mod artifacts;
mod child;
mod deploy;
mod deployment;
mod dice;
mod error;
mod feeds;
pub mod record;
mod reorg;
pub mod replay;
mod rpc;
mod tools;
pub mod traffic;

pub use anvil::{Anvil, AnvilOptions};
pub use deploy::deploy;
pub use deployment::{Deployment, Market};
pub use dice::Dice;
pub use error::DevchainError;
pub use feeds::Feeds;
pub use reorg::{reorg, reorg_with_traffic};
pub use rpc::Rpc;
pub use tools::{anvil_path, contracts_path, workspace_root};
pub use traffic::{Traffic, TrafficReport};
