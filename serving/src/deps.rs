//! What the service is given.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use alloy_primitives::Address;
use api_kit::{access::AccessSettings, chains::Chains};
use chain::Client;
use domain::{config::Dex, contract::Table, ids::ChainId};
use observe::Shutdown;
use prometheus::Registry;
use serde::{Deserialize, Serialize};
use store::Reader;

use crate::{
    book::Shelf, feeds::FeedSettings, gas_price::GasPriceFeed, graphql::GraphQlSettings,
    native_price::NativePriceFeed, node::LiveNode, past::PastBlocks, rest::export::ExportSettings,
    subgraph::SubgraphSettings,
};

/// Contracts that quote the pools of a DEX.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quoters {
    /// V2 router.
    pub v2_router: Option<Address>,
    /// V3 `QuoterV2`.
    pub quoter_v2: Option<Address>,
    /// `V4Quoter`.
    pub v4_quoter: Option<Address>,
}

/// Routers that trade in the pools of a DEX.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routers {
    /// SwapRouter02.
    pub swap_router02: Option<Address>,
    /// Universal Router.
    pub universal_router: Option<Address>,
}

/// What the service needs of a chain.
#[derive(Debug, Clone)]
pub struct ChainDeps {
    /// Configured name.
    pub name: String,
    /// Its nodes.
    pub client: Client,
    /// Quoters by configured name of the DEX.
    pub quoters: BTreeMap<String, Quoters>,
    /// Routers by configured name of the DEX.
    pub routers: BTreeMap<String, Routers>,
    /// Permit2, which the Universal Router draws tokens by.
    pub permit2: Address,
    /// Its pools in memory.
    pub book: Shelf,
    /// What gas costs there.
    pub gas_price: GasPriceFeed,
    /// What the native currency costs in USD.
    pub native_price: NativePriceFeed,
    /// The token that stands for the native currency, in which gas is paid.
    pub wrapped_native: Option<Address>,
    /// A quote of an older block is refused.
    pub max_quote_age: Option<Duration>,
    /// Tables of the contracts that are known by their ABI only.
    pub tables: Vec<Arc<Table>>,
    /// What operators decided about its feeds.
    pub feeds: FeedSettings,
    /// Its DEXes, as they are configured.
    pub dexes: Vec<Dex>,
    /// The block at which indexing begins.
    pub start_block: u64,
    /// Headers of its final blocks.
    pub past: PastBlocks,
    /// What requests ask of the chain itself.
    pub live: LiveNode,
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
    /// A market price that is older than this is none.
    pub max_price_age: Duration,
    /// Longest time a request may take; [`api_kit::shell::REQUEST_TIMEOUT`] is a good one.
    pub timeout: Duration,
    /// Ends what goes on beside single answers: subscriptions.
    pub shutdown: Shutdown,
    /// Bounds of lists as files.
    pub export: ExportSettings,
    /// Which documents are answered.
    pub graphql: GraphQlSettings,
    /// DEXes that answer as subgraphs.
    pub subgraphs: Vec<SubgraphSettings>,
}

impl Deps {
    /// Ids of the chains.
    #[must_use]
    pub fn chain_ids(&self) -> Vec<ChainId> {
        self.chains.ids()
    }

    /// Names of the chains.
    #[must_use]
    pub fn chain_names(&self) -> Chains<String> {
        Chains::new(self.chains.iter().map(|(id, chain)| (id, chain.name.clone())).collect())
    }
}
