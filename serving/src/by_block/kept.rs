//! Answers of the newest block of each chain.

use std::{
    collections::{BTreeMap, HashMap},
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

#[derive(Debug)]
struct OfBlock {
    hash: B256,
    /// When it became the newest: blocks can go back, turns cannot.
    turn: u64,
    /// With when they were made.
    answers: HashMap<String, (Instant, Answer)>,
    bytes: usize,
}

impl OfBlock {
    fn new(hash: B256, turn: u64) -> Self {
        Self { hash, turn, answers: HashMap::new(), bytes: 0 }
    }
}

impl Kept {
    /// To be taken before the newest block is asked for.
    pub(crate) fn turn(&self) -> u64 {
        self.turns.fetch_add(1, Ordering::Relaxed)
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
        let (made, answer) = kept.answers.get(path)?;
        (now.saturating_duration_since(*made) < LIFE).then(|| answer.clone())
    }

    /// A block was the newest at that turn: answers of others are not given any more.
    pub(crate) fn saw(&self, chain: ChainId, block: &BlockRef, turn: u64) {
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = chains.entry(chain).or_insert_with(|| OfBlock::new(block.hash, turn));
        if kept.turn > turn {
            return;
        }
        kept.turn = turn;
        if kept.hash != block.hash {
            *kept = OfBlock::new(block.hash, turn);
        }
    }

    /// Keeps an answer, if its block is the newest seen and there is room (in bytes, for all of a chain).
    pub(crate) fn put(
        &self,
        chain: ChainId,
        block: &BlockRef,
        path: &str,
        answer: Answer,
        room: usize,
    ) {
        self.put_at(Instant::now(), (chain, block, path), answer, room);
    }

    pub(super) fn put_at(
        &self,
        now: Instant,
        (chain, block, path): (ChainId, &BlockRef, &str),
        answer: Answer,
        room: usize,
    ) {
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(kept) = chains.get_mut(&chain).filter(|kept| kept.hash == block.hash) else {
            return;
        };
        let size = |answer: &Answer| OVERHEAD + path.len() + answer.body.len();
        let freed = kept.answers.get(path).map_or(0, |(_, answer)| size(answer));
        let bytes = kept.bytes - freed + size(&answer);
        if path.len() <= LONGEST_PATH && bytes <= room {
            kept.bytes = bytes;
            kept.answers.insert(path.to_owned(), (now, answer));
        }
    }
}
