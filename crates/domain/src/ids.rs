//! Identifiers.

use std::{fmt, str::FromStr};

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

/// EIP-155 chain id.
pub type ChainId = u64;

/// A pool: a contract of its own (V2, V3) or an entry in the V4 singleton.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PoolId {
    /// V2 pair or V3 pool contract.
    Contract(Address),
    /// V4 `PoolId`: keccak of the pool key.
    Key(B256),
}

impl PoolId {
    /// 20 bytes for a contract, 32 for a V4 pool.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Self::Contract(address) => address.as_slice(),
            Self::Key(key) => key.as_slice(),
        }
    }

    /// The inverse of [`PoolId::as_slice`]; `None` unless 20 or 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        match bytes.len() {
            20 => Some(Self::Contract(Address::from_slice(bytes))),
            32 => Some(Self::Key(B256::from_slice(bytes))),
            _ => None,
        }
    }
}

impl fmt::Display for PoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // lowercase, not checksummed: ids are compared as text by clients
            Self::Contract(address) => write!(f, "{address:#x}"),
            Self::Key(key) => write!(f, "{key:#x}"),
        }
    }
}

/// A text that is no pool id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no pool id: give 0x and 40 hex digits (V2, V3) or 64 (V4)")]
pub struct InvalidPoolId(pub String);

impl FromStr for PoolId {
    type Err = InvalidPoolId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidPoolId(text.chars().take(80).collect());
        let digits = text.strip_prefix("0x").ok_or_else(invalid)?;
        match digits.len() {
            40 => text.parse().map(Self::Contract).map_err(|_| invalid()),
            64 => text.parse().map(Self::Key).map_err(|_| invalid()),
            _ => Err(invalid()),
        }
    }
}

impl Serialize for PoolId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PoolId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
