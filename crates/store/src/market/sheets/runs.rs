//! Sheets of the past, run by run: what stands stored over a span, and many moments stored at once.
//!
//! A moment is a whole sheet. Those that follow each other with no other sheet between them share a document, so that a
//! month of minutes is some hundred documents.

use alloy_primitives::Address;
use bson::{RawDocumentBuf, doc};
use domain::{
    ids::ChainId,
    market::{Millis, Price, Span},
};
use futures::TryStreamExt as _;
use mongodb::Cursor;

use super::{
    COLLECTION, PART, Sheet, pack, read, steps,
    write::{Version, sorted},
};
use crate::{
    codec::chain_key,
    error::StoreError,
    market::{
        MarketReader, MarketWriter,
        chunk::{corrupt, unreadable},
        key,
    },
};

/// Moments of one document at most: who asks for one of them reads all.
const MOMENTS: usize = 120;
/// Bytes of one document, roughly.
const BYTES: usize = 48 * 1_024;
/// Documents fetched at once.
const BATCH: u32 = 256;

/// The prices of a chain's tokens from a time on, by address.
pub type SheetMoment = (Millis, Vec<(Address, Price)>);

/// The moments of one stored document, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRun {
    /// When it became known.
    pub known_at: Millis,
    /// The moments; the first one is that of the document.
    pub moments: Vec<SheetMoment>,
}

/// What is stored over a span, ascending, of each document the newest version.
#[derive(Debug)]
pub struct SheetRuns {
    reader: MarketReader,
    chain: ChainId,
    cursor: Cursor<RawDocumentBuf>,
    held: Option<(Millis, RawDocumentBuf)>,
}

impl MarketReader {
    /// The sheets of a chain over a span, beginning with the one that stands at its start. They are read as they are
    /// asked for.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn sheet_runs(&self, chain: ChainId, span: Span) -> Result<SheetRuns, StoreError> {
        let standing = self.standing_since(chain, span.from).await?.unwrap_or(span.from);
        let bound = |time: Millis| doc! { "c": chain_key(chain), "t": key::millis(time) };
        let cursor = self
            .collection::<RawDocumentBuf>(COLLECTION)
            .find(doc! { "_id": { "$gte": bound(standing), "$lt": bound(span.to) } })
            .sort(doc! { "_id": 1 })
            .batch_size(BATCH)
            .await?;
        Ok(SheetRuns { reader: self.clone(), chain, cursor, held: None })
    }

    /// The time of the document that holds at a time.
    pub(super) async fn standing_since(
        &self,
        chain: ChainId,
        at: Millis,
    ) -> Result<Option<Millis>, StoreError> {
        let found: Vec<RawDocumentBuf> = self
            .collection(COLLECTION)
            .find(read::until(chain, at))
            .sort(doc! { "_id": -1 })
            .limit(1)
            .projection(doc! { "_id": 1 })
            .await?
            .try_collect()
            .await?;
        let Some(raw) = found.first() else { return Ok(None) };
        let (time, _) = read::times(raw).map_err(|error| corrupt(raw, &error.to_string()))?;
        Ok(Some(time))
    }
}

impl SheetRuns {
    /// The next one; `None` after the last.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers; then it has to be begun again.
    pub async fn next(&mut self) -> Result<Option<SheetRun>, StoreError> {
        while let Some(raw) = self.cursor.try_next().await? {
            let (time, _) = read::times(&raw).map_err(|error| corrupt(&raw, &error.to_string()))?;
            // versions of one time follow each other, the newest last
            match self.held.replace((time, raw)) {
                Some((before, raw)) if before != time => {
                    return whole(&self.reader, self.chain, &raw).await.map(Some);
                }
                _ => {}
            }
        }
        match self.held.take() {
            Some((_, raw)) => whole(&self.reader, self.chain, &raw).await.map(Some),
            None => Ok(None),
        }
    }
}

/// All moments of a document.
async fn whole(
    reader: &MarketReader,
    chain: ChainId,
    raw: &RawDocumentBuf,
) -> Result<SheetRun, StoreError> {
    let (at, known_at) = read::times(raw).map_err(|error| corrupt(raw, &error.to_string()))?;
    let mut first = Sheet { chain, at, known_at, prices: Vec::new() };
    read::unpack(raw, &mut |_| true, &mut first)?;
    for part in &reader.other_parts(chain, raw, (at, known_at)).await? {
        read::unpack(part, &mut |_| true, &mut first)?;
    }
    let mut moments = vec![(at, first.prices)];
    let later = read::later(raw).unwrap_or_default();
    for (time, bytes) in steps::unpack(at, later).map_err(|error| unreadable(raw, &error))? {
        let mut prices = Vec::new();
        let read = pack::unpack(bytes, |_| true, &mut prices);
        read.map_err(|error| unreadable(raw, &error))?;
        moments.push((time, prices));
    }
    Ok(SheetRun { known_at, moments })
}

impl MarketWriter {
    /// Stores runs of moments, each ascending, as they are known now (`known_at`). No sheet may stand between two moments
    /// of a run, but for those whose moments are in it: the run is their next version. How many documents that were.
    ///
    /// # Errors
    /// Like [`MarketWriter::put_sheet`].
    pub async fn put_sheet_runs(
        &self,
        chain: ChainId,
        known_at: Millis,
        runs: &[Vec<SheetMoment>],
    ) -> Result<u64, StoreError> {
        let mut versions = Vec::new();
        for run in runs {
            let mut open: Vec<(Millis, Vec<u8>)> = Vec::new();
            let mut bytes = 0;
            for (time, prices) in run {
                let prices = sorted(prices)?;
                if prices.len() > PART {
                    versions.extend(version(&mut open));
                    versions.push(Version::of(*time, &prices));
                    bytes = 0;
                    continue;
                }
                let sheet = pack::pack(&prices);
                if open.len() >= MOMENTS || bytes + sheet.len() > BYTES {
                    versions.extend(version(&mut open));
                    bytes = 0;
                }
                bytes += sheet.len();
                open.push((*time, sheet));
            }
            versions.extend(version(&mut open));
        }
        self.insert_versions(chain, known_at, &versions).await
    }
}

/// A document of packed moments, which are taken away.
fn version(open: &mut Vec<(Millis, Vec<u8>)>) -> Option<Version> {
    let mut moments = std::mem::take(open).into_iter();
    let (at, first) = moments.next()?;
    let later: Vec<_> = moments.collect();
    Some(Version::new(at, vec![first], steps::pack(at, &later)))
}
