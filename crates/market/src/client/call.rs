//! A question to a source, and its answer.

use alloy_primitives::{B256, bytes::Bytes, keccak256};
use domain::market::Millis;
use reqwest::Url;

/// One GET.
#[derive(Debug, Clone)]
pub struct Call {
    segments: Vec<String>,
    query: Vec<(String, String)>,
    pub(super) weight: u32,
    pub(super) told: Vec<u16>,
}

impl Call {
    /// Of a path like `api/v3/klines`.
    #[must_use]
    pub fn new(path: &str) -> Self {
        let nothing = Self { segments: Vec::new(), query: Vec::new(), weight: 1, told: Vec::new() };
        nothing.segments(path)
    }

    /// One more part of the path, whatever is in it.
    #[must_use]
    pub fn segment(mut self, text: impl Into<String>) -> Self {
        self.segments.push(text.into());
        self
    }

    /// More of the path, like `prices/current`.
    #[must_use]
    pub fn segments(mut self, path: &str) -> Self {
        self.segments.extend(path.split('/').filter(|part| !part.is_empty()).map(str::to_owned));
        self
    }

    /// One more parameter.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// What it costs of the rate, where that is not 1.
    #[must_use]
    pub const fn weight(mut self, weight: u32) -> Self {
        self.weight = weight;
        self
    }

    /// Statuses of 4xx that are answers to the caller, with their bodies, and not errors.
    #[must_use]
    pub fn telling(mut self, statuses: &[u16]) -> Self {
        self.told.extend_from_slice(statuses);
        self
    }

    /// The URL below a base.
    pub(super) fn below(&self, base: &Url) -> Url {
        let mut url = base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(&self.segments);
        }
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        url
    }
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 200, or one of those the call wanted to be told.
    pub status: u16,
    /// Unpacked.
    pub body: Bytes,
    /// When it was complete, by our clock.
    pub fetched_at: Millis,
}

impl Answer {
    /// Keccak-256 of the body.
    #[must_use]
    pub fn raw(&self) -> B256 {
        keccak256(&self.body)
    }
}
