//! Collection `price_answers`: for which spans of time a feed has answered for its candles. Where none is stored in one of
//! them there was none, and the feed is not asked again.

use bson::{Document, RawDocument, RawDocumentBuf, doc};
use domain::market::gaps::{Span, united};

use super::{
    BarSeries, MarketReader, MarketWriter,
    chunk::{Edit, change, packed, unreadable},
    key,
};
use crate::{
    error::StoreError,
    packed::{Input, Output, PackedError},
};

pub(super) const COLLECTION: &str = "price_answers";

/// First byte of the packed spans.
const VERSION: u8 = 1;

impl MarketWriter {
    /// Notes that the feed answered for a span, whether or not there were candles in it. Spans that touch become one.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn mark_answered(&self, series: &BarSeries, span: Span) -> Result<(), StoreError> {
        if span.is_empty() {
            return Ok(());
        }
        change(&self.collection(COLLECTION), &[Answer { series, span }]).await
    }
}

impl MarketReader {
    /// The spans that the feed has answered for, ascending and apart.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn answered(&self, series: &BarSeries) -> Result<Vec<Span>, StoreError> {
        let documents = self.collection::<RawDocumentBuf>(COLLECTION);
        let found = documents.find_one(doc! { "_id": id(series) }).await?;
        found.map_or_else(|| Ok(Vec::new()), |raw| stored(&raw))
    }
}

fn id(series: &BarSeries) -> Document {
    let mut id = key::of_asset(&series.asset);
    id.insert("r", key::resolution(series.resolution));
    key::with_feed(id, &series.feed)
}

struct Answer<'a> {
    series: &'a BarSeries,
    span: Span,
}

impl Edit for Answer<'_> {
    fn id(&self) -> Document {
        id(self.series)
    }

    fn merged(&self, found: Option<&RawDocument>) -> Result<Vec<u8>, StoreError> {
        let mut spans = found.map_or_else(|| Ok(Vec::new()), stored)?;
        spans.push(self.span);
        let mut output = Output::default();
        output.byte(VERSION);
        let mut last = 0;
        for Span { from, to } in united(&spans) {
            output.varint(u128::from(from - last));
            output.varint(u128::from(to - from));
            last = to;
        }
        Ok(output.into_bytes())
    }
}

fn stored(raw: &RawDocument) -> Result<Vec<Span>, StoreError> {
    unpack(packed(raw)?).map_err(|error| unreadable(raw, &error))
}

fn unpack(bytes: &[u8]) -> Result<Vec<Span>, PackedError> {
    let mut input = Input::new(bytes);
    match input.byte()? {
        VERSION => {}
        other => return Err(PackedError::Version(other)),
    }
    let (mut spans, mut last) = (Vec::new(), 0_u64);
    while !input.is_empty() {
        let mut time = || {
            let step = u64::try_from(input.varint()?).ok();
            last =
                step.and_then(|step| last.checked_add(step)).ok_or(PackedError::Invalid("time"))?;
            Ok(last)
        };
        spans.push(Span { from: time()?, to: time()? });
    }
    Ok(spans)
}
