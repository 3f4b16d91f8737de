//! The catalogue with the addresses of one deployment.

use abis::periphery::PoolKey;
use alloy::sol_types::SolValue;
use alloy_primitives::{Address, B256, U256, keccak256};

use crate::deployment::Deployment;
use crate::traffic::amounts;
use crate::traffic::catalogue::{Asset, POOLS, PoolSpec, Protocol};

/// A pool that exists or will.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    pub(crate) spec: PoolSpec,
    /// Both sides, in the order of their addresses.
    pub(crate) assets: [Asset; 2],
    /// Their addresses, zero for the native coin.
    pub(crate) currencies: [Address; 2],
    /// First liquidity of both sides.
    pub(crate) first: [U256; 2],
    /// First price.
    pub(crate) sqrt_price: U256,
}

impl Pool {
    /// What names the pool to the V4 contracts; meaningless for the others.
    pub(crate) fn key(&self) -> PoolKey {
        let (fee, spacing) = match self.spec.protocol {
            Protocol::V2 => (0, 1),
            Protocol::V3 { fee, spacing } | Protocol::V4 { fee, spacing } => (fee, spacing),
        };
        PoolKey {
            currency0: self.currencies[0],
            currency1: self.currencies[1],
            fee: amounts::fee(fee),
            tickSpacing: amounts::tick(spacing),
            hooks: Address::ZERO,
        }
    }

    /// The V4 pool id.
    pub(crate) fn id(&self) -> B256 {
        keccak256(self.key().abi_encode())
    }
}

/// Everything that traffic can touch.
#[derive(Debug)]
pub(crate) struct Universe {
    pub(crate) deployment: Deployment,
    pub(crate) pools: Vec<Pool>,
}

impl Universe {
    pub(crate) fn new(deployment: &Deployment) -> Self {
        let pools = POOLS.iter().map(|spec| pool(deployment, *spec)).collect();
        Self { deployment: deployment.clone(), pools }
    }
}

pub(crate) fn pool(deployment: &Deployment, spec: PoolSpec) -> Pool {
    let address = |asset: Asset| match asset {
        Asset::Token(index) => deployment.tokens.get(index).copied().unwrap_or_default(),
        Asset::Weth => deployment.weth,
        Asset::Native => Address::ZERO,
    };
    let mut assets = spec.assets;
    assets.sort_by_key(|asset| address(*asset));
    let first = assets.map(|asset| amounts::dollars(asset, spec.depth));
    Pool {
        spec,
        assets,
        currencies: assets.map(address),
        first,
        sqrt_price: amounts::sqrt_price(first[0], first[1]),
    }
}
