//! What the new sources have other than the old ones, in words. What makes no difference to the stored documents is none:
//! the order of things, names that are not stored, a later start.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use domain::{
    config::{Collection, Dex, Pricing, StaticToken},
    entity::Protocol,
};

use super::Sources;
use crate::error::IndexerError;

impl Sources {
    /// Why what is stored of these is not what an index of the new ones would store; empty where it is.
    ///
    /// # Errors
    /// [`IndexerError::Sources`].
    pub(crate) fn differences(&self, new: &Self) -> Result<Vec<String>, IndexerError> {
        let mut found = Vec::new();
        // from a later block on there would be less, not more
        if new.start_block < self.start_block {
            found.push(format!("start_block {} -> {}", self.start_block, new.start_block));
        }
        if new.transactions != self.transactions {
            found.push(format!("transactions {} -> {}", self.transactions, new.transactions));
        }
        if new.native_symbol != self.native_symbol {
            found.push(format!("native_symbol {} -> {}", self.native_symbol, new.native_symbol));
        }
        // with a DEX more or less that is told as such
        let had = self.dexes.iter().any(|dex| dex.protocol != Protocol::V2);
        if new.fee_growth && had && !self.fee_growth {
            found.push("growth of fees is followed, which an older version did not".to_owned());
        }
        found.extend(dexes(&self.dexes, &new.dexes));
        if stated(&self.dexes) != stated(&new.dexes) {
            found.push("changed stated tokens (pricing.tokens)".to_owned());
        }
        found.extend(collections(&self.collections, &new.collections));
        found.extend(self.contracts()?.differences(&new.contracts()?));
        Ok(found)
    }
}

fn dexes(old: &[Dex], new: &[Dex]) -> Vec<String> {
    let by_factory = |all: &[Dex]| -> BTreeMap<Address, Dex> {
        all.iter().map(|dex| (dex.factory, plain(dex))).collect()
    };
    let (old, new) = (by_factory(old), by_factory(new));
    let mut found = Vec::new();
    for (factory, dex) in &new {
        match old.get(factory) {
            None => found.push(format!("added dex `{}`", dex.name)),
            Some(old) if old != dex => found.push(changed(old, dex)),
            Some(_) => {}
        }
    }
    let gone = old.iter().filter(|(factory, _)| !new.contains_key(*factory));
    found.extend(gone.map(|(_, dex)| format!("removed dex `{}`", dex.name)));
    found
}

/// A DEX without what makes no difference by itself.
fn plain(dex: &Dex) -> Dex {
    let mut plain = dex.clone();
    if dex.protocol != Protocol::V2 {
        plain.fee_pips = 0;
    }
    let Pricing { stablecoins, skip_pools, tokens, .. } = &mut plain.pricing;
    // asked only whether they have something
    stablecoins.sort_unstable();
    skip_pools.sort_unstable();
    // those of all DEXes count together
    tokens.clear();
    plain
}

fn changed(old: &Dex, new: &Dex) -> String {
    let mut parts = Vec::new();
    if old.name != new.name {
        parts.push("name");
    }
    if old.protocol != new.protocol {
        parts.push("protocol");
    }
    if old.fee_pips != new.fee_pips {
        parts.push("fee");
    }
    if old.fork != new.fork {
        parts.push("fork");
    }
    if old.position_manager != new.position_manager {
        parts.push("position manager");
    }
    if old.pricing != new.pricing {
        parts.push("pricing");
    }
    // a name is stored with each pool
    format!("changed {} of dex `{}`", parts.join(" and "), old.name)
}

/// What is said of tokens, whichever DEX it is said for: the first counts.
fn stated(dexes: &[Dex]) -> BTreeMap<Address, &StaticToken> {
    let mut all = BTreeMap::new();
    for token in dexes.iter().flat_map(|dex| &dex.pricing.tokens) {
        all.entry(token.address).or_insert(token);
    }
    all
}

/// Names of collections are not stored.
fn collections(old: &[Collection], new: &[Collection]) -> Vec<String> {
    let find = |all: &[Collection], address| {
        all.iter().find(|it: &&Collection| it.address == address).map(|it| it.standard)
    };
    let mut found = Vec::new();
    for collection in new {
        match find(old, collection.address) {
            None => found.push(format!("added collection `{}`", collection.name)),
            Some(standard) if standard != collection.standard => {
                found.push(format!("changed standard of collection `{}`", collection.name));
            }
            Some(_) => {}
        }
    }
    let gone = old.iter().filter(|old| find(new, old.address).is_none());
    found.extend(gone.map(|old| format!("removed collection `{}`", old.name)));
    found
}
