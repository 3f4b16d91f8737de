//! Contracts that are known by a JSON ABI only: which of their events are wanted, and what their logs say.
//!
//! [`Contracts::compile`] turns configuration into tables and layouts and refuses whatever could not be indexed;
//! [`Watcher`] turns logs into [`domain::contract::ContractLog`]s. A log that is not what the ABI says is kept as it
//! came: what a contract emits is never a fault of the chain or of ours.

mod abi;
mod contracts;
mod decode;
mod differences;
mod error;
pub(crate) mod layout;
mod names;
#[cfg(test)]
mod tests;
mod watcher;

pub use self::{
    abi::{Abi, MAX_BYTES},
    contracts::{Contracts, FactorySpec, Spec},
    error::ContractError,
    watcher::{Factory, Watcher},
};
pub(crate) use self::{decode::body, layout::Layout};
