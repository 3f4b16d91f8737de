//! What the service is given.

use std::time::Duration;

use alloy_primitives::Address;
use api_kit::{access::AccessSettings, chains::Chains, parse, problem::Problem};
use chain::Client;
use domain::{config::Collection, ids::ChainId};
use prometheus::Registry;
use store::Reader;

/// What the service needs of a chain.
#[derive(Debug, Clone)]
pub struct ChainDeps {
    /// Configured name.
    pub name: String,
    /// Its nodes.
    pub client: Client,
    /// The collections that are indexed.
    pub collections: Vec<Collection>,
}

/// What the service is given.
#[derive(Debug, Clone)]
pub struct Deps {
    /// Keys of those who use it, and what anybody may do without one.
    pub access: AccessSettings,
    /// The chains that are served.
    pub chains: Chains<ChainDeps>,
    /// The indexed data.
    pub reader: Reader,
    /// Where metrics go.
    pub registry: Registry,
    /// Longest time a request may take; [`api_kit::shell::REQUEST_TIMEOUT`] is a good one.
    pub timeout: Duration,
}

impl Deps {
    /// Names of the chains.
    #[must_use]
    pub fn chain_names(&self) -> Chains<String> {
        Chains::new(self.chains.iter().map(|(id, chain)| (id, chain.name.clone())).collect())
    }

    /// The chain and the collection a path means.
    pub(crate) fn collection(
        &self,
        chain: Option<&str>,
        address: &str,
    ) -> Result<(ChainId, &Collection), Problem> {
        let (id, chain) = self.chains.parse(chain)?;
        Ok((id, chain.collection(parse::address("collection", address)?)?))
    }
}

impl ChainDeps {
    /// The collection at this address.
    pub(crate) fn collection(&self, address: Address) -> Result<&Collection, Problem> {
        self.collections.iter().find(|collection| collection.address == address).ok_or_else(|| {
            let detail =
                format!("collection {address:#x} is not indexed here; see /v1/collections");
            Problem::not_found("COLLECTION_UNKNOWN", detail)
        })
    }
}
