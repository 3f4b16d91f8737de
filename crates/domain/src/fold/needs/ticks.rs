//! The ticks that swaps cross: which words of usable ticks lie on the way, and which ticks of those words are initialised.

use alloy_primitives::U256;

use super::Wanted;
use crate::{
    amm::{
        tick_math::{MAX_TICK, MIN_TICK},
        tick_word::{compressed, initialised, place, words_between},
    },
    entity::{Pool, PoolState},
    event::EventKind,
    figures::{Interval, TickWord},
    fold::{EntityType as _, Key},
    ids::PoolId,
    map::Map,
};

/// Where the pools of a run of blocks stand, event by event, and which ticks begin in those blocks.
#[derive(Debug, Default)]
pub(super) struct Ways {
    pools: Map<PoolId, Way>,
    /// Ticks of these blocks' own mints, by word.
    begun: Map<(PoolId, i32), U256>,
}

#[derive(Debug, Clone, Copy)]
struct Way {
    spacing: i32,
    tick: Option<i32>,
}

impl Ways {
    /// Wants what an event of a pool needs beside the ticks that it names. Events come in order.
    pub(super) fn event(
        &mut self,
        wanted: &mut Wanted<'_>,
        pool: PoolId,
        kind: &EventKind,
        timestamp: u64,
        created_spacing: Option<i32>,
    ) {
        let place = match *kind {
            EventKind::V3Initialize { tick, .. } | EventKind::V4Initialize { tick, .. } => {
                Place::At(tick)
            }
            EventKind::V3Swap { tick, .. } | EventKind::V4Swap { tick, .. } => Place::Moved(tick),
            EventKind::V3Mint { tick_lower, tick_upper, .. }
            | EventKind::V3Burn { tick_lower, tick_upper, .. }
            | EventKind::V4ModifyLiquidity { tick_lower, tick_upper, .. } => {
                Place::Range([tick_lower, tick_upper])
            }
            _ => return,
        };
        let day = Interval::Day.period(timestamp);
        if let Place::Range(range) = place {
            for tick in range {
                want_day(wanted, pool, tick, day);
            }
        }
        // an unknown pool is asked for already
        let Some(way) = self.way(wanted, pool, created_spacing) else { return };
        match place {
            Place::At(tick) => self.moved(pool, way, tick),
            Place::Moved(tick) => {
                if let Some(from) = way.tick
                    && compressed(from, way.spacing) != compressed(tick, way.spacing)
                {
                    self.crossed(wanted, pool, way.spacing, (from, tick), day);
                }
                self.moved(pool, way, tick);
            }
            Place::Range(range) => {
                for tick in range {
                    self.ends_at(wanted, pool, way.spacing, tick);
                }
            }
        }
    }

    fn way(&mut self, wanted: &Wanted<'_>, pool: PoolId, created: Option<i32>) -> Option<Way> {
        if let Some(way) = self.pools.get(&pool) {
            return Some(*way);
        }
        let way = match wanted.state.get(&Key::Pool(pool)).and_then(Pool::of) {
            Some(Pool {
                state: PoolState::Concentrated { tick, .. },
                tick_spacing,
                figures,
                ..
            }) => {
                // what is not known stays so
                figures.fee_growth()?;
                Way { spacing: *tick_spacing, tick: Some(*tick) }
            }
            Some(_) => return None,
            None => Way { spacing: created?, tick: None },
        };
        self.pools.insert(pool, way);
        Some(way)
    }

    fn moved(&mut self, pool: PoolId, way: Way, tick: i32) {
        let tick = Some(tick.clamp(MIN_TICK, MAX_TICK));
        self.pools.insert(pool, Way { tick, ..way });
    }

    fn ends_at(&mut self, wanted: &mut Wanted<'_>, pool: PoolId, spacing: i32, tick: i32) {
        let (word, bit) = place(tick, spacing);
        wanted.want(Key::TickWord(pool, word));
        *self.begun.entry((pool, word)).or_default() |= U256::ONE << bit;
    }

    fn crossed(
        &self,
        wanted: &mut Wanted<'_>,
        pool: PoolId,
        spacing: i32,
        (from, to): (i32, i32),
        day: u32,
    ) {
        let (low, high) = (from.min(to), from.max(to));
        for word in words_between(low, high, spacing) {
            let key = Key::TickWord(pool, word);
            wanted.want(key);
            let stored = wanted.state.get(&key).and_then(TickWord::of);
            let stored = stored.map_or(U256::ZERO, |word| word.initialised);
            let begun = self.begun.get(&(pool, word)).copied().unwrap_or_default();
            for tick in initialised(word, stored | begun, spacing) {
                if low < tick && tick <= high {
                    wanted.want(Key::Tick(pool, tick));
                    want_day(wanted, pool, tick, day);
                }
            }
        }
    }
}

/// What an event says of a pool's ticks.
enum Place {
    At(i32),
    Moved(i32),
    Range([i32; 2]),
}

/// Only V3's ticks have days.
fn want_day(wanted: &mut Wanted<'_>, pool: PoolId, tick: i32, day: u32) {
    if matches!(pool, PoolId::Contract(_)) {
        wanted.want(Key::TickDay(pool, tick, day));
    }
}
