//! `[feeds]`: what charts, listing sites and aggregators are shown.

use std::collections::HashSet;

use alloy_primitives::Address;
use domain::ids::PoolId;
use serde::{Deserialize, Serialize};
use serving::feeds::{BarOpen, Confirmations, FeedSettings, HISTORY_CAP, MOST_POOLS, TimeUnit};

use super::ChainConfig;

#[cfg(test)]
mod tests;

/// More bars in one answer are a mistake.
const MOST_BARS: u32 = 50_000;
/// More pools in one listing are a mistake.
const LONGEST_LISTING: u32 = 200_000;
/// More memory for answers is a mistake.
const MOST_CACHE_MB: u32 = 16_384;

/// `[feeds]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeedsConfig {
    /// Blocks on a block before feeds that read each block once may know it.
    pub confirmations: Confirmations,
    /// Most bars of one answer.
    pub history_cap: u32,
    /// Unit of `nextTime`.
    pub next_time: TimeUnit,
    /// What a bar opens with.
    pub bar_open: BarOpen,
    /// Most pools of a listing.
    pub most_pools: u32,
    /// Memory for answers of the newest block.
    pub answers_mb: u32,
    /// What is left out.
    pub exclude: Vec<ExcludeConfig>,
}

/// `[[feeds.exclude]]`: what no feed shows of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExcludeConfig {
    /// Name of the chain.
    pub chain: String,
    /// Pools.
    #[serde(default)]
    pub pools: Vec<PoolId>,
    /// Tokens, with all their pools.
    #[serde(default)]
    pub tokens: Vec<Address>,
}

impl Default for FeedsConfig {
    fn default() -> Self {
        Self {
            confirmations: Confirmations::default(),
            history_cap: HISTORY_CAP,
            next_time: TimeUnit::default(),
            bar_open: BarOpen::default(),
            most_pools: MOST_POOLS,
            answers_mb: 32,
            exclude: Vec::new(),
        }
    }
}

impl FeedsConfig {
    /// As the feeds of a chain see it.
    #[must_use]
    pub fn settings(&self, chain: &ChainConfig) -> FeedSettings {
        let left_out = || self.exclude.iter().filter(|exclude| exclude.chain == chain.name);
        let pricing = || chain.dex.iter().map(|dex| &dex.pricing);
        let natives = pricing().map(|pricing| pricing.reference_token);
        FeedSettings {
            // without a number the store knows which blocks nobody can take back any more
            confirmations: self.confirmations.blocks(),
            history_cap: self.history_cap,
            next_time: self.next_time,
            open: self.bar_open,
            most_pools: self.most_pools,
            cache_bytes: usize::try_from(self.answers_mb).map_or(usize::MAX, |mb| mb << 20),
            excluded_pools: left_out().flat_map(|exclude| &exclude.pools).copied().collect(),
            excluded_tokens: left_out().flat_map(|exclude| &exclude.tokens).copied().collect(),
            stablecoins: pricing().flat_map(|pricing| &pricing.stablecoins).copied().collect(),
            natives: natives.filter(|token| !token.is_zero()).collect(),
        }
    }

    /// Whether these make sense; the error names the key.
    pub(super) fn check(&self, chains: &[ChainConfig]) -> Result<(), String> {
        let within = |key: &str, value: u32, least: u32, most: u32| {
            if (least..=most).contains(&value) {
                return Ok(());
            }
            Err(format!("feeds.{key}: {value} is not from {least} to {most}"))
        };
        within("history_cap", self.history_cap, 1, MOST_BARS)?;
        within("most_pools", self.most_pools, 1, LONGEST_LISTING)?;
        within("answers_mb", self.answers_mb, 0, MOST_CACHE_MB)?;
        let mut named = HashSet::new();
        for (index, exclude) in self.exclude.iter().enumerate() {
            let key = format!("feeds.exclude.{index}.chain");
            let name = exclude.chain.escape_debug();
            if !chains.iter().any(|chain| chain.name == exclude.chain) {
                let names: Vec<_> = chains.iter().map(|chain| chain.name.as_str()).collect();
                return Err(format!(
                    "{key}: no [[chain]] is called `{name}`: {}",
                    names.join(", ")
                ));
            }
            if !named.insert(&exclude.chain) {
                return Err(format!("{key}: `{name}` is named twice: write all of it in one"));
            }
        }
        Ok(())
    }
}
