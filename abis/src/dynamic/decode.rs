//! The bytes of a log as values. Written for data that somebody made up: each read is checked, what is decoded is
//! bounded however offsets point, and bits that a type does not have are refused.

use alloy_dyn_abi::DynSolType;
use alloy_primitives::{Address, B256, Bytes, I256, LogData, U256};
use domain::contract::{Body, Value};

use super::layout::{Layout, is_word};

/// Most values of one log, nested ones included.
const MOST_VALUES: usize = 50_000;
/// Longest text kept, in bytes.
const LONGEST_TEXT: usize = 16 * 1024;
/// Most bytes of a log kept: what a document and a transaction can hold. Few chains let a transaction pay for more.
const MOST_RAW: usize = 4 * 1024 * 1024;
const WORD: usize = 32;

/// The log is not what the ABI says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Misfit;

/// What the log says by the layout, or the log as it is.
pub(crate) fn body(layout: &Layout, log: &LogData) -> Body {
    values(layout, log).map_or_else(
        |Misfit| Body::Raw {
            topics: log.topics().to_vec(),
            data: log.data.slice(..log.data.len().min(MOST_RAW)),
            lossy: log.data.len() > MOST_RAW,
        },
        |(values, lossy)| Body::Decoded { values, lossy },
    )
}

fn values(layout: &Layout, log: &LogData) -> Result<(Vec<Value>, bool), Misfit> {
    if log.data.len() > MOST_RAW {
        return Err(Misfit);
    }
    let mut topics = log.topics().iter().skip(1);
    let mut reader =
        Reader { data: &log.data, values: MOST_VALUES, bytes: log.data.len(), lossy: false };
    let mut at = 0;
    let mut values = Vec::with_capacity(layout.parameters.len());
    for (ty, indexed) in &layout.parameters {
        values.push(if *indexed {
            let topic = topics.next().ok_or(Misfit)?;
            if is_word(ty) { scalar(ty, topic)? } else { Value::Bytes(topic.0.into()) }
        } else {
            let value = reader.value(ty, 0, at)?;
            at += head(ty);
            value
        });
    }
    if topics.next().is_some() {
        return Err(Misfit);
    }
    Ok((values, reader.lossy))
}

/// Bytes that a value takes in the head of what it is part of.
fn head(ty: &DynSolType) -> usize {
    if ty.is_dynamic() { WORD } else { ty.minimum_words().saturating_mul(WORD) }
}

struct Reader<'a> {
    data: &'a Bytes,
    /// Values that may still be read.
    values: usize,
    /// Bytes of texts and byte strings that may still be read: no honest encoding gives the same bytes twice.
    bytes: usize,
    lossy: bool,
}

impl Reader<'_> {
    /// The value whose head is at `at`, part of something that begins at `base`.
    fn value(&mut self, ty: &DynSolType, base: usize, at: usize) -> Result<Value, Misfit> {
        self.values = self.values.checked_sub(1).ok_or(Misfit)?;
        let at =
            if ty.is_dynamic() { base.checked_add(self.number(at)?).ok_or(Misfit)? } else { at };
        match ty {
            DynSolType::Bytes => Ok(Value::Bytes(self.string(at)?)),
            DynSolType::String => {
                let bytes = self.string(at)?;
                Ok(Value::Text(self.text(&bytes)))
            }
            DynSolType::Array(inner) => {
                let count = self.number(at)?;
                self.list(inner, count, at.saturating_add(WORD))
            }
            DynSolType::FixedArray(inner, count) => self.list(inner, *count, at),
            DynSolType::Tuple(types) => {
                let mut next = at;
                let mut values = Vec::with_capacity(types.len());
                for ty in types {
                    values.push(self.value(ty, at, next)?);
                    next = next.saturating_add(head(ty));
                }
                Ok(Value::Struct(values))
            }
            word => scalar(word, &self.word(at)?),
        }
    }

    fn list(&mut self, ty: &DynSolType, count: usize, base: usize) -> Result<Value, Misfit> {
        let size = head(ty);
        let left = self.data.len().checked_sub(base).ok_or(Misfit)?;
        // checked before anything is made room for
        if count > self.values || count.checked_mul(size).is_none_or(|heads| heads > left) {
            return Err(Misfit);
        }
        let mut values = Vec::with_capacity(count);
        for index in 0..count {
            values.push(self.value(ty, base, base + index * size)?);
        }
        Ok(Value::List(values))
    }

    fn word(&self, at: usize) -> Result<B256, Misfit> {
        let end = at.checked_add(WORD).ok_or(Misfit)?;
        self.data.get(at..end).map(B256::from_slice).ok_or(Misfit)
    }

    /// An offset or a length: nothing honest exceeds the data.
    fn number(&self, at: usize) -> Result<usize, Misfit> {
        let number = usize::try_from(U256::from_be_bytes(self.word(at)?.0)).map_err(|_| Misfit)?;
        if number <= self.data.len() { Ok(number) } else { Err(Misfit) }
    }

    fn string(&mut self, at: usize) -> Result<Bytes, Misfit> {
        let length = self.number(at)?;
        self.bytes = self.bytes.checked_sub(length).ok_or(Misfit)?;
        let start = at.checked_add(WORD).ok_or(Misfit)?;
        let end = start.checked_add(length).filter(|end| *end <= self.data.len()).ok_or(Misfit)?;
        Ok(self.data.slice(start..end))
    }

    fn text(&mut self, bytes: &[u8]) -> String {
        let (text, lossy) = clean(bytes);
        self.lossy |= lossy;
        text
    }
}

/// A text that can be stored and shown, and whether it differs from what came.
fn clean(bytes: &[u8]) -> (String, bool) {
    let kept = bytes.get(..LONGEST_TEXT).unwrap_or(bytes);
    let replace = |c: char| {
        if c.is_control() && !matches!(c, '\n' | '\r' | '\t') {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    let text: String = String::from_utf8_lossy(kept).chars().map(replace).collect();
    let lossy = text.as_bytes() != bytes;
    (text, lossy)
}

/// A value of one word.
fn scalar(ty: &DynSolType, word: &B256) -> Result<Value, Misfit> {
    let bytes = &word.0;
    let zero = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
    let left = |size: usize| match bytes.split_at_checked(size) {
        Some((value, rest)) if zero(rest) => Ok(Value::Bytes(Bytes::copy_from_slice(value))),
        _ => Err(Misfit),
    };
    match ty {
        DynSolType::Address => match bytes.split_at(12) {
            (high, low) if zero(high) => Ok(Value::Address(Address::from_slice(low))),
            _ => Err(Misfit),
        },
        DynSolType::Bool => match U256::from_be_bytes(*bytes) {
            U256::ZERO => Ok(Value::Bool(false)),
            U256::ONE => Ok(Value::Bool(true)),
            _ => Err(Misfit),
        },
        DynSolType::Uint(bits) => {
            let value = U256::from_be_bytes(*bytes);
            if value.bit_len() > *bits {
                Err(Misfit)
            } else if *bits < 64 {
                i64::try_from(value).map(Value::Int).map_err(|_| Misfit)
            } else {
                Ok(Value::Uint(value))
            }
        }
        DynSolType::Int(bits) => {
            let value = I256::from_be_bytes(*bytes);
            if value.asr(bits.saturating_sub(1)) != value.asr(255) {
                Err(Misfit)
            } else if *bits <= 64 {
                i64::try_from(value).map(Value::Int).map_err(|_| Misfit)
            } else {
                Ok(Value::Signed(value))
            }
        }
        DynSolType::FixedBytes(size) => left(*size),
        DynSolType::Function => left(24),
        _ => Err(Misfit),
    }
}
