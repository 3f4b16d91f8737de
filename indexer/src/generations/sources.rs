//! What the stored data of a chain is made of: the part of the configuration that decides what is stored.

use std::sync::Arc;

use abis::dynamic::{Contracts, Spec};
use domain::{
    config::{Collection, Dex, Watch},
    entity::Protocol,
};
use serde::{Deserialize, Serialize};

use crate::{config::IndexerConfig, error::IndexerError};

mod differences;
#[cfg(test)]
mod tests;

/// What is watched, from where on, and how much of it is read. How it is fetched and committed is no part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sources {
    start_block: u64,
    transactions: bool,
    native_symbol: String,
    dexes: Vec<Dex>,
    collections: Vec<Collection>,
    contracts: Vec<Spec>,
    /// Whether growth of fees is followed, where there are pools that have some. An older version did not.
    #[serde(default)]
    fee_growth: bool,
}

impl Sources {
    /// Those of a configuration.
    pub(crate) fn of(config: &IndexerConfig) -> Self {
        // whatever else is watched one day has to be named here
        let Watch { dexes, collections } = config.watch.clone();
        Self {
            start_block: config.start_block,
            transactions: config.transactions,
            native_symbol: config.native_symbol.clone(),
            fee_growth: dexes.iter().any(|dex| dex.protocol != Protocol::V2),
            dexes,
            collections,
            contracts: config.contracts.specs().to_vec(),
        }
    }

    /// As they are stored.
    ///
    /// # Errors
    /// [`IndexerError::Sources`].
    pub(crate) fn text(&self) -> Result<String, IndexerError> {
        serde_json::to_string(self).map_err(|error| IndexerError::Sources(error.to_string()))
    }

    /// From what is stored.
    ///
    /// # Errors
    /// [`IndexerError::Sources`].
    pub(crate) fn read(text: &str) -> Result<Self, IndexerError> {
        serde_json::from_str(text).map_err(|error| IndexerError::Sources(error.to_string()))
    }

    /// The configuration with these in the place of its own.
    ///
    /// # Errors
    /// [`IndexerError::Sources`].
    pub(crate) fn onto(&self, config: &IndexerConfig) -> Result<IndexerConfig, IndexerError> {
        Ok(IndexerConfig {
            start_block: self.start_block,
            transactions: self.transactions,
            native_symbol: self.native_symbol.clone(),
            watch: Watch { dexes: self.dexes.clone(), collections: self.collections.clone() },
            contracts: Arc::new(self.contracts()?),
            ..config.clone()
        })
    }

    /// What is stored of these, in the words of new ones that make no difference. What begins earlier begins there.
    pub(crate) fn renamed(&self, new: Self) -> Self {
        Self { start_block: self.start_block.min(new.start_block), ..new }
    }

    fn contracts(&self) -> Result<Contracts, IndexerError> {
        Contracts::compile(&self.contracts)
            .map_err(|(_, error)| IndexerError::Sources(error.to_string()))
    }
}
