//! Answers of the newest block of each chain.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use alloy_primitives::B256;
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use domain::{block::BlockRef, ids::ChainId};

/// Longer paths are asked once.
const LONGEST_PATH: usize = 512;
/// What an answer takes beside its path and body, roughly.
const OVERHEAD: usize = 256;

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) etag: HeaderValue,
    pub(super) kind: Option<HeaderValue>,
    pub(super) body: Bytes,
}

impl Answer {
    /// As it was given the first time.
    pub(super) fn response(&self) -> Response {
        let mut response = Body::from(self.body.clone()).into_response();
        if let Some(kind) = &self.kind {
            response.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
        }
        response
    }
}

/// Answers by chain and path.
#[derive(Debug, Default)]
pub(super) struct Kept {
    turns: AtomicU64,
    chains: Mutex<BTreeMap<ChainId, OfBlock>>,
}

#[derive(Debug)]
struct OfBlock {
    hash: B256,
    /// When it became the newest: blocks can go back, turns cannot.
    turn: u64,
    answers: HashMap<String, Answer>,
    bytes: usize,
}

impl OfBlock {
    fn new(hash: B256, turn: u64) -> Self {
        Self { hash, turn, answers: HashMap::new(), bytes: 0 }
    }
}

impl Kept {
    /// To be taken before the newest block is asked for.
    pub(super) fn turn(&self) -> u64 {
        self.turns.fetch_add(1, Ordering::Relaxed)
    }

    /// The answer, if this block is the one that was answered for last.
    pub(super) fn get(&self, chain: ChainId, block: &BlockRef, path: &str) -> Option<Answer> {
        let chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = chains.get(&chain).filter(|kept| kept.hash == block.hash)?;
        kept.answers.get(path).cloned()
    }

    /// A block was the newest at that turn: answers of others are not given any more.
    pub(super) fn saw(&self, chain: ChainId, block: &BlockRef, turn: u64) {
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

    /// Keeps an answer, if its block is the newest seen and there is room.
    pub(super) fn put(
        &self,
        chain: ChainId,
        block: &BlockRef,
        path: &str,
        answer: Answer,
        room: usize,
    ) {
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(kept) = chains.get_mut(&chain).filter(|kept| kept.hash == block.hash) else {
            return;
        };
        let size = |answer: &Answer| OVERHEAD + path.len() + answer.body.len();
        let freed = kept.answers.get(path).map_or(0, size);
        let bytes = kept.bytes - freed + size(&answer);
        if path.len() <= LONGEST_PATH && bytes <= room {
            kept.bytes = bytes;
            kept.answers.insert(path.to_owned(), answer);
        }
    }
}
