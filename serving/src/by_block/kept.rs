//! Answers of the newest block of each chain.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use alloy_primitives::B256;
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use domain::{block::BlockRef, ids::ChainId};

/// No answer is given longer: what contracts say of balances, and prices beside, change without a block.
const LIFE: Duration = Duration::from_secs(5);
/// Longer paths are asked once.
const LONGEST_PATH: usize = 4_096;
/// What an answer takes beside its path and body, roughly.
const OVERHEAD: usize = 256;
/// One answer takes such a part of the room at most: a few large ones would drive out all others.
const SHARE: usize = 8;

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) etag: HeaderValue,
    pub(crate) kind: Option<HeaderValue>,
    pub(crate) body: Bytes,
}

impl Answer {
    /// As it was given the first time.
    pub(crate) fn response(&self) -> Response {
        let mut response = Body::from(self.body.clone()).into_response();
        if let Some(kind) = &self.kind {
            response.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
        }
        response
    }
}

/// Answers by chain and path.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    turns: AtomicU64,
    chains: Mutex<BTreeMap<ChainId, OfBlock>>,
}

/// When a question began, before anything was read for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    turn: u64,
    at: Instant,
}

#[derive(Debug)]
struct OfBlock {
    number: u64,
    hash: B256,
    /// When it became the newest: blocks can go back, turns cannot.
    turn: u64,
    /// When it was heard of last.
    seen: Instant,
    answers: HashMap<String, Entry>,
    /// The order in which they were made, which is the order in which they go; of those that were made anew the number is
    /// another one by now.
    order: VecDeque<(u64, String)>,
    made: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    number: u64,
    made: Instant,
    answer: Answer,
    size: usize,
}

impl OfBlock {
    fn new(block: &BlockRef, turn: u64, seen: Instant) -> Self {
        Self {
            number: block.number,
            hash: block.hash,
            turn,
            seen,
            answers: HashMap::new(),
            order: VecDeque::new(),
            made: 0,
            bytes: 0,
        }
    }

    fn saw(&mut self, block: &BlockRef, turn: u64, now: Instant) {
        if self.hash != block.hash {
            *self = Self::new(block, turn, now);
        }
        (self.turn, self.seen) = (turn, now);
    }

    fn take_out(&mut self, path: &str) {
        if let Some(entry) = self.answers.remove(path) {
            self.bytes -= entry.size;
        }
    }

    /// What is over goes, and then the oldest, until so much fits in.
    fn make_room(&mut self, now: Instant, size: usize, room: usize) {
        while let Some((number, path)) = self.order.front() {
            // of what was made anew only the place in the order is left
            let entry = self.answers.get(path).filter(|entry| entry.number == *number);
            let goes = entry.is_none_or(|entry| {
                is_over(entry.made, now) || self.bytes.saturating_add(size) > room
            });
            if !goes {
                return;
            }
            let is_there = entry.is_some();
            let Some((_, path)) = self.order.pop_front() else { return };
            if is_there {
                self.take_out(&path);
            }
        }
    }

    fn put(&mut self, now: Instant, path: &str, answer: Answer, size: usize) {
        self.made += 1;
        let number = self.made;
        self.bytes += size;
        self.order.push_back((number, path.to_owned()));
        self.answers.insert(path.to_owned(), Entry { number, made: now, answer, size });
        // places whose answers were made anew
        if self.order.len() > 2 * self.answers.len() {
            let answers = &self.answers;
            let is_there = |(number, path): &(u64, String)| {
                answers.get(path).is_some_and(|entry| entry.number == *number)
            };
            self.order.retain(is_there);
        }
    }
}

fn is_over(made: Instant, now: Instant) -> bool {
    now.saturating_duration_since(made) >= LIFE
}

impl Kept {
    /// To be taken before the newest block is asked for.
    pub(crate) fn turn(&self) -> u64 {
        self.turns.fetch_add(1, Ordering::Relaxed)
    }

    /// A question begins now.
    pub(crate) fn begin(&self) -> Begun {
        Begun { turn: self.turn(), at: Instant::now() }
    }

    /// The answer, if this block is the one that was answered for last.
    pub(crate) fn get(&self, chain: ChainId, block: &BlockRef, path: &str) -> Option<Answer> {
        self.get_at(Instant::now(), chain, block, path)
    }

    pub(super) fn get_at(
        &self,
        now: Instant,
        chain: ChainId,
        block: &BlockRef,
        path: &str,
    ) -> Option<Answer> {
        let chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = chains.get(&chain).filter(|kept| kept.hash == block.hash)?;
        let entry = kept.answers.get(path)?;
        (!is_over(entry.made, now)).then(|| entry.answer.clone())
    }

    /// A block was the newest at that turn: answers of others are not given any more.
    pub(crate) fn saw(&self, chain: ChainId, block: &BlockRef, turn: u64) {
        let now = Instant::now();
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = chains.entry(chain).or_insert_with(|| OfBlock::new(block, turn, now));
        if kept.turn <= turn {
            kept.saw(block, turn, now);
        }
    }

    /// The same of a block that was the newest when a question began, or so long before ([`store::Reader::hold`]). Where another
    /// one was seen meanwhile, the higher one is taken for the later one, whoever began first: a chain that turned back is noted a
    /// moment later.
    pub(crate) fn saw_lately(
        &self,
        chain: ChainId,
        block: &BlockRef,
        begun: Begun,
        hold: Duration,
    ) {
        let now = Instant::now();
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = chains.entry(chain).or_insert_with(|| OfBlock::new(block, begun.turn, now));
        let is_later = kept.seen + hold <= begun.at || kept.hash == block.hash;
        if block.number > kept.number || kept.turn <= begun.turn && is_later {
            kept.saw(block, begun.turn.max(kept.turn), now);
        }
    }

    /// Keeps an answer, if its block is the newest seen and there is room (in bytes, for all of a chain); whether that is
    /// its block.
    pub(crate) fn put(
        &self,
        chain: ChainId,
        block: &BlockRef,
        path: &str,
        answer: Answer,
        room: usize,
    ) -> bool {
        self.put_at(Instant::now(), (chain, block, path), answer, room)
    }

    pub(super) fn put_at(
        &self,
        now: Instant,
        (chain, block, path): (ChainId, &BlockRef, &str),
        answer: Answer,
        room: usize,
    ) -> bool {
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(kept) = chains.get_mut(&chain).filter(|kept| kept.hash == block.hash) else {
            return false;
        };
        // what is there of this question is older than this
        kept.take_out(path);
        let size = OVERHEAD + 2 * path.len() + answer.body.len();
        if path.len() <= LONGEST_PATH && size <= room / SHARE {
            kept.make_room(now, size, room);
            kept.put(now, path, answer, size);
        }
        true
    }
}
