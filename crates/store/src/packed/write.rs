//! Values as bytes.

use alloy_primitives::{I256, U256};
use domain::record::{Kind, Value};

/// Stands for nothing, where a length would stand.
pub(super) const NULL: u8 = 0xff;
/// Marks the magnitude of a negative number.
pub(super) const NEGATIVE: u8 = 0x80;

/// Room to begin with: a version or two.
const ROOM: usize = 256;

/// Bytes in the making.
#[derive(Debug)]
pub(crate) struct Output {
    bytes: Vec<u8>,
}

impl Default for Output {
    fn default() -> Self {
        Self { bytes: Vec::with_capacity(ROOM) }
    }
}

impl Output {
    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Seven bits a byte, the lowest first.
    pub(crate) fn varint(&mut self, mut value: u128) {
        loop {
            let [low, ..] = value.to_le_bytes();
            value >>= 7;
            if value == 0 {
                self.byte(low & 0x7f);
                return;
            }
            self.byte(low | 0x80);
        }
    }

    /// A length and the bytes.
    pub(crate) fn block(&mut self, bytes: &[u8]) {
        self.varint(bytes.len() as u128);
        self.raw(bytes);
    }

    /// How many bytes follow, and as many as the number needs.
    pub(crate) fn uint(&mut self, value: U256) {
        self.magnitude(value, 0);
    }

    pub(crate) fn signed(&mut self, value: I256) {
        let sign = if value.is_negative() { NEGATIVE } else { 0 };
        self.magnitude(value.unsigned_abs(), sign);
    }

    fn magnitude(&mut self, value: U256, sign: u8) {
        let all = value.to_be_bytes::<32>();
        let zeros = value.leading_zeros() / 8;
        let used = all.get(zeros..).unwrap_or_default();
        // at most 32
        self.byte(sign | u8::try_from(used.len()).unwrap_or_default());
        self.raw(used);
    }

    /// A field's value. A decimal is never nothing: no record has such a field.
    pub(crate) fn value(&mut self, kind: Kind, value: &Value<'_>) {
        match value {
            Value::Null => match kind {
                Kind::Int | Kind::Text | Kind::Pools => self.byte(0),
                Kind::Decimal => self.raw(&domain::decimal::Decimal::ZERO.to_bytes()),
                _ => self.byte(NULL),
            },
            Value::Bool(value) => self.byte(u8::from(*value)),
            // 0 stands for nothing
            Value::Int(value) => self.varint(u128::from(zigzag(*value)) + 1),
            Value::Uint(value) => self.uint(*value),
            Value::Signed(value) => self.signed(*value),
            Value::Decimal(value) => self.raw(&value.to_bytes()),
            Value::Address(value) => self.present(value.as_slice()),
            Value::Hash(value) => self.present(value.as_slice()),
            Value::Text(text) => {
                self.varint(text.len() as u128 + 1);
                self.raw(text.as_bytes());
            }
            Value::Pools(pools) => {
                self.varint(pools.len() as u128 + 1);
                for pool in pools.iter() {
                    self.block(pool.as_slice());
                }
            }
        }
    }

    fn present(&mut self, bytes: &[u8]) {
        self.byte(1);
        self.raw(bytes);
    }
}

/// Small numbers of either sign as small numbers.
const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}
