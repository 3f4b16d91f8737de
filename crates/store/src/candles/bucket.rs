//! One bucket: its candles as bytes, the newest apart from the others.

use bson::{Binary, RawDocument, RawDocumentBuf, rawdoc, spec::BinarySubtype};
use domain::candle::{Candle, CompactCandle};

use super::{BucketKey, COLLECTION};
use crate::{
    error::StoreError,
    packed::{Decoder, Input, PackedError, alone},
};

/// The bytes of a stored bucket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored<'a> {
    /// All candles but the newest.
    pub(super) over: &'a [u8],
    /// The newest.
    pub(super) newest: &'a [u8],
}

impl<'a> Stored<'a> {
    pub(super) fn read(raw: &'a RawDocument) -> Result<Self, StoreError> {
        let parts = || -> Result<Self, bson::error::Error> {
            Ok(Self { over: raw.get_binary("v")?.bytes, newest: raw.get_binary("l")?.bytes })
        };
        parts().map_err(|error| corrupt(raw, &error.to_string()))
    }

    /// All candles, ascending.
    pub(super) fn candles(&self, key: &BucketKey) -> Result<Vec<Candle>, PackedError> {
        let mut all = Vec::new();
        for bytes in [self.over, self.newest] {
            let mut decoder = Decoder::<CompactCandle>::of_alone(bytes);
            while let Some((index, _)) = decoder.step()? {
                let offset = index.checked_mul(key.resolution.seconds());
                let start = offset.and_then(|offset| offset.checked_add(key.start));
                let start = start.ok_or(PackedError::Invalid("place of a candle"))?;
                all.push(decoder.record().restore(start));
                decoder.restart();
            }
        }
        Ok(all)
    }
}

/// What is stored of a bucket is none.
pub(super) fn corrupt(raw: &RawDocument, why: &str) -> StoreError {
    let (collection, id) = (COLLECTION, format!("{:?}", raw.get("_id")));
    StoreError::Corrupt { collection, id, why: why.to_owned() }
}

/// The place of a candle that stands by itself.
pub(super) fn place(newest: &[u8]) -> Result<u128, PackedError> {
    Ok(Input::new(newest).varint()? >> 1)
}

pub(super) fn binary(bytes: &[u8]) -> Binary {
    Binary { subtype: BinarySubtype::Generic, bytes: bytes.to_vec() }
}

/// An update that goes on with the newest candle.
pub(super) fn set_newest(newest: &[u8]) -> RawDocumentBuf {
    rawdoc! { "$set": { "l": binary(newest) } }
}

/// A bucket that a batch changes.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    stored: bool,
    over: Vec<u8>,
    /// Whether candles have ended since.
    grown: bool,
    /// Whether anything is new since.
    touched: bool,
    /// Place of the newest candle, and the candle.
    newest: Option<(u64, Candle)>,
}

impl Bucket {
    /// A stored one.
    pub(super) fn read(key: &BucketKey, raw: &RawDocument) -> Result<Self, StoreError> {
        let Stored { over, newest } = Stored::read(raw)?;
        let alone = Stored { over: &[], newest }.candles(key);
        let candle = alone.map_err(|error| corrupt(raw, &error.to_string()))?.pop();
        let newest = candle.map(|candle| (key.index(candle.start), candle));
        Ok(Self { stored: true, over: over.to_vec(), newest, ..Self::default() })
    }

    /// The newest candle as bytes.
    pub(super) fn newest(&self) -> Option<Vec<u8>> {
        let (index, candle) = self.newest.as_ref()?;
        Some(alone(*index, &CompactCandle::from(candle)))
    }

    /// Takes in what a block did.
    pub(super) fn add(&mut self, key: &BucketKey, step: &Candle) {
        // a block whose clock runs behind its parent's belongs to the newest candle
        let index = key.index(step.start);
        self.touched = true;
        match &mut self.newest {
            Some((newest, candle)) if index <= *newest => candle.merge(step),
            _ => {
                if let Some(over) = self.newest() {
                    self.over.extend_from_slice(&over);
                    self.grown = true;
                }
                self.newest = Some((index, step.clone()));
            }
        }
    }

    /// Whether it has to be written.
    pub(super) const fn touched(&self) -> bool {
        self.touched
    }

    /// It was written as it is.
    pub(super) const fn stored(&mut self) {
        (self.stored, self.grown, self.touched) = (true, false, false);
    }

    /// Bytes in memory, roughly.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.over.capacity()
    }

    /// What is to be written.
    pub(super) fn update(&self, id: RawDocumentBuf) -> RawDocumentBuf {
        let newest = self.newest().unwrap_or_default();
        if self.stored && !self.grown {
            return set_newest(&newest);
        }
        rawdoc! { "_id": id, "v": binary(&self.over), "l": binary(&newest) }
    }
}
