//! The head of an exported file.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use domain::{block::BlockRef, ids::ChainId};

use super::{Format, Table};
use crate::read::as_of::At;

/// Marks answers that are files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exported {
    /// Of which chain.
    pub(crate) chain: ChainId,
    /// Its newest block when that was read.
    pub(crate) newest: BlockRef,
}

const NUMBER: HeaderName = HeaderName::from_static("sooho-block-number");
const HASH: HeaderName = HeaderName::from_static("sooho-block-hash");
const TIMESTAMP: HeaderName = HeaderName::from_static("sooho-block-timestamp");
/// A file is asked for once: what it has is not kept on the way, and as nothing of it is known before it is written, it has no
/// tag either.
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");

impl Format {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    const fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson; charset=utf-8",
        })
    }
}

/// The answer: which block it is of, and a name to save it under.
pub(super) fn response(format: Format, table: &Table, at: &At, body: Body) -> Response {
    let block = at.block();
    let name =
        format!("{}-{}-{}.{}", table.name, at.snapshot().chain(), block.number, format.name());
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, format.content_type());
    headers.insert(header::CACHE_CONTROL, NOT_KEPT);
    headers.insert(NUMBER, block.number.into());
    headers.insert(TIMESTAMP, block.timestamp.into());
    let texts = [
        (HASH, format!("{:#x}", block.hash)),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    for (header, text) in texts {
        // names of contracts and their events are identifiers
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(header, value);
        }
    }
    let (chain, newest) = (at.snapshot().chain(), at.snapshot().block());
    response.extensions_mut().insert(Exported { chain, newest });
    response
}
