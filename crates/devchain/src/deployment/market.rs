//! What prices are told by on the local chain: the pools that traffic will create for it, and the parameters of pricing.

use std::path::Path;

use alloy::sol_types::SolValue;
use alloy_primitives::{Address, B256, keccak256};
use domain::{config::Pricing, decimal::Decimal, entity::Protocol, ids::PoolId};
use serde::{Deserialize, Serialize};

use super::Deployment;
use crate::artifacts;
use crate::error::DevchainError;
use crate::traffic::{catalogue, universe};

/// The dollar that traffic trades most.
const DOLLAR: usize = 0;
/// How many of the test tokens, from the first, give others their price.
const PRICING_TOKENS: usize = 4;

/// What prices are told by. The pools exist some blocks after the deployment; their addresses follow from the factories.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Market {
    /// The token that is worth one dollar.
    pub stablecoin: Address,
    /// Tokens that give others their price, in order; V4 adds the native coin.
    pub whitelist: Vec<Address>,
    /// V2 pair of the stablecoin and wrapped ether.
    pub v2_stable_pool: Address,
    /// V3 pool of the stablecoin and wrapped ether with a fee of 500 pips.
    pub v3_stable_pool: Address,
    /// V4 pool of the stablecoin and the native coin with a fee of 500 pips.
    pub v4_stable_pool: B256,
}

impl Market {
    /// Works out where the pools will be, by the creation code of the packages in `modules`.
    pub(crate) fn of(deployment: &Deployment, modules: &Path) -> Result<Self, DevchainError> {
        let [v2, v3, v4] = catalogue::STABLE.map(|spec| universe::pool(deployment, spec));
        let [token0, token1] = v2.currencies;
        let v2_salt = keccak256((token0, token1).abi_encode_packed());
        let [token0, token1] = v3.currencies;
        let v3_salt = keccak256((token0, token1, v3.key().fee).abi_encode());
        let code = |file| artifacts::init_code_hash(modules, file);
        let priced = deployment.tokens.iter().take(PRICING_TOKENS);
        Ok(Self {
            stablecoin: deployment.tokens.get(DOLLAR).copied().unwrap_or_default(),
            whitelist: [deployment.weth].iter().chain(priced).copied().collect(),
            v2_stable_pool: deployment.v2_factory.create2(v2_salt, code(artifacts::V2_PAIR)?),
            v3_stable_pool: deployment.v3_factory.create2(v3_salt, code(artifacts::V3_POOL)?),
            v4_stable_pool: v4.id(),
        })
    }
}

impl Deployment {
    /// How the tokens of a protocol are priced on this chain: everything that is worth something counts.
    #[must_use]
    pub fn pricing(&self, protocol: Protocol) -> Pricing {
        let market = &self.market;
        let mut whitelist = market.whitelist.clone();
        let stable = match protocol {
            Protocol::V2 => PoolId::Contract(market.v2_stable_pool),
            Protocol::V3 => PoolId::Contract(market.v3_stable_pool),
            Protocol::V4 => {
                whitelist.push(Address::ZERO);
                PoolId::Key(market.v4_stable_pool)
            }
        };
        Pricing {
            reference_token: self.weth,
            whitelist,
            stablecoins: vec![market.stablecoin],
            stable_pools: vec![stable],
            minimum_locked: Decimal::ONE,
            ..Pricing::default()
        }
    }
}
