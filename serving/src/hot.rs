//! What is asked most of the newest block, in memory: the pools with most locked value, the newest swaps, periods and bars of
//! pools, and the pools and tokens that rows name.
//!
//! It moves from block to block with the pools in memory ([`crate::book`]): of each step the store says which pools its blocks
//! changed. What they changed is brought to the new block (swaps are added, pools are replaced) or forgotten (bars, periods); all
//! else stands. So a request at the newest block asks the store only for what nobody asked before. Who reads at another block,
//! and who reads while a step is not taken yet, asks the store.
//!
//! The store changes little beside blocks, but it does (pools that were mended, tokens that tell their names at last), so nothing
//! is kept longer than [`LIFE`].

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use alloy_primitives::{Address, B256};
use domain::{
    candle::{Candle, Resolution, Subject},
    entity::{Pool, Token},
    figures::{Interval, PoolInterval},
    ids::PoolId,
    row::{Position, Swap},
};
use store::{CandleQuery, PeriodQuery, PoolQuery, Snapshot, StoreError, SwapQuery};

#[cfg(test)]
mod fixtures;
mod follow;
mod leaders;
mod room;
mod tail;

use leaders::{Leaders, Standing};
use room::Room;
use tail::{Part, Row, Tail};

/// Nothing is kept longer.
const LIFE: Duration = Duration::from_secs(30);
/// Who asks for more at once reads a list of another kind.
const MOST_KEYS: usize = 2_000;
/// Below all rows.
const OLDEST: Position = Position { block: 0, log_index: 0, item: 0 };
/// The parts of the memory: swaps, periods, bars, and as much for pools and tokens together.
const ROOMS: usize = 4;

/// What is held of a chain. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Hot(Option<Arc<Mutex<Held>>>);

/// Of what something was read: a block, and a generation of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    block: B256,
    generation: i64,
}

impl Place {
    fn of(snapshot: &Snapshot) -> Self {
        Self { block: snapshot.block().hash, generation: snapshot.generation() }
    }
}

/// A place, and a turn of what is held of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    place: Place,
    /// What was read before something was forgotten is not taken after it.
    turn: u64,
}

/// All of it is of one place.
#[derive(Debug)]
struct Held {
    /// None while it is being moved.
    place: Option<Place>,
    turn: u64,
    swaps: Room<PoolId, Tail<Swap>>,
    periods: Room<(PoolId, Interval), Tail<(u32, PoolInterval)>>,
    candles: Room<(PoolId, Resolution), Tail<Candle>>,
    pools: Room<PoolId, Arc<Pool>>,
    tokens: Room<Address, Arc<Token>>,
    leaders: Standing,
    /// Reads that were answered from memory, and those that were not.
    counts: Counts,
}

/// Reads that were answered from memory, those that asked the store, and what is held in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) hits: u64,
    pub(crate) misses: u64,
    pub(crate) bytes: usize,
}

impl Held {
    fn new(bytes: usize) -> Self {
        let room = bytes / ROOMS;
        Self {
            place: None,
            turn: 0,
            swaps: Room::new(room),
            periods: Room::new(room),
            candles: Room::new(room),
            pools: Room::new(room / 2),
            tokens: Room::new(room / 2),
            leaders: Standing::default(),
            counts: Counts::default(),
        }
    }

    /// Nothing is known but where it stands.
    fn stand(&mut self, place: Place) {
        self.place = Some(place);
        self.swaps.clear();
        self.periods.clear();
        self.candles.clear();
        self.pools.clear();
        self.tokens.clear();
        self.leaders = Standing::default();
    }

    /// The moment of what a snapshot shows, if that is what is held.
    fn moment(&self, place: Place) -> Option<Moment> {
        (self.place == Some(place)).then_some(Moment { place, turn: self.turn })
    }

    fn count(&mut self, is_hit: bool) {
        let count = if is_hit { &mut self.counts.hits } else { &mut self.counts.misses };
        *count += 1;
    }
}

impl Hot {
    /// So many bytes of it; none: the store is asked always.
    pub(crate) fn new(bytes: usize) -> Self {
        Self((bytes > 0).then(|| Arc::new(Mutex::new(Held::new(bytes)))))
    }

    /// Swaps, newest first.
    pub(crate) async fn swaps(
        &self,
        snapshot: &Snapshot,
        query: &SwapQuery,
    ) -> Result<Vec<Swap>, StoreError> {
        let (Some(pool), None) = (query.pool, query.account) else {
            return snapshot.swaps(query).await;
        };
        let (before, limit) = (query.after, rows(query.limit));
        let part = Part { from: OLDEST, before, limit, is_newest: before.is_none() };
        let read = async {
            let mut found = snapshot.swaps(query).await?;
            found.reverse();
            Ok(found)
        };
        let mut found = self.tail(snapshot, |held| &mut held.swaps, pool, part, read).await?;
        found.reverse();
        Ok(found)
    }

    /// Hours or days of a pool with their numbers, newest first.
    pub(crate) async fn pool_intervals(
        &self,
        snapshot: &Snapshot,
        (pool, kind): (PoolId, Interval),
        query: &PeriodQuery,
    ) -> Result<Vec<(u32, PoolInterval)>, StoreError> {
        let newest = kind.period(snapshot.block().timestamp);
        let part = Part {
            from: query.from,
            before: query.to.checked_add(1),
            limit: rows(query.limit),
            is_newest: query.to >= newest,
        };
        let read = async {
            let mut found = snapshot.pool_intervals(pool, kind, query).await?;
            found.reverse();
            Ok(found)
        };
        let key = (pool, kind);
        let mut found = self.tail(snapshot, |held| &mut held.periods, key, part, read).await?;
        found.reverse();
        Ok(found)
    }

    /// The newest candles of a span, ascending.
    pub(crate) async fn candles(
        &self,
        snapshot: &Snapshot,
        query: &CandleQuery,
    ) -> Result<Vec<Candle>, StoreError> {
        let Subject::Pool(pool) = query.subject else { return snapshot.candles(query).await };
        let part = Part {
            from: query.from,
            before: Some(query.to),
            limit: rows(query.limit),
            is_newest: query.to > snapshot.block().timestamp,
        };
        let read = snapshot.candles(query);
        let key = (pool, query.resolution);
        self.tail(snapshot, |held| &mut held.candles, key, part, read).await
    }

    /// The pools with these ids that exist, in no order that means anything.
    pub(crate) async fn pools_by_ids(
        &self,
        snapshot: &Snapshot,
        ids: &[PoolId],
    ) -> Result<Vec<Arc<Pool>>, StoreError> {
        let read = |ids: Vec<PoolId>| async move { snapshot.pools_by_ids(&ids).await };
        self.each(snapshot, |held| &mut held.pools, ids, |pool: &Pool| pool.id, read).await
    }

    /// The tokens with these addresses that are known, likewise.
    pub(crate) async fn tokens_by_addresses(
        &self,
        snapshot: &Snapshot,
        addresses: &[Address],
    ) -> Result<Vec<Arc<Token>>, StoreError> {
        let read = |keys: Vec<Address>| async move { snapshot.tokens_by_addresses(&keys).await };
        let of = |token: &Token| token.address;
        self.each(snapshot, |held| &mut held.tokens, addresses, of, read).await
    }

    /// Pools in the order of the query, of which perhaps only these figures will be looked at.
    pub(crate) async fn pools(
        &self,
        snapshot: &Snapshot,
        query: &PoolQuery,
        figures: Option<&[&'static str]>,
    ) -> Result<Vec<Arc<Pool>>, StoreError> {
        if let Some(found) = self.leading(snapshot, query).await? {
            return Ok(found);
        }
        let found = match figures {
            Some(figures) => snapshot.pools_with(query, figures).await?,
            None => snapshot.pools(query).await?,
        };
        Ok(found.into_iter().map(Arc::new).collect())
    }

    /// The part of the pools with most locked value; nothing where that cannot be told from memory.
    async fn leading(
        &self,
        snapshot: &Snapshot,
        query: &PoolQuery,
    ) -> Result<Option<Vec<Arc<Pool>>>, StoreError> {
        if !Leaders::may_have(query) {
            return Ok(None);
        }
        let (moment, now) = (self.moment(snapshot), Instant::now());
        let Some((known, loads)) = self.at(moment, |held| held.leaders.known(now)) else {
            return Ok(None);
        };
        let known = match known {
            Some(known) => Some(known),
            // one reads them for all
            None if loads => {
                // who asked may want far fewer, and hears of a fault when these are read
                let Ok(found) = snapshot.pools(&Leaders::query()).await else { return Ok(None) };
                let leaders = Leaders::of(found);
                self.at(moment, |held| held.leaders.take(leaders.clone(), now));
                Some(leaders)
            }
            None => None,
        };
        let found = known.and_then(|known| known.page(query));
        self.at(moment, |held| held.count(found.is_some()));
        Ok(found)
    }

    /// A part of a list: of what is held, or read and held then.
    async fn tail<K: std::hash::Hash + Eq + Copy, R: Row>(
        &self,
        snapshot: &Snapshot,
        room: impl Fn(&mut Held) -> &mut Room<K, Tail<R>>,
        key: K,
        part: Part<R::Place>,
        read: impl Future<Output = Result<Vec<R>, StoreError>>,
    ) -> Result<Vec<R>, StoreError> {
        let (moment, now) = (self.moment(snapshot), Instant::now());
        let known = self.at(moment, |held| room(held).get(&key, now).cloned()).flatten();
        let found = known.and_then(|known| known.read(&part));
        self.at(moment, |held| held.count(found.is_some()));
        if let Some(found) = found {
            return Ok(found);
        }
        let found = read.await?;
        if let Some(tail) = Tail::of(&found, &part) {
            self.at(moment, |held| {
                let room = room(held);
                // who asked at the same time may have read more
                if room.get(&key, now).is_none_or(|known| !known.covers(&tail)) {
                    room.put(key, tail, now);
                }
            });
        }
        Ok(found)
    }

    /// Things by their keys: those that are held, and the others read and held then.
    async fn each<K, V, F>(
        &self,
        snapshot: &Snapshot,
        room: impl Fn(&mut Held) -> &mut Room<K, Arc<V>>,
        keys: &[K],
        key_of: impl Fn(&V) -> K,
        read: impl FnOnce(Vec<K>) -> F,
    ) -> Result<Vec<Arc<V>>, StoreError>
    where
        K: std::hash::Hash + Ord + Copy,
        Arc<V>: room::Weigh,
        F: Future<Output = Result<Vec<V>, StoreError>>,
    {
        let (moment, now) = (self.moment(snapshot), Instant::now());
        let is_few = keys.len() <= MOST_KEYS;
        let (mut found, mut missing) = (Vec::with_capacity(keys.len()), keys.to_vec());
        missing.sort_unstable();
        missing.dedup();
        if is_few {
            self.at(moment, |held| {
                let room = room(held);
                missing.retain(|key| match room.get(key, now) {
                    Some(known) => {
                        found.push(Arc::clone(known));
                        false
                    }
                    None => true,
                });
                held.count(missing.is_empty());
            });
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let others: Vec<Arc<V>> = read(missing).await?.into_iter().map(Arc::new).collect();
        if is_few {
            self.at(moment, |held| {
                let room = room(held);
                for other in &others {
                    room.put(key_of(other), Arc::clone(other), now);
                }
            });
        }
        found.extend(others);
        Ok(found)
    }

    /// The moment of what is held, if that is what a snapshot shows.
    fn moment(&self, snapshot: &Snapshot) -> Option<Moment> {
        self.held(|held| held.moment(Place::of(snapshot)))?
    }

    /// Looks at what is held, if it is of this moment still.
    fn at<T>(&self, moment: Option<Moment>, look: impl FnOnce(&mut Held) -> T) -> Option<T> {
        let moment = moment?;
        self.held(|held| (held.moment(moment.place) == Some(moment)).then(|| look(held)))?
    }

    fn held<T>(&self, look: impl FnOnce(&mut Held) -> T) -> Option<T> {
        let held = self.0.as_ref()?;
        Some(look(&mut held.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// What it did so far, and what it takes.
    pub(crate) fn counts(&self) -> Counts {
        let counts = self.held(|held| {
            let rooms = [held.swaps.bytes(), held.periods.bytes(), held.candles.bytes()];
            let things = [held.pools.bytes(), held.tokens.bytes(), held.leaders.weight()];
            let bytes = rooms.into_iter().chain(things).sum();
            Counts { bytes, ..held.counts }
        });
        counts.unwrap_or_default()
    }
}

fn rows(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
