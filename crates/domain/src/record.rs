//! Records: structs whose fields can be walked by index. What keeps history, writes documents or answers queries about
//! "any field" goes through this instead of knowing each struct.

use alloy_primitives::{Address, B256, I256, U256};

use crate::{decimal::Decimal, ids::PoolId};

#[cfg(test)]
mod tests;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// True or false.
    Bool,
    /// A signed integer of up to 64 bits: a height, a time, a tick, a count.
    Int,
    /// An unsigned integer of up to 256 bits.
    Uint,
    /// A signed integer of up to 256 bits.
    Signed,
    /// An exact decimal.
    Decimal,
    /// 20 bytes.
    Address,
    /// 32 bytes.
    Hash,
    /// Text.
    Text,
    /// A list of pools.
    Pools,
}

/// A field's value; [`Value::Null`] is the absence that an optional field may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// See [`Kind::Bool`].
    Bool(bool),
    /// See [`Kind::Int`].
    Int(i64),
    /// See [`Kind::Uint`].
    Uint(U256),
    /// See [`Kind::Signed`].
    Signed(I256),
    /// See [`Kind::Decimal`].
    Decimal(Decimal),
    /// See [`Kind::Address`].
    Address(Address),
    /// See [`Kind::Hash`].
    Hash(B256),
    /// See [`Kind::Text`].
    Text(std::borrow::Cow<'a, str>),
    /// See [`Kind::Pools`].
    Pools(std::borrow::Cow<'a, [PoolId]>),
}

/// A field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Name, in the spelling that clients know (`volumeUSD`).
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// A struct of at most 64 fields.
pub trait Record {
    /// How many fields there are.
    fn count() -> usize;

    /// A field. Their order is fixed: what is stored speaks of them by index, so new ones go to the end.
    fn field(index: usize) -> Option<Field>;

    /// All fields.
    fn fields() -> impl Iterator<Item = Field> {
        (0..Self::count()).filter_map(Self::field)
    }

    /// The value of a field; [`Value::Null`] beyond the last.
    fn get(&self, index: usize) -> Value<'_>;

    /// Sets a field; false when the value is not of its kind.
    fn set(&mut self, index: usize, value: Value<'_>) -> bool;

    /// The fields in which `self` and `other` differ, as a bit set.
    fn difference(&self, other: &Self) -> u64;
}

/// Two records as one: the fields of the first, then those of the second; together at most 64.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Both<A, B> {
    /// The first.
    pub first: A,
    /// The second.
    pub second: B,
}

impl<A: Record, B: Record> Record for Both<A, B> {
    fn count() -> usize {
        A::count() + B::count()
    }

    fn field(index: usize) -> Option<Field> {
        match index.checked_sub(A::count()) {
            None => A::field(index),
            Some(index) => B::field(index),
        }
    }

    fn get(&self, index: usize) -> Value<'_> {
        match index.checked_sub(A::count()) {
            None => self.first.get(index),
            Some(index) => self.second.get(index),
        }
    }

    fn set(&mut self, index: usize, value: Value<'_>) -> bool {
        match index.checked_sub(A::count()) {
            None => self.first.set(index, value),
            Some(index) => self.second.set(index, value),
        }
    }

    fn difference(&self, other: &Self) -> u64 {
        let second = self.second.difference(&other.second);
        self.first.difference(&other.first) | second << A::count()
    }
}

/// A type that a field of a record may have.
pub trait FieldType: Sized + PartialEq {
    /// What it holds.
    const KIND: Kind;
    /// As a value.
    fn value(&self) -> Value<'_>;
    /// From a value of its kind.
    fn from_value(value: Value<'_>) -> Option<Self>;
}

macro_rules! field_type {
    ($type:ty, $variant:ident, $self:ident => $to:expr, $value:ident => $from:expr) => {
        impl FieldType for $type {
            const KIND: Kind = Kind::$variant;
            fn value(&self) -> Value<'_> {
                let $self = self;
                Value::$variant($to)
            }
            fn from_value(value: Value<'_>) -> Option<Self> {
                match value {
                    Value::$variant($value) => $from,
                    _ => None,
                }
            }
        }
    };
}

field_type!(bool, Bool, this => *this, value => Some(value));
field_type!(i32, Int, this => i64::from(*this), value => value.try_into().ok());
field_type!(u32, Int, this => i64::from(*this), value => value.try_into().ok());
// heights, times and counts stay far below 2^63; the bits are kept either way
field_type!(u64, Int, this => this.cast_signed(), value => Some(value.cast_unsigned()));
field_type!(u128, Uint, this => U256::from(*this), value => value.try_into().ok());
field_type!(U256, Uint, this => *this, value => Some(value));
field_type!(I256, Signed, this => *this, value => Some(value));
field_type!(i128, Signed, this => I256::try_from(*this).unwrap_or_default(), value => value.try_into().ok());
field_type!(Decimal, Decimal, this => *this, value => Some(value));
field_type!(Address, Address, this => *this, value => Some(value));
field_type!(B256, Hash, this => *this, value => Some(value));
field_type!(String, Text, this => this.as_str().into(), value => Some(value.into_owned()));
field_type!(Vec<PoolId>, Pools, this => this.as_slice().into(), value => Some(value.into_owned()));

impl<T: FieldType> FieldType for Option<T> {
    const KIND: Kind = T::KIND;
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, FieldType::value)
    }
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// Declares a record: a struct with the usual derives and its [`Record`] implementation. Each field names its public
/// spelling: `volume_usd: Decimal => "volumeUSD"`.
macro_rules! record {
    (
        $(#[$doc:meta])*
        pub struct $name:ident {
            $($(#[$field_doc:meta])* pub $field:ident: $type:ty => $label:literal,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)+
        }

        impl $name {
            /// The fields, in the order of their indexes.
            pub const FIELDS: &'static [$crate::record::Field] = &[
                $($crate::record::Field {
                    name: $label,
                    kind: <$type as $crate::record::FieldType>::KIND,
                },)+
            ];
        }

        impl $crate::record::Record for $name {
            fn count() -> usize {
                const { assert!($name::FIELDS.len() <= 64) };
                Self::FIELDS.len()
            }

            fn field(index: usize) -> Option<$crate::record::Field> {
                Self::FIELDS.get(index).copied()
            }

            fn get(&self, index: usize) -> $crate::record::Value<'_> {
                let mut at = 0;
                $(
                    if index == at {
                        return $crate::record::FieldType::value(&self.$field);
                    }
                    at += 1;
                )+
                let _ = at;
                $crate::record::Value::Null
            }

            fn set(&mut self, index: usize, value: $crate::record::Value<'_>) -> bool {
                let mut at = 0;
                $(
                    if index == at {
                        return match $crate::record::FieldType::from_value(value) {
                            Some(value) => {
                                self.$field = value;
                                true
                            }
                            None => false,
                        };
                    }
                    at += 1;
                )+
                let _ = (at, value);
                false
            }

            fn difference(&self, other: &Self) -> u64 {
                let mut bits = 0;
                let mut at = 0u32;
                $(
                    bits |= u64::from(self.$field != other.$field) << at;
                    at += 1;
                )+
                let _ = at;
                bits
            }
        }
    };
}
pub(crate) use record;
