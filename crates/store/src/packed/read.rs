//! Values from bytes that may be anything.

use alloy_primitives::{Address, B256, I256, U256};
use domain::{
    decimal::Decimal,
    ids::PoolId,
    record::{Kind, Value},
};

use super::{
    PackedError,
    write::{NEGATIVE, NULL},
};

/// Bytes to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Result<u8, PackedError> {
        let (first, rest) = self.rest.split_first().ok_or(PackedError::Short)?;
        self.rest = rest;
        Ok(*first)
    }

    pub(crate) fn raw(&mut self, length: usize) -> Result<&'a [u8], PackedError> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(PackedError::Short)?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(crate) fn varint(&mut self) -> Result<u128, PackedError> {
        let mut value = 0u128;
        for shift in (0..126).step_by(7) {
            let byte = self.byte()?;
            value |= u128::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(PackedError::Invalid("number"))
    }

    /// A count or length; never more than what is left, so that nothing is reserved on a lie.
    pub(crate) fn length(&mut self) -> Result<usize, PackedError> {
        let length = usize::try_from(self.varint()?).map_err(|_| PackedError::Short)?;
        if length > self.rest.len() { Err(PackedError::Short) } else { Ok(length) }
    }

    pub(crate) fn block(&mut self) -> Result<&'a [u8], PackedError> {
        let length = self.length()?;
        self.raw(length)
    }

    pub(crate) fn uint(&mut self) -> Result<U256, PackedError> {
        match self.byte()? {
            length @ 0..=32 => Ok(U256::from_be_slice(self.raw(usize::from(length))?)),
            _ => Err(PackedError::Invalid("unsigned number")),
        }
    }

    pub(crate) fn signed(&mut self) -> Result<I256, PackedError> {
        let invalid = PackedError::Invalid("signed number");
        let tag = self.byte()?;
        let (length, negative) = (tag & !NEGATIVE, tag & NEGATIVE != 0);
        if length > 32 {
            return Err(invalid);
        }
        let magnitude = U256::from_be_slice(self.raw(usize::from(length))?);
        let value = if negative {
            // the least number has no positive twin: two's complement covers it
            I256::from_raw(magnitude.wrapping_neg())
        } else {
            I256::from_raw(magnitude)
        };
        if value.is_negative() == negative || magnitude.is_zero() {
            Ok(value)
        } else {
            Err(invalid)
        }
    }

    pub(crate) fn decimal(&mut self) -> Result<Decimal, PackedError> {
        let (value, rest) =
            Decimal::read_bytes(self.rest).map_err(|_| PackedError::Invalid("decimal"))?;
        self.rest = rest;
        Ok(value)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], PackedError> {
        self.raw(N)?.try_into().map_err(|_| PackedError::Short)
    }

    pub(crate) fn pool(&mut self) -> Result<PoolId, PackedError> {
        PoolId::from_slice(self.block()?).ok_or(PackedError::Invalid("pool"))
    }

    /// A field's value.
    pub(crate) fn value(&mut self, kind: Kind) -> Result<Value<'a>, PackedError> {
        let null = |input: &Self| input.rest.first() == Some(&NULL);
        Ok(match kind {
            Kind::Bool | Kind::Uint | Kind::Signed | Kind::Address | Kind::Hash if null(self) => {
                self.byte()?;
                Value::Null
            }
            Kind::Bool => match self.byte()? {
                0 => Value::Bool(false),
                1 => Value::Bool(true),
                _ => return Err(PackedError::Invalid("truth value")),
            },
            Kind::Int => match self.varint()? {
                0 => Value::Null,
                value => {
                    let value = u64::try_from(value - 1);
                    Value::Int(unzigzag(value.map_err(|_| PackedError::Invalid("integer"))?))
                }
            },
            Kind::Uint => Value::Uint(self.uint()?),
            Kind::Signed => Value::Signed(self.signed()?),
            Kind::Decimal => Value::Decimal(self.decimal()?),
            Kind::Address => {
                self.present()?;
                Value::Address(Address::from(self.array()?))
            }
            Kind::Hash => {
                self.present()?;
                Value::Hash(B256::from(self.array()?))
            }
            Kind::Text => match self.length_or_null()? {
                None => Value::Null,
                Some(length) => {
                    let text = std::str::from_utf8(self.raw(length)?);
                    Value::Text(text.map_err(|_| PackedError::Invalid("text"))?.into())
                }
            },
            Kind::Pools => match self.length_or_null()? {
                None => Value::Null,
                Some(count) => {
                    let pools: Result<Vec<PoolId>, _> = (0..count).map(|_| self.pool()).collect();
                    Value::Pools(pools?.into())
                }
            },
        })
    }

    fn present(&mut self) -> Result<(), PackedError> {
        match self.byte()? {
            1 => Ok(()),
            _ => Err(PackedError::Invalid("tag")),
        }
    }

    fn length_or_null(&mut self) -> Result<Option<usize>, PackedError> {
        let Some(length) = self.varint()?.checked_sub(1) else { return Ok(None) };
        let length = usize::try_from(length).map_err(|_| PackedError::Short)?;
        if length > self.rest.len() { Err(PackedError::Short) } else { Ok(Some(length)) }
    }
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}
