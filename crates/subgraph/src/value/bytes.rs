//! Strings of bytes: addresses and hashes without the heap, others with it.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use alloy_primitives::{Address, B256, hex};

/// Bytes.
#[derive(Debug, Clone)]
pub struct Bytes(Kept);

#[derive(Debug, Clone)]
enum Kept {
    Address(Address),
    Hash(B256),
    Other(Arc<[u8]>),
}

impl Bytes {
    /// Reads hexadecimal digits, with or without `0x`, of any case. None: there are others, or half a byte.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        // the decoder would take another prefix off
        if digits.starts_with("0x") {
            return None;
        }
        hex::decode(digits).ok().map(|bytes| Self::from(&bytes[..]))
    }

    /// As they are.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        match &self.0 {
            Kept::Address(address) => address.as_slice(),
            Kept::Hash(hash) => hash.as_slice(),
            Kept::Other(bytes) => bytes,
        }
    }
}

impl From<Address> for Bytes {
    fn from(address: Address) -> Self {
        Self(Kept::Address(address))
    }
}

impl From<B256> for Bytes {
    fn from(hash: B256) -> Self {
        Self(Kept::Hash(hash))
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(match bytes.len() {
            20 => Kept::Address(Address::from_slice(bytes)),
            32 => Kept::Hash(B256::from_slice(bytes)),
            _ => Kept::Other(bytes.into()),
        })
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Bytes {}

impl Hash for Bytes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}

impl PartialOrd for Bytes {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Bytes {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kept::Address(address) => write!(f, "{address:#x}"),
            Kept::Hash(hash) => write!(f, "{hash:#x}"),
            Kept::Other(bytes) => write!(f, "0x{}", hex::encode(bytes)),
        }
    }
}
