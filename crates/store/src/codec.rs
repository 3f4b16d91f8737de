//! How numbers and identifiers stand in a document: fixed-width big-endian binaries, which the server sorts as numbers,
//! and 64-bit integers. Signed ones are stored with an offset of half the range, so that they sort right, too.

use alloy_primitives::{Address, B256, I256, U256};
use bson::{Binary, Bson, RawBsonRef, spec::BinarySubtype};
use domain::ids::{ChainId, PoolId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

mod decimal;
#[cfg(test)]
mod tests;
pub(crate) mod walk;

pub(crate) use decimal::Dec;

/// A chain id as stored: the same 64 bits, so that no id is refused or mistaken for another.
pub(crate) const fn chain_key(chain: ChainId) -> i64 {
    chain.cast_signed()
}

/// The inverse of [`chain_key`].
pub(crate) const fn chain_id(key: i64) -> ChainId {
    key.cast_unsigned()
}

/// A binary of the generic subtype.
fn binary(bytes: &[u8]) -> Binary {
    Binary { subtype: BinarySubtype::Generic, bytes: bytes.to_vec() }
}

/// A newtype that is stored as binary, by a pair of functions to and from bytes.
macro_rules! stored_as_binary {
    ($(#[$doc:meta])* $name:ident($inner:ty), $encode:expr, $decode:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) $inner);

        impl From<$name> for Bson {
            fn from(value: $name) -> Self {
                let encode: fn(&$inner) -> Binary = $encode;
                Self::Binary(encode(&value.0))
            }
        }

        impl $name {
            /// From the stored bytes.
            #[allow(dead_code, reason = "not every kind is read alone")]
            pub(crate) fn read(bytes: &[u8]) -> Option<$inner> {
                let decode: fn(&[u8]) -> Option<$inner> = $decode;
                decode(bytes)
            }
        }

        impl walk::Field<'_> for $name {
            fn read(value: RawBsonRef<'_>) -> Result<Self, String> {
                walk::bytes(value, stringify!($name), Self::read).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let encode: fn(&$inner) -> Binary = $encode;
                encode(&self.0).serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let bytes = Binary::deserialize(deserializer)?.bytes;
                let decode: fn(&[u8]) -> Option<$inner> = $decode;
                decode(&bytes).map(Self).ok_or_else(|| {
                    de::Error::custom(format!("a binary of {} bytes is no {}", bytes.len(), stringify!($name)))
                })
            }
        }
    };
}

stored_as_binary!(
    /// 20 bytes.
    Addr(Address),
    |value| binary(value.as_slice()),
    |bytes| Address::try_from(bytes).ok()
);
stored_as_binary!(
    /// 32 bytes.
    Hash(B256),
    |value| binary(value.as_slice()),
    |bytes| B256::try_from(bytes).ok()
);
stored_as_binary!(
    /// 20 or 32 bytes.
    Pid(PoolId),
    |value| binary(value.as_slice()),
    PoolId::from_slice
);
stored_as_binary!(
    /// 32 bytes.
    Uint(U256),
    |value| binary(&value.to_be_bytes::<32>()),
    |bytes| <[u8; 32]>::try_from(bytes).ok().map(U256::from_be_bytes)
);
stored_as_binary!(
    /// 32 bytes, offset 2^255: the sign bit flipped.
    Int(I256),
    |value| binary(&flip(value.to_be_bytes::<32>())),
    |bytes| <[u8; 32]>::try_from(bytes).ok().map(|bytes| I256::from_be_bytes(flip(bytes)))
);
stored_as_binary!(
    /// 16 bytes.
    Liquidity(u128),
    |value| binary(&value.to_be_bytes()),
    |bytes| <[u8; 16]>::try_from(bytes).ok().map(u128::from_be_bytes)
);
stored_as_binary!(
    /// 16 bytes, offset 2^127.
    LiquidityNet(i128),
    |value| binary(&flip(value.to_be_bytes())),
    |bytes| <[u8; 16]>::try_from(bytes).ok().map(|bytes| i128::from_be_bytes(flip(bytes)))
);

/// Flips the sign bit of a two's complement number: now its bytes sort like the numbers.
const fn flip<const N: usize>(mut bytes: [u8; N]) -> [u8; N] {
    bytes[0] ^= 0x80;
    bytes
}

/// A count, height or time as a signed 64-bit integer; what does not fit is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Num(pub(crate) u64);

impl Num {
    /// As a bound of a query: heights beyond what can be stored sort after all that is.
    pub(crate) fn bound(self) -> Bson {
        Bson::Int64(i64::try_from(self.0).unwrap_or(i64::MAX))
    }
}

impl Serialize for Num {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = i64::try_from(self.0)
            .map_err(|_| ser::Error::custom(format!("{} exceeds 2^63 - 1", self.0)))?;
        serializer.serialize_i64(value)
    }
}

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = i64::deserialize(deserializer)?;
        u64::try_from(value)
            .map(Self)
            .map_err(|_| de::Error::custom(format!("{value} is negative")))
    }
}

impl walk::Field<'_> for Num {
    fn read(value: RawBsonRef<'_>) -> Result<Self, String> {
        let value: i64 = walk::Field::read(value)?;
        u64::try_from(value).map(Self).map_err(|_| format!("{value} is negative"))
    }
}

/// Like [`Num`], for 32-bit values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Small(pub(crate) u32);

impl Serialize for Small {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(i64::from(self.0))
    }
}

impl<'de> Deserialize<'de> for Small {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = i64::deserialize(deserializer)?;
        u32::try_from(value)
            .map(Self)
            .map_err(|_| de::Error::custom(format!("{value} is no 32-bit count")))
    }
}

impl walk::Field<'_> for Small {
    fn read(value: RawBsonRef<'_>) -> Result<Self, String> {
        walk::whole(value, "32-bit count").map(Self)
    }
}
