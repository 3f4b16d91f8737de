//! Candles of five minutes, an hour and a day, once more from those of a minute: they are merged of the same steps, to the
//! last digit. Of a minute nothing is left to make it of; where longer candles know of trades that its candles do not,
//! these are what is lost, and the longer ones stay as they are.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use bson::{Document, RawDocumentBuf, doc};
use domain::{
    candle::{Candle, Resolution, Subject, roll_up},
    ids::PoolId,
};
use futures::TryStreamExt as _;
use mongodb::{ClientSession, options::Hint};

use super::{
    BucketKey, COLLECTION,
    bucket::{Bucket, Stored, corrupt},
    raw,
};
use crate::{
    documents::id_prefix,
    error::StoreError,
    lease::fence::Purpose,
    reader::plan::ID,
    reindex::{ReindexError, Reindexed},
    writer::{Writer, prepare::Images, transaction::Work, write::images},
};

/// Documents per transaction.
const TOGETHER: usize = 500;

/// Puts the longer candles of a chain right.
///
/// # Errors
/// [`ReindexError::Candles`] when some of a minute are lost; what can be rebuilt is.
pub(crate) async fn rebuild(
    writer: &Writer,
    progress: &(dyn Fn(Reindexed) + Send + Sync),
) -> Result<Reindexed, ReindexError> {
    let mut found = writer
        .documents(COLLECTION)
        .find(doc! { "_id": id_prefix(&doc! { "c": writer.key() }) })
        .sort(doc! { "_id": 1 })
        .hint(Hint::Name(ID.to_owned()))
        .await
        .map_err(StoreError::from)?;
    let mut mend = Mend { writer, done: Reindexed::default(), lost: 0, first: None };
    let mut series: Option<Series> = None;
    while let Some(raw) = found.try_next().await.map_err(StoreError::from)? {
        let key = key_of(&raw)?;
        mend.done.entities += 1;
        let over = match &mut series {
            Some(open) if open.subject == key.subject => None,
            open => open.replace(Series::of(key.subject)),
        };
        if let Some(open) = &mut series {
            open.take(key, raw);
        }
        if let Some(over) = over {
            mend.series(over).await?;
            progress(mend.done);
        }
    }
    if let Some(over) = series {
        mend.series(over).await?;
    }
    progress(mend.done);
    match mend.first {
        None => Ok(mend.done),
        Some(first) => Err(ReindexError::Candles { count: mend.lost, first: format!("{first:?}") }),
    }
}

/// Whose bucket a document is.
fn key_of(raw: &RawDocumentBuf) -> Result<BucketKey, StoreError> {
    let parts = || -> Result<_, bson::error::Error> {
        let id = raw.get_document("_id")?;
        Ok((id.get_binary("s")?.bytes, id.get_i64("r")?, id.get_i64("b")?))
    };
    let (subject, seconds, start) = parts().map_err(|error| corrupt(raw, &error.to_string()))?;
    let subject = match subject.split_at_checked(Address::len_bytes()) {
        Some((factory, token)) if token.len() == Address::len_bytes() => Some(Subject::Token {
            factory: Address::from_slice(factory),
            token: Address::from_slice(token),
        }),
        _ => PoolId::from_slice(subject).map(Subject::Pool),
    };
    let fits = |resolution: &Resolution| resolution.seconds() == seconds.cast_unsigned();
    let resolution = Resolution::STORED.into_iter().find(fits);
    let (subject, resolution) =
        subject.zip(resolution).ok_or_else(|| corrupt(raw, "its id is none of a bucket"))?;
    Ok(BucketKey { subject, resolution, start: start.cast_unsigned() })
}

fn candles(key: &BucketKey, raw: &RawDocumentBuf) -> Option<Vec<Candle>> {
    Stored::read(raw).ok()?.candles(key).ok()
}

/// All that is stored of a subject.
#[derive(Debug)]
struct Series {
    subject: Subject,
    /// Ascending.
    minutes: Vec<Candle>,
    /// Buckets of minutes that are none.
    unreadable: u64,
    longer: BTreeMap<BucketKey, RawDocumentBuf>,
}

impl Series {
    const fn of(subject: Subject) -> Self {
        Self { subject, minutes: Vec::new(), unreadable: 0, longer: BTreeMap::new() }
    }

    fn take(&mut self, key: BucketKey, raw: RawDocumentBuf) {
        if key.resolution != Resolution::M1 {
            self.longer.insert(key, raw);
            return;
        }
        match candles(&key, &raw) {
            Some(found) => self.minutes.extend(found),
            None => self.unreadable += 1,
        }
    }

    /// The longer candles that those of a minute make.
    fn merged(&self) -> BTreeMap<BucketKey, Vec<Candle>> {
        let mut buckets: BTreeMap<BucketKey, Vec<Candle>> = BTreeMap::new();
        for resolution in Resolution::STORED.into_iter().filter(|r| *r != Resolution::M1) {
            for candle in roll_up(self.minutes.iter().cloned(), resolution) {
                let key = BucketKey::new(self.subject, resolution, candle.start);
                buckets.entry(key).or_default().push(candle);
            }
        }
        buckets
    }
}

/// Whether these candles tell of trades that those do not.
fn knows_more(stored: &[Candle], merged: &[Candle]) -> bool {
    stored.iter().any(|stored| {
        let same = merged.iter().find(|merged| merged.start == stored.start);
        same.is_none_or(|merged| merged.swap_count < stored.swap_count)
    })
}

struct Mend<'a> {
    writer: &'a Writer,
    done: Reindexed,
    /// Buckets that contradict each other, or cannot be read.
    lost: u64,
    first: Option<Subject>,
}

impl Mend<'_> {
    fn lose(&mut self, subject: Subject, buckets: u64) {
        self.lost += buckets;
        self.first.get_or_insert(subject);
    }

    async fn series(&mut self, mut series: Series) -> Result<(), ReindexError> {
        if series.unreadable > 0 {
            self.lose(series.subject, series.unreadable);
            return Ok(());
        }
        let mut upserts = Vec::new();
        for (key, merged) in series.merged() {
            let mut bucket = Bucket::default();
            merged.iter().for_each(|candle| bucket.add(&key, candle));
            let id = key.id(self.writer.key());
            let right = bucket.update(raw(&id)?);
            match series.longer.remove(&key) {
                Some(now) if now.as_bytes() == right.as_bytes() => continue,
                Some(now) if candles(&key, &now).is_some_and(|now| knows_more(&now, &merged)) => {
                    self.lose(series.subject, 1);
                    continue;
                }
                Some(_) => self.done.altered += 1,
                None => self.done.missing += 1,
            }
            upserts.push((id, right));
        }
        // of periods that the minutes know nothing of
        if !series.longer.is_empty() {
            self.lose(series.subject, series.longer.len() as u64);
        }
        let mut upserts = upserts.into_iter().peekable();
        while upserts.peek().is_some() {
            let upserts = upserts.by_ref().take(TOGETHER).collect();
            self.writer.grant().transact(&Put { writer: self.writer, upserts }).await?;
        }
        Ok(())
    }
}

/// Writes buckets.
struct Put<'a> {
    writer: &'a Writer,
    upserts: Vec<(Document, RawDocumentBuf)>,
}

impl Work for Put<'_> {
    type Output = ();

    async fn run(&self, session: &mut ClientSession) -> Result<(), StoreError> {
        self.writer.grant().check(session, Purpose::Write).await?;
        let new = Images { upserts: self.upserts.clone(), deletes: Vec::new() };
        images(self.writer.database(), session, COLLECTION, &new).await
    }
}
