//! What was compared, and what differs.

use std::collections::BTreeMap;

use domain::block::BlockRef;

/// Differences kept with their values, per kind; all are counted.
const KEPT: usize = 10;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Hashes of the blocks that can be taken back.
    Blocks,
    /// Reserves of V2 pairs.
    Reserves,
    /// Price and tick of V3 and V4 pools.
    Prices,
    /// Liquidity in range of V3 and V4 pools.
    Liquidity,
    /// Ticks of V3 and V4 pools.
    Ticks,
    /// Sums over a pool's ticks: from the store alone.
    TickSums,
    /// Owners, ranges and liquidity of V3 and V4 positions.
    Positions,
    /// Owners of ERC-721 tokens.
    Owners,
    /// Balances of ERC-1155 tokens.
    Balances,
    /// Rows of spans of blocks, against the logs of the chain.
    Events,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Blocks,
        Self::Reserves,
        Self::Prices,
        Self::Liquidity,
        Self::Ticks,
        Self::TickSums,
        Self::Positions,
        Self::Owners,
        Self::Balances,
        Self::Events,
    ];

    /// For tables and labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Reserves => "reserves",
            Self::Prices => "prices",
            Self::Liquidity => "liquidity",
            Self::Ticks => "ticks",
            Self::TickSums => "tick_sums",
            Self::Positions => "positions",
            Self::Owners => "owners",
            Self::Balances => "balances",
            Self::Events => "events",
        }
    }
}

/// Two values that should be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Of what.
    pub what: String,
    /// In the store.
    pub stored: String,
    /// On the chain.
    pub chain: String,
}

/// The outcome of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Compared.
    pub checked: u64,
    /// Of these, different.
    pub differing: u64,
    /// The first differences.
    pub first: Vec<Difference>,
}

/// The outcome of all kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Name of the chain.
    pub chain: String,
    /// Block at which it was compared.
    pub block: BlockRef,
    /// By kind; every kind is there.
    pub tallies: BTreeMap<Kind, Tally>,
}

impl Report {
    pub(super) fn new(chain: String, block: BlockRef) -> Self {
        let tallies = Kind::ALL.into_iter().map(|kind| (kind, Tally::default())).collect();
        Self { chain, block, tallies }
    }

    /// An empty one of the same block, for [`Report::add`].
    pub(super) fn part(&self) -> Self {
        Self::new(self.chain.clone(), self.block)
    }

    /// Takes over what another one has noted.
    pub(super) fn add(&mut self, part: Self) {
        for (kind, found) in part.tallies {
            let tally = self.tallies.entry(kind).or_default();
            tally.checked += found.checked;
            tally.differing += found.differing;
            let room = KEPT.saturating_sub(tally.first.len());
            tally.first.extend(found.first.into_iter().take(room));
        }
    }

    /// Notes a comparison.
    pub(super) fn compare(
        &mut self,
        kind: Kind,
        what: impl FnOnce() -> String,
        stored: String,
        chain: String,
    ) {
        let tally = self.tallies.entry(kind).or_default();
        tally.checked += 1;
        if stored != chain {
            tally.differing += 1;
            if tally.first.len() < KEPT {
                tally.first.push(Difference { what: what(), stored, chain });
            }
        }
    }

    /// Differences of all kinds.
    #[must_use]
    pub fn differing(&self) -> u64 {
        self.tallies.values().map(|tally| tally.differing).sum()
    }

    /// Comparisons of all kinds.
    #[must_use]
    pub fn checked(&self) -> u64 {
        self.tallies.values().map(|tally| tally.checked).sum()
    }
}
