//! Answers that are of one block: what clients and caches on the way are told of them, and which are kept in memory.
//!
//! Such an answer stands until the next block. The pools in memory ([`crate::book`]) follow the store closely, so while they say
//! that a block is the newest, a question that was answered at it asks the store nothing, and of those who ask the same at once
//! one asks. The store may be a block ahead of the pools in memory: whatever was read of it is noted, so that no answer of the
//! block before is given after one of its successor.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    time::Duration,
};

use api_kit::clock;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{block::BlockRef, ids::ChainId};

use crate::deps::ChainDeps;

mod flights;
mod kept;
mod layer;
mod named;
mod once;
mod pace;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    kept::{Answer, Kept},
    layer::{ByBlock, around, of_body},
    once::{Made, Of},
    pace::Pace,
};

/// The pools in memory are followed so closely; if not seen to be the newest for longer, the store is asked.
const FOLLOWED: Duration = Duration::from_millis(500);
/// Larger answers are not looked at again, in bytes.
pub(crate) const LARGEST: usize = 256 << 20;

/// The newest block by the pools in memory, while they follow closely.
pub(crate) fn followed(chain: &ChainDeps) -> Option<BlockRef> {
    let close = chain.book.unconfirmed_for().is_some_and(|age| age < FOLLOWED);
    chain.book.newest().filter(|_| close).map(|book| book.block)
}

/// The answer, or that the client has it.
pub(crate) fn give(
    asked: &HeaderMap,
    etag: HeaderValue,
    age: &HeaderValue,
    whole: impl FnOnce() -> Response,
) -> Response {
    let mut response =
        if has(asked, &etag) { StatusCode::NOT_MODIFIED.into_response() } else { whole() };
    mark(&mut response, etag, age);
    response
}

pub(crate) fn mark(response: &mut Response, etag: HeaderValue, age: &HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag);
    headers.insert(header::CACHE_CONTROL, age.clone());
}

/// Whether the client names this very tag.
pub(crate) fn names(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(wanted) = etag.to_str().map(bare) else { return false };
    said(asked).any(|tags| tags.split(',').any(|tag| bare(tag) == wanted))
}

/// Whether the client says that it has the answer of this tag; by `*` it says so of any answer that there is.
pub(crate) fn has(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    names(asked, etag) || said(asked).any(|tags| tags.trim() == "*")
}

fn said(asked: &HeaderMap) -> impl Iterator<Item = &str> {
    asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok())
}

/// Block hash and path. Weak: what is compressed on the way is the same answer.
pub(crate) fn etag(block: &BlockRef, generation: i64, path: &str) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    (generation, env!("CARGO_PKG_VERSION"), path).hash(&mut hasher);
    let text = format!("W/\"{:x}-{:016x}\"", block.hash, hasher.finish());
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("W/\"\""))
}

/// Until the next block, by the pace of the blocks seen.
pub(crate) fn max_age(pace: &Pace, chain: ChainId, block: BlockRef) -> HeaderValue {
    let now = clock::unix().as_secs();
    let seconds = pace.until_next(chain, &block, now);
    let text = format!("public, max-age={seconds}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("no-cache"))
}
