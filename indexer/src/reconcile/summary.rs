//! What a run found, DEX by DEX.

use std::collections::BTreeMap;

use domain::{block::BlockRef, decimal::Decimal, reconciled::Reconciled};

/// A drift of more than one part in so many of what is locked is told of.
const TOLD_FROM: u64 = 1_000;

/// What a run found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The block of all balances.
    pub block: BlockRef,
    /// By the name of the DEX.
    pub dexes: BTreeMap<String, DexSummary>,
}

/// What a run found of a DEX.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DexSummary {
    /// Pools asked.
    pub pools: u64,
    /// Of those, pools whose contracts gave no answer that can be read.
    pub unanswered: u64,
    /// Pools of which a token differs at all.
    pub drifting: u64,
    /// Pools of which a token differs by more than 0.1 % of what is locked.
    pub told: u64,
    /// The greatest drift as a part of what is locked, by the greater of the two figures: 0 to 1, or more where the sum
    /// of events is negative.
    pub worst: Decimal,
}

impl Summary {
    pub(super) fn new<'a>(block: BlockRef, dexes: impl Iterator<Item = &'a String>) -> Self {
        let dexes = dexes.map(|name| (name.clone(), DexSummary::default()));
        Self { block, dexes: dexes.collect() }
    }

    pub(super) fn unanswered(&mut self, dex: &str) {
        let dex = self.dexes.entry(dex.to_owned()).or_default();
        dex.pools += 1;
        dex.unanswered += 1;
    }

    pub(super) fn compared(&mut self, dex: &str, summed: [Decimal; 2], found: &Reconciled) {
        let dex = self.dexes.entry(dex.to_owned()).or_default();
        dex.pools += 1;
        let mut part = Decimal::ZERO;
        for ((summed, locked), drift) in summed.into_iter().zip(found.locked).zip(found.drift) {
            let whole = summed.abs().max(locked);
            if !whole.is_zero() {
                part = part.max(drift.abs().safe_div(whole));
            }
        }
        dex.drifting += u64::from(found.drift.iter().any(|drift| !drift.is_zero()));
        dex.told += u64::from(part * Decimal::from(TOLD_FROM) > Decimal::ONE);
        dex.worst = dex.worst.max(part);
    }
}
