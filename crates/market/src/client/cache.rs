//! Answers that came with an `ETag`, for `304 Not Modified`: bounded in number and bytes.

use std::collections::{HashMap, VecDeque};

use alloy_primitives::bytes::Bytes;
use reqwest::header::HeaderValue;

#[cfg(test)]
mod tests;

const ENTRIES: usize = 256;
/// Bytes of all bodies together.
const BYTES: usize = 16 << 20;

#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) etag: HeaderValue,
    pub(super) body: Bytes,
}

/// By URL; what was put in first goes first.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: HashMap<String, Kept>,
    order: VecDeque<String>,
    bytes: usize,
}

impl Cache {
    pub(super) fn get(&self, url: &str) -> Option<Kept> {
        self.kept.get(url).cloned()
    }

    pub(super) fn remove(&mut self, url: &str) {
        if let Some(old) = self.kept.remove(url) {
            self.bytes -= old.body.len();
            self.order.retain(|kept| kept != url);
        }
    }

    pub(super) fn put(&mut self, url: &str, kept: Kept) {
        self.remove(url);
        // one body must not drive all the others out
        if kept.body.len() > BYTES / 4 {
            return;
        }
        self.bytes += kept.body.len();
        self.kept.insert(url.to_owned(), kept);
        self.order.push_back(url.to_owned());
        while self.bytes > BYTES || self.order.len() > ENTRIES {
            let Some(oldest) = self.order.front().cloned() else { break };
            self.remove(&oldest);
        }
    }
}
