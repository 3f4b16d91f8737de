//! Candles, packed: a period costs a fraction of a document, and a block moves only the newest of a series.
//!
//! Collection `candles`, `_id {c, s, r, b}` (chain, subject, resolution in seconds, start of the bucket): the candles of
//! one subject and one stored resolution within a bucket of fixed length. `l` is the newest candle, `v` all before it.
//! Each stands by itself, so that a candle that is over is appended as it is, and a block that goes on with the newest one
//! replaces a few bytes.
//!
//! An undo record says what the newest candle of each touched bucket was. Taking a block back cuts `v` there: what is
//! left is what was, byte by byte.
//!
//! There is no history of candles: one that is over never changes, and the one that was open at an older block can be
//! worked out from the rows of its period.

use bson::{Binary, Document, RawDocumentBuf, doc, spec::BinarySubtype};
use domain::candle::{CandleStep, Resolution, Subject};

use crate::{codec::Num, error::StoreError};

pub(crate) mod at;
mod bucket;
pub(crate) mod many;
pub(crate) mod onward;
mod open;
pub(crate) mod query;
pub(crate) mod rebuild;
#[cfg(test)]
mod tests;
mod undo;
mod write;

pub(crate) use open::{Kept, Open};
pub use query::CandleQuery;
pub(crate) use undo::take_back;
pub(crate) use write::Written;

pub(crate) const COLLECTION: &str = "candles";

/// What a block adds to candles.
#[derive(Debug)]
pub(crate) struct BlockSteps {
    /// The block's height.
    pub(crate) block: u64,
    pub(crate) steps: Vec<CandleStep>,
    /// Whether the block can be taken back.
    pub(crate) undoable: bool,
}

/// A series' bucket within a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct BucketKey {
    subject: Subject,
    resolution: Resolution,
    start: u64,
}

impl BucketKey {
    /// The bucket that holds a Unix time; `resolution` is a stored one.
    const fn new(subject: Subject, resolution: Resolution, timestamp: u64) -> Self {
        Self { subject, resolution, start: bucket_start(resolution, timestamp) }
    }

    /// Where a block's step goes: a bucket per stored resolution.
    fn of(step: &CandleStep) -> [Self; Resolution::STORED.len()] {
        let timestamp = step.candle.start;
        Resolution::STORED.map(|resolution| Self::new(step.subject, resolution, timestamp))
    }

    /// The `_id`.
    fn id(&self, chain: i64) -> Document {
        id(chain, subject_bytes(&self.subject), self.resolution, self.start)
    }

    /// The place of a Unix time among the candles of the bucket.
    const fn index(&self, timestamp: u64) -> u64 {
        timestamp.saturating_sub(self.start) / self.resolution.seconds()
    }
}

/// A subject as stored.
pub(crate) fn subject_bytes(subject: &Subject) -> Binary {
    let bytes = match subject {
        Subject::Pool(pool) => pool.as_slice().to_vec(),
        // longer than any pool
        Subject::Token { factory, token } => [factory.as_slice(), token.as_slice()].concat(),
    };
    Binary { subtype: BinarySubtype::Generic, bytes }
}

/// The `_id` of a bucket.
fn id(chain: i64, subject: Binary, resolution: Resolution, start: u64) -> Document {
    let (resolution, start) = (Num(resolution.seconds()).bound(), Num(start).bound());
    doc! { "c": chain, "s": subject, "r": resolution, "b": start }
}

/// An `_id` as bytes.
fn raw(id: &Document) -> Result<RawDocumentBuf, StoreError> {
    RawDocumentBuf::try_from(id)
        .map_err(|error| StoreError::Encode { collection: COLLECTION, why: error.to_string() })
}

/// Start of the bucket that holds a Unix time.
const fn bucket_start(resolution: Resolution, timestamp: u64) -> u64 {
    timestamp - timestamp % bucket_length(resolution)
}

/// Length of a bucket in seconds; a multiple of the lengths that are merged from its candles, weeks excepted. Longer ones
/// are read with fewer documents and written with more bytes.
const fn bucket_length(resolution: Resolution) -> u64 {
    const HOUR: u64 = 3_600;
    match resolution.base() {
        Resolution::M1 => 4 * HOUR,
        Resolution::M5 => 6 * HOUR,
        Resolution::H1 => 48 * HOUR,
        _ => 32 * 24 * HOUR,
    }
}
