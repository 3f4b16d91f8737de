//! What the reference's rules take as parameters.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use crate::{decimal::Decimal, ids::PoolId};

/// How a DEX's tokens are priced: what the reference subgraph of a network holds as constants. Without them token amounts
/// are counted, and everything in USD stays at zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pricing {
    /// The wrapped native token, in which prices are derived ("ETH" in the names of figures).
    pub reference_token: Address,
    /// Tokens that give others their price and whose amounts are tracked, in order (the order matters for V2).
    pub whitelist: Vec<Address>,
    /// Tokens worth one USD by definition (V3, V4; V2 where the network's reference has some).
    pub stablecoins: Vec<Address>,
    /// Pools of the reference token and a stablecoin that give the USD price: one for V3 and V4, pairs for V2.
    pub stable_pools: Vec<PoolId>,
    /// What a pool must hold of the reference token's worth to give a price.
    pub minimum_locked: Decimal,
    /// V2: what a pair must hold in USD for its volume to be tracked.
    pub minimum_liquidity_usd: Decimal,
    /// Pools that are not counted.
    pub skip_pools: Vec<PoolId>,
    /// Tokens whose contracts do not tell the truth, or nothing.
    pub tokens: Vec<StaticToken>,
}

/// Metadata that stands in for a token's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaticToken {
    /// The token.
    pub address: Address,
    /// Symbol.
    pub symbol: String,
    /// Name.
    pub name: String,
    /// Decimals.
    pub decimals: u8,
}

impl Pricing {
    /// Whether a token is whitelisted.
    #[must_use]
    pub fn is_whitelisted(&self, token: Address) -> bool {
        self.whitelist.contains(&token)
    }

    /// Whether a token is worth one USD by definition.
    #[must_use]
    pub fn is_stablecoin(&self, token: Address) -> bool {
        self.stablecoins.contains(&token)
    }
}
