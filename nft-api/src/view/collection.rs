//! A collection.

use domain::{config, ids::ChainId};
use serde::Serialize;

use super::{Standard, address};

/// A collection that is indexed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Collection {
    /// Chain it is on.
    pub chain_id: ChainId,
    /// Contract.
    pub address: String,
    /// Configured name.
    pub name: String,
    /// ERC-721 or ERC-1155.
    pub standard: Standard,
}

impl Collection {
    /// The wire form of a configured collection.
    #[must_use]
    pub fn new(chain_id: ChainId, collection: &config::Collection) -> Self {
        Self {
            chain_id,
            address: address(collection.address),
            name: collection.name.clone(),
            standard: Standard(collection.standard),
        }
    }
}
