//! Sequences of records in few bytes: each element says which fields differ from the one before it, and only those.
//!
//! ```text
//! sequence = version element*
//! element  = varint(gap * 2 + removed) [ varint(mask) value* ]     the mask and values only when not removed
//! ```
//! The first element differs from the record's default, so a field that a newer version of a record appends reads as its
//! default in older sequences. `gap` is the caller's: how far the element's position is from the one before.

use domain::record::{Kind, Record};

mod read;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use read::Input;
pub(crate) use write::Output;

/// First byte of every sequence.
const VERSION: u8 = 1;

/// Why bytes are not a sequence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PackedError {
    /// They end too early.
    #[error("the packed bytes end too early")]
    Short,
    /// Written by a version that is not known here.
    #[error("packed bytes of version {0}, known is {VERSION}")]
    Version(u8),
    /// A number, length or tag that nothing here writes.
    #[error("packed bytes hold no valid {0}")]
    Invalid(&'static str),
}

/// Writes a sequence.
#[derive(Debug)]
pub(crate) struct Encoder<R> {
    last: R,
    output: Output,
    count: u32,
}

impl<R: Record + Default + Clone> Encoder<R> {
    pub(crate) fn new() -> Self {
        let mut output = Output::default();
        output.byte(VERSION);
        Self { last: R::default(), output, count: 0 }
    }

    /// Appends an element; `None` is the record's absence.
    pub(crate) fn push(&mut self, gap: u64, record: Option<&R>) {
        self.count += 1;
        let head = u128::from(gap) << 1;
        let Some(record) = record else {
            self.output.varint(head | 1);
            self.last = R::default();
            return;
        };
        self.output.varint(head);
        let mask = record.difference(&self.last);
        self.output.varint(u128::from(mask));
        let mut rest = mask;
        while rest != 0 {
            let index = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let kind = R::field(index).map_or(Kind::Bool, |field| field.kind);
            self.output.value(kind, &record.get(index));
        }
        self.last.clone_from(record);
    }

    /// Elements so far.
    pub(crate) const fn count(&self) -> u32 {
        self.count
    }

    /// Bytes so far.
    pub(crate) fn size(&self) -> usize {
        self.output.bytes().len()
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.output.into_bytes()
    }
}

/// An element that stands by itself: without version, as if it were the first.
pub(crate) fn alone<R: Record + Default + Clone>(gap: u64, record: &R) -> Vec<u8> {
    let mut encoder = Encoder { last: R::default(), output: Output::default(), count: 0 };
    encoder.push(gap, Some(record));
    encoder.finish()
}

impl<R: Record + Default + Clone> Default for Encoder<R> {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads a sequence.
#[derive(Debug)]
pub(crate) struct Decoder<'a, R> {
    last: R,
    input: Input<'a>,
}

impl<'a, R: Record + Default + Clone> Decoder<'a, R> {
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, PackedError> {
        let mut input = Input::new(bytes);
        match input.byte()? {
            VERSION => Ok(Self { last: R::default(), input }),
            other => Err(PackedError::Version(other)),
        }
    }

    /// Elements that stand by themselves ([`alone`]), one after the other: [`Decoder::restart`] before each.
    pub(crate) fn of_alone(bytes: &'a [u8]) -> Self {
        Self { last: R::default(), input: Input::new(bytes) }
    }

    /// Forgets the last record: the next element is as if it were the first.
    pub(crate) fn restart(&mut self) {
        self.last = R::default();
    }

    /// The next element: its gap, and whether there is a record ([`Decoder::record`]) or its absence. `None` at the end.
    pub(crate) fn step(&mut self) -> Result<Option<(u64, bool)>, PackedError> {
        if self.input.is_empty() {
            return Ok(None);
        }
        let head = self.input.varint()?;
        let gap = u64::try_from(head >> 1).map_err(|_| PackedError::Invalid("gap"))?;
        if head & 1 == 1 {
            self.last = R::default();
            return Ok(Some((gap, false)));
        }
        let mask = self.input.varint()?;
        let mut rest = u64::try_from(mask).map_err(|_| PackedError::Invalid("mask"))?;
        while rest != 0 {
            let index = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let field = R::field(index).ok_or(PackedError::Invalid("field"))?;
            let value = self.input.value(field.kind)?;
            if !self.last.set(index, value) {
                return Err(PackedError::Invalid(field.name));
            }
        }
        Ok(Some((gap, true)))
    }

    /// The record of the last step.
    pub(crate) const fn record(&self) -> &R {
        &self.last
    }
}
