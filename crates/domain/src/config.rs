//! Which contracts of a chain are watched, and as what.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use crate::entity::{NftStandard, Protocol};

mod pricing;

pub use pricing::{Pricing, StaticToken};

/// A DEX deployment: its factory (V2, V3) or singleton (V4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dex {
    /// Short name, shown with each pool.
    pub name: String,
    /// Rules the pools follow.
    pub protocol: Protocol,
    /// V2 or V3 factory, or the V4 `PoolManager`.
    pub factory: Address,
    /// Swap fee of V2 pools in pips (1/1,000,000); V3 and V4 pools carry their own.
    #[serde(default = "default_v2_fee")]
    pub fee_pips: u32,
    /// Where its contracts have other rules than those of the protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fork: Option<Fork>,
    /// Contract that keeps positions as tokens: V3's `NonfungiblePositionManager`, V4's `PositionManager`.
    #[serde(default)]
    pub position_manager: Option<Address>,
    /// How its tokens are priced.
    #[serde(default)]
    pub pricing: Pricing,
}

/// A fork whose contracts do something in another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fork {
    /// PancakeSwap V3: the protocol takes ten-thousandths of the fees, of every pool from its beginning on, and swaps tell
    /// what it took.
    PancakeV3,
}

/// Uniswap V2's 0.3 %.
const fn default_v2_fee() -> u32 {
    3_000
}

/// An NFT collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collection {
    /// Short name.
    pub name: String,
    /// ERC-721 or ERC-1155.
    pub standard: NftStandard,
    /// The contract.
    pub address: Address,
}

/// Everything watched on one chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watch {
    /// DEX deployments.
    pub dexes: Vec<Dex>,
    /// NFT collections.
    pub collections: Vec<Collection>,
}

impl Watch {
    /// The DEX whose factory or singleton has this address.
    #[must_use]
    pub fn dex(&self, factory: Address) -> Option<&Dex> {
        self.dexes.iter().find(|dex| dex.factory == factory)
    }

    /// The DEX whose position manager has this address.
    #[must_use]
    pub fn positions_of(&self, manager: Address) -> Option<&Dex> {
        self.dexes.iter().find(|dex| dex.position_manager == Some(manager))
    }

    /// The collection at this address.
    #[must_use]
    pub fn collection(&self, address: Address) -> Option<&Collection> {
        self.collections.iter().find(|collection| collection.address == address)
    }
}
