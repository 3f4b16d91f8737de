//! What blocks need of the store before they can be folded: not only what they change, but what prices depend on.
//!
//! What is needed shows in steps: a pool names its tokens, a token the pools that price it, those pools other tokens.
//! Ask, load, ask again, until nothing is missing.

use alloy_primitives::Address;

use super::{Entity, Key, State, derived, keys, positions};
use crate::{
    block::Block,
    config::Watch,
    entity::Pool,
    event::{Event, EventKind},
    figures::{Interval, TokenFigures},
    ids::PoolId,
    map::Map,
};

mod ticks;

use self::ticks::Ways;

/// A pool's world: factory and tokens.
#[derive(Debug, Clone, Copy)]
struct Home {
    factory: Address,
    tokens: [Address; 2],
    tick_spacing: i32,
}

/// Finds what a run of blocks needs.
#[derive(Debug)]
pub struct Needs<'a> {
    watch: &'a Watch,
    blocks: &'a [Block],
    /// Pools that these very blocks create.
    created: Map<PoolId, Home>,
}

impl<'a> Needs<'a> {
    /// The needs of these blocks.
    #[must_use]
    pub fn new(watch: &'a Watch, blocks: &'a [Block]) -> Self {
        let events = blocks.iter().flat_map(|block| &block.events);
        let created = events.filter_map(|event| created(watch, event)).collect();
        Self { watch, blocks, created }
    }

    /// What is not in memory yet; ordered, each once. Nothing when the blocks can be folded.
    #[must_use]
    pub fn missing(&self, state: &mut State) -> Vec<Key> {
        let mut wanted = Wanted { state, missing: Vec::new() };
        let mut seen: Map<PoolId, u32> = Map::default();
        let mut ways = Ways::default();
        let mut buffer = Vec::new();
        for block in self.blocks {
            let hour = Interval::Hour.period(block.header.timestamp);
            for event in &block.events {
                if !is_nobodys(self.watch, event) {
                    keys::touched(event, &mut buffer);
                }
                for key in buffer.drain(..) {
                    wanted.want(key);
                }
                if let Some(key) = positions::key_of(self.watch, event) {
                    position_needs(&mut wanted, key);
                }
                let Some(pool) = keys::pool_of(event) else { continue };
                let spacing = self.created.get(&pool).map(|home| home.tick_spacing);
                ways.event(&mut wanted, pool, &event.kind, block.header.timestamp, spacing);
                if let Some(sender) = block.sender(event.meta.tx_index) {
                    wanted.want(Key::Account(sender.from));
                }
                // a pool's other needs change with the hour only
                if seen.insert(pool, hour) != Some(hour)
                    && let Some(home) = self.home(wanted.state, pool)
                {
                    self.pool_needs(&mut wanted, pool, home, block.header.timestamp);
                }
            }
        }
        for dex in &self.watch.dexes {
            if seen.keys().any(|pool| {
                self.home(wanted.state, *pool).is_some_and(|home| home.factory == dex.factory)
            }) {
                for pool in &dex.pricing.stable_pools {
                    wanted.want(Key::Pool(*pool));
                }
            }
        }
        let mut missing = wanted.missing;
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// Loads what is missing, step by step, from what `stored` knows.
    pub fn load(&self, state: &mut State, mut stored: impl FnMut(&Key) -> Option<Entity>) {
        loop {
            let missing = self.missing(state);
            if missing.is_empty() {
                return;
            }
            for key in missing {
                state.load(key, stored(&key));
            }
        }
    }

    fn home(&self, state: &State, pool: PoolId) -> Option<Home> {
        match state.get(&Key::Pool(pool)) {
            Some(Entity::Pool(pool)) => Some(Home::of(pool)),
            _ => self.created.get(&pool).copied(),
        }
    }

    fn pool_needs(&self, wanted: &mut Wanted<'_>, pool: PoolId, home: Home, timestamp: u64) {
        let Home { factory, tokens, .. } = home;
        wanted.want(Key::Factory(factory));
        wanted.want(Key::ProtocolDay(factory, Interval::Day.period(timestamp)));
        for interval in Interval::ALL {
            let period = interval.period(timestamp);
            wanted.want(Key::PoolInterval(pool, interval, period));
            for token in tokens {
                wanted.want(Key::TokenInterval(factory, token, interval, period));
            }
        }
        for token in tokens {
            wanted.want(Key::Token(token));
            self.price_needs(wanted, factory, token);
        }
    }

    /// A token's price comes from its whitelisted pools and from the price of the token on their other side, unless it is
    /// a given: such tokens may have very many pools.
    fn price_needs(&self, wanted: &mut Wanted<'_>, factory: Address, token: Address) {
        let key = Key::TokenFigures(factory, token);
        wanted.want(key);
        if self.watch.dex(factory).is_some_and(|dex| derived::is_given(dex, token)) {
            return;
        }
        let Some(Entity::TokenFigures(figures)) = wanted.state.get(&key) else { return };
        let TokenFigures { whitelist_pools, .. } = figures.as_ref();
        for pool in whitelist_pools.clone() {
            wanted.want(Key::Pool(pool));
            if let Some(home) = self.home(wanted.state, pool) {
                for other in home.tokens {
                    wanted.want(Key::TokenFigures(factory, other));
                }
            }
        }
    }
}

impl Home {
    const fn of(pool: &Pool) -> Self {
        let tokens = [pool.token0, pool.token1];
        Self { factory: pool.factory, tokens, tick_spacing: pool.tick_spacing }
    }
}

/// The pool that an event creates, if its factory is watched.
fn created(watch: &Watch, event: &Event) -> Option<(PoolId, Home)> {
    let (pool, tokens, tick_spacing) = match event.kind {
        EventKind::V2PairCreated { token0, token1, pair } => {
            (PoolId::Contract(pair), [token0, token1], 0)
        }
        EventKind::V3PoolCreated { token0, token1, pool, tick_spacing, .. } => {
            (PoolId::Contract(pool), [token0, token1], tick_spacing)
        }
        EventKind::V4Initialize { id, currency0, currency1, tick_spacing, .. } => {
            (PoolId::Key(id), [currency0, currency1], tick_spacing)
        }
        _ => return None,
    };
    let factory = event.meta.address;
    watch.dex(factory).map(|_| (pool, Home { factory, tokens, tick_spacing }))
}

/// Whether a token moved of which no balances are kept: a position's, as a rule.
fn is_nobodys(watch: &Watch, event: &Event) -> bool {
    matches!(event.kind, EventKind::Erc721Transfer { .. })
        && watch.collection(event.meta.address).is_none()
}

/// A position, and the tokens whose amounts it counts.
fn position_needs(wanted: &mut Wanted<'_>, key: Key) {
    wanted.want(key);
    let Some(Entity::NftPosition(position)) = wanted.state.get(&key) else { return };
    for token in [position.token0, position.token1].into_iter().flatten() {
        wanted.want(Key::Token(token));
    }
}

/// Keys asked for, against a state.
struct Wanted<'a> {
    state: &'a mut State,
    missing: Vec<Key>,
}

impl Wanted<'_> {
    fn want(&mut self, key: Key) {
        if !self.state.keep(&key) {
            self.missing.push(key);
        }
    }
}
