//! Collection `chains`: `_id {c}` says which generations a chain has, `_id {c, g}` what one of them is made of. Here `c` is
//! the chain's own id, whatever generation is active. The keys of all chains are counted down from -1 in `meta`: chain ids
//! are positive (EIP-2294).

use alloy_primitives::{hex, keccak256};
use bson::{Document, doc};
use domain::ids::ChainId;
use serde::{Deserialize, Serialize};

use crate::codec::chain_key;

/// The collection.
pub(crate) const CHAINS: &str = "chains";
/// The `_id` in `meta` of the key that was given last.
pub(super) const COUNTER: &str = "generations";

/// First field of the ids of a generation. A document, because that is the whole `_id` of its watermark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) c: i64,
}

/// The generations of a chain, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mapping {
    pub(crate) _id: Key,
    pub(crate) active: Key,
    #[serde(default)]
    pub(crate) building: Option<Key>,
    #[serde(default)]
    pub(crate) retired: Vec<Key>,
}

impl Mapping {
    /// Of a chain that has its first generation only.
    pub(crate) const fn first(chain: ChainId) -> Self {
        let key = Key { c: chain_key(chain) };
        Self { _id: key, active: key, building: None, retired: Vec::new() }
    }

    /// All keys that something stands under.
    pub(crate) fn keys(&self) -> impl Iterator<Item = i64> {
        [self.active].into_iter().chain(self.building).chain(self.retired.clone()).map(|key| key.c)
    }
}

/// The `_id` of the generations of a chain.
pub(crate) fn id(chain: ChainId) -> Document {
    doc! { "_id": { "c": chain_key(chain) } }
}

/// The `_id` of what a generation is made of.
pub(crate) fn sources_id(chain: ChainId, key: i64) -> Document {
    doc! { "_id": { "c": chain_key(chain), "g": key } }
}

/// Documents about all generations of a chain.
pub(crate) fn all_of(chain: ChainId) -> Document {
    doc! { "_id": crate::documents::id_prefix(&doc! { "c": chain_key(chain) }) }
}

/// What a generation is made of, as stored: the text, and a fingerprint for people who compare two.
pub(super) fn sources(text: &str) -> Document {
    let print = hex::encode(keccak256(text).get(..8).unwrap_or_default());
    doc! { "sources": text, "fingerprint": print }
}

/// The text of it.
#[derive(Debug, Deserialize)]
pub(super) struct Sources {
    pub(super) sources: String,
}
