//! Spans of time of a series of candles. Collection `price_answers`: for which of them a feed has answered; where none is
//! stored in one of them there was none, and the feed is not asked again. Collection `price_due`: of which of them the
//! sheets are still to be made, so that who was interrupted makes them.

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
pub(super) const DUE: &str = "price_due";

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
        self.change_spans(COLLECTION, series, span, true).await
    }

    /// Notes that sheets are to be made of candles that are about to be stored.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn mark_due(&self, series: &BarSeries, span: Span) -> Result<(), StoreError> {
        if span.is_empty() {
            return Ok(());
        }
        self.change_spans(DUE, series, span, true).await
    }

    /// Notes that they are made.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn clear_due(&self, series: &BarSeries, span: Span) -> Result<(), StoreError> {
        self.change_spans(DUE, series, span, false).await
    }

    async fn change_spans(
        &self,
        collection: &str,
        series: &BarSeries,
        span: Span,
        added: bool,
    ) -> Result<(), StoreError> {
        change(&self.collection(collection), &[Change { series, span, added }]).await
    }
}

impl MarketReader {
    /// The spans that the feed has answered for, ascending and apart.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn answered(&self, series: &BarSeries) -> Result<Vec<Span>, StoreError> {
        self.spans(COLLECTION, series).await
    }

    /// The spans of which sheets are still to be made, ascending and apart.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn due(&self, series: &BarSeries) -> Result<Vec<Span>, StoreError> {
        self.spans(DUE, series).await
    }

    async fn spans(&self, collection: &str, series: &BarSeries) -> Result<Vec<Span>, StoreError> {
        let documents = self.collection::<RawDocumentBuf>(collection);
        let found = documents.find_one(doc! { "_id": id(series) }).await?;
        found.map_or_else(|| Ok(Vec::new()), |raw| stored(&raw))
    }
}

fn id(series: &BarSeries) -> Document {
    let mut id = key::of_asset(&series.asset);
    id.insert("r", key::resolution(series.resolution));
    key::with_feed(id, &series.feed)
}

struct Change<'a> {
    series: &'a BarSeries,
    span: Span,
    /// Whether it is added, or taken away.
    added: bool,
}

/// What is left of spans without this one.
fn without(spans: &[Span], gone: Span) -> Vec<Span> {
    let left = |span: &Span| {
        [
            Span { from: span.from, to: span.to.min(gone.from) },
            Span { from: span.from.max(gone.to), to: span.to },
        ]
    };
    spans.iter().flat_map(left).collect()
}

impl Edit for Change<'_> {
    fn id(&self) -> Document {
        id(self.series)
    }

    fn merged(&self, found: Option<&RawDocument>) -> Result<Vec<u8>, StoreError> {
        let mut spans = found.map_or_else(|| Ok(Vec::new()), stored)?;
        if self.added {
            spans.push(self.span);
        } else {
            spans = without(&spans, self.span);
        }
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
