//! All pools of a chain at one block, by number. Who keeps the market gives tokens and pools their numbers.

use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use super::{chunked::Chunked, venue::Venue};

/// Tokens that paths go through: so many of those with the most pools. In a market of thousands of tokens the others
/// lead nowhere that these do not.
const HUBS: usize = 512;

/// Number of a token in the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenIx(pub u32);

/// Number of a pool in the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolIx(pub u32);

/// A pool of a token, and its other token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) other: TokenIx,
    pub(super) pool: PoolIx,
}

/// The pools. A clone shares what is not changed afterwards.
#[derive(Debug, Clone, Default)]
pub struct Market {
    pools: Chunked<Venue>,
    links: Chunked<Vec<Link>>,
    /// Found when first asked for, and again after a pool came.
    hubs: OnceLock<Arc<Hubs>>,
}

/// Tokens with many pools, and the pools between them.
#[derive(Debug, Default)]
pub(super) struct Hubs {
    pub(super) tokens: HashMap<TokenIx, Vec<Link>>,
}

impl Market {
    /// Pools, those that cannot be traded in included.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.pools.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pools.len() == 0
    }

    /// A pool.
    #[must_use]
    pub fn pool(&self, pool: PoolIx) -> Option<&Venue> {
        self.pools.get(place(pool.0))
    }

    /// Adds a pool; its number is the next one.
    pub fn add(&mut self, venue: Venue) -> PoolIx {
        let pool = PoolIx(u32::try_from(self.pools.len()).unwrap_or(u32::MAX));
        let [token0, token1] = venue.tokens;
        self.pools.push(venue);
        self.hubs = OnceLock::new();
        for (token, other) in [(token0, token1), (token1, token0)] {
            while self.links.len() <= place(token.0) {
                self.links.push(Vec::new());
            }
            if let Some(links) = self.links.get_mut(place(token.0)) {
                links.push(Link { other, pool });
            }
        }
        pool
    }

    /// Puts a pool's new state in the place of its old one; its tokens stay. Whether it is there.
    pub fn replace(&mut self, pool: PoolIx, venue: Venue) -> bool {
        match self.pools.get_mut(place(pool.0)) {
            Some(old) if old.tokens == venue.tokens => {
                *old = venue;
                true
            }
            _ => false,
        }
    }

    /// All pools by number.
    pub fn iter(&self) -> impl Iterator<Item = &Venue> {
        self.pools.iter()
    }

    /// The pools that hold both tokens.
    pub fn between(&self, one: TokenIx, other: TokenIx) -> impl Iterator<Item = PoolIx> {
        let (few, end) = if self.links(one).len() <= self.links(other).len() {
            (one, other)
        } else {
            (other, one)
        };
        self.links(few).iter().filter(move |link| link.other == end).map(|link| link.pool)
    }

    /// The pools that hold this token.
    pub fn holding(&self, token: TokenIx) -> impl Iterator<Item = PoolIx> {
        self.links(token).iter().map(|link| link.pool)
    }

    pub(super) fn links(&self, token: TokenIx) -> &[Link] {
        self.links.get(place(token.0)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn venue(&self, pool: PoolIx) -> &Venue {
        &self.pools[place(pool.0)]
    }

    /// The tokens that paths go through.
    pub(super) fn hubs(&self) -> &Hubs {
        self.hubs.get_or_init(|| Arc::new(self.find_hubs()))
    }

    fn find_hubs(&self) -> Hubs {
        let mut tokens: Vec<_> = (0_u32..)
            .zip(self.links.iter())
            .filter(|(_, links)| links.len() > 1)
            .map(|(token, links)| (Reverse(links.len()), TokenIx(token)))
            .collect();
        if tokens.len() > HUBS {
            tokens.select_nth_unstable(HUBS);
            tokens.truncate(HUBS);
        }
        let mut hubs: HashMap<_, Vec<Link>> =
            tokens.into_iter().map(|(_, token)| (token, Vec::new())).collect();
        let known: Vec<_> = hubs.keys().copied().collect();
        for token in known {
            let between =
                self.links(token).iter().filter(|link| hubs.contains_key(&link.other)).copied();
            let between = between.collect();
            hubs.insert(token, between);
        }
        Hubs { tokens: hubs }
    }
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
