//! Values of entities' fields, and how they compare.

use std::{cmp::Ordering, fmt, sync::Arc};

use domain::decimal::Decimal;

pub use self::{bytes::Bytes, integer::Integer};

mod bytes;
mod integer;

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Value {
    /// Nothing.
    #[default]
    Null,
    /// `Boolean`.
    Bool(bool),
    /// `Int`.
    Int(i32),
    /// `Int8`, `Timestamp`.
    Long(i64),
    /// `BigInt`.
    Integer(Integer),
    /// `BigDecimal`.
    Decimal(Decimal),
    /// `String`, `ID`, and names of an enum.
    Text(Arc<str>),
    /// `Bytes`.
    Bytes(Bytes),
    /// A list that is stored.
    List(Vec<Self>),
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Which of two is less: numbers by size, texts and bytes by their bytes. None where they do not compare: nothing with
    /// anything, lists, different kinds.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(one), Self::Bool(other)) => Some(one.cmp(other)),
            (Self::Int(one), Self::Int(other)) => Some(one.cmp(other)),
            (Self::Long(one), Self::Long(other)) => Some(one.cmp(other)),
            (Self::Integer(one), Self::Integer(other)) => Some(one.cmp(other)),
            (Self::Decimal(one), Self::Decimal(other)) => Some(one.cmp(other)),
            (Self::Text(one), Self::Text(other)) => Some(one.as_bytes().cmp(other.as_bytes())),
            (Self::Bytes(one), Self::Bytes(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }

    /// Writes it as JSON: what may exceed 32 bits as text.
    ///
    /// # Errors
    /// As the writer's.
    pub fn write(&self, out: &mut impl fmt::Write) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(value) => out.write_str(if *value { "true" } else { "false" }),
            Self::Int(value) => write!(out, "{value}"),
            Self::Long(value) => write!(out, "\"{value}\""),
            Self::Integer(value) => write!(out, "\"{value}\""),
            Self::Decimal(value) => write!(out, "\"{value}\""),
            Self::Bytes(value) => write!(out, "\"{value}\""),
            Self::Text(value) => quoted(value, out),
            Self::List(values) => {
                out.write_char('[')?;
                for (place, value) in values.iter().enumerate() {
                    if place > 0 {
                        out.write_char(',')?;
                    }
                    value.write(out)?;
                }
                out.write_char(']')
            }
        }
    }
}

/// Writes a text as JSON.
///
/// # Errors
/// As the writer's.
pub(crate) fn quoted(text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    let is_plain = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        return write!(out, "\"{text}\"");
    }
    out.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}
