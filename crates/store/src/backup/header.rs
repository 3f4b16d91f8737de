//! What a backup says of itself, readable without unpacking it.

use alloy_primitives::B256;
use domain::ids::ChainId;
use serde::{Deserialize, Serialize};

/// The header: the second line of the file, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the stored documents.
    pub schema: i64,
    /// EIP-155 id.
    pub chain: ChainId,
    /// Configured name of the chain.
    pub name: String,
    /// Height of the newest block in it.
    pub block: u64,
    /// Its hash.
    pub hash: B256,
    /// Its time in Unix seconds.
    pub timestamp: u64,
    /// Events that were indexed.
    pub events: u64,
    /// What it was indexed from, in the words of who did; `None` when nobody said.
    pub sources: Option<String>,
    /// Program and version.
    pub by: String,
    /// What stands for the chain in the documents: a restore may put another number in its place.
    pub key: i64,
}
