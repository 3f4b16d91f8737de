//! `[[chain.dex]]`: a DEX deployment, written out or taken from a preset; what is written out counts.

use alloy_primitives::Address;
use domain::{
    config::{Fork, Pricing, StaticToken},
    decimal::Decimal,
    entity::Protocol,
    ids::PoolId,
};
use serde::{Deserialize, Serialize};

use crate::presets;

#[cfg(test)]
mod tests;

/// `[[chain.dex]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct DexConfig {
    /// Short name.
    pub name: String,
    /// Rules.
    pub protocol: Protocol,
    /// Factory or `PoolManager`.
    pub factory: Address,
    /// Block of the factory's creation, or one below; 0 where it is not known.
    pub start_block: u64,
    /// Fee of V2 pools in pips.
    pub fee_pips: u32,
    /// Where its contracts have other rules than those of the protocol.
    pub fork: Option<Fork>,
    /// V2 router, V3 `QuoterV2` or V4 `V4Quoter`.
    pub quoter: Option<Address>,
    /// SwapRouter02 for its pools (V2, V3); none: no transactions for that router.
    pub swap_router02: Option<Address>,
    /// Universal Router for its pools; none: no transactions for that router.
    pub universal_router: Option<Address>,
    /// V3 `NonfungiblePositionManager` or V4 `PositionManager`; none: its positions are not followed.
    pub position_manager: Option<Address>,
    /// How tokens are priced.
    pub pricing: Pricing,
}

/// Fee of V2 pools in pips where none is named.
const DEFAULT_FEE: u32 = 3_000;

/// The same as it stands in a file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Written {
    preset: Option<String>,
    name: Option<String>,
    protocol: Option<Protocol>,
    factory: Option<Address>,
    start_block: Option<u64>,
    fee_pips: Option<u32>,
    fork: Option<Fork>,
    quoter: Option<Address>,
    swap_router02: Option<Address>,
    universal_router: Option<Address>,
    position_manager: Option<Address>,
    pricing: WrittenPricing,
}

/// `[chain.dex.pricing]` as it stands in a file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenPricing {
    reference_token: Option<Address>,
    whitelist: Option<Vec<Address>>,
    stablecoins: Option<Vec<Address>>,
    stable_pools: Option<Vec<PoolId>>,
    minimum_locked: Option<Decimal>,
    minimum_liquidity_usd: Option<Decimal>,
    skip_pools: Option<Vec<PoolId>>,
    tokens: Option<Vec<StaticToken>>,
}

impl Written {
    /// These keys, and the preset's where there is none.
    fn over(self, preset: Self) -> Self {
        Self {
            preset: None,
            name: self.name.or(preset.name),
            protocol: self.protocol.or(preset.protocol),
            factory: self.factory.or(preset.factory),
            start_block: self.start_block.or(preset.start_block),
            fee_pips: self.fee_pips.or(preset.fee_pips),
            fork: self.fork.or(preset.fork),
            quoter: self.quoter.or(preset.quoter),
            swap_router02: self.swap_router02.or(preset.swap_router02),
            universal_router: self.universal_router.or(preset.universal_router),
            position_manager: self.position_manager.or(preset.position_manager),
            pricing: self.pricing.over(preset.pricing),
        }
    }
}

impl WrittenPricing {
    fn over(self, preset: Self) -> Self {
        Self {
            reference_token: self.reference_token.or(preset.reference_token),
            whitelist: self.whitelist.or(preset.whitelist),
            stablecoins: self.stablecoins.or(preset.stablecoins),
            stable_pools: self.stable_pools.or(preset.stable_pools),
            minimum_locked: self.minimum_locked.or(preset.minimum_locked),
            minimum_liquidity_usd: self.minimum_liquidity_usd.or(preset.minimum_liquidity_usd),
            skip_pools: self.skip_pools.or(preset.skip_pools),
            tokens: self.tokens.or(preset.tokens),
        }
    }
}

impl From<WrittenPricing> for Pricing {
    fn from(written: WrittenPricing) -> Self {
        Self {
            reference_token: written.reference_token.unwrap_or_default(),
            whitelist: written.whitelist.unwrap_or_default(),
            stablecoins: written.stablecoins.unwrap_or_default(),
            stable_pools: written.stable_pools.unwrap_or_default(),
            minimum_locked: written.minimum_locked.unwrap_or_default(),
            minimum_liquidity_usd: written.minimum_liquidity_usd.unwrap_or_default(),
            skip_pools: written.skip_pools.unwrap_or_default(),
            tokens: written.tokens.unwrap_or_default(),
        }
    }
}

impl TryFrom<Written> for DexConfig {
    type Error = String;

    fn try_from(mut written: Written) -> Result<Self, String> {
        if let Some(name) = written.preset.take() {
            written = written.over(presets::find(&name)?);
        }
        let missing = |key: &str| format!("`{key}` is missing: write it, or name a `preset`");
        Ok(Self {
            name: written.name.ok_or_else(|| missing("name"))?,
            protocol: written.protocol.ok_or_else(|| missing("protocol"))?,
            factory: written.factory.ok_or_else(|| missing("factory"))?,
            start_block: written.start_block.unwrap_or_default(),
            fee_pips: written.fee_pips.unwrap_or(DEFAULT_FEE),
            fork: written.fork,
            quoter: written.quoter,
            // beside a preset zero stands for none
            swap_router02: written.swap_router02.filter(|router| !router.is_zero()),
            universal_router: written.universal_router.filter(|router| !router.is_zero()),
            position_manager: written.position_manager.filter(|manager| !manager.is_zero()),
            pricing: written.pricing.into(),
        })
    }
}
