//! A block, with its transactions when they were asked for in full.

use std::fmt;

use alloy_primitives::{Address, B256, Bloom, U256};
use domain::block::BlockRef;
use serde::{Deserialize, Deserializer, de};

use crate::{
    error::ChainError,
    raw::RawTransaction,
    wire::{
        hex::{Quantity, or_zero, wide},
        log::small,
    },
};

/// `eth_getBlockBy…`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireBlock {
    number: Quantity,
    hash: B256,
    parent_hash: B256,
    timestamp: Quantity,
    /// Empty when only hashes were asked for.
    #[serde(default, deserialize_with = "full")]
    pub(crate) transactions: Vec<WireTransaction>,
    /// Summary of the block's logs; `None` where the chain has no such thing.
    #[serde(default, deserialize_with = "bloom")]
    pub(crate) logs_bloom: Option<Box<Bloom>>,
    #[serde(default, deserialize_with = "wide")]
    gas_used: Option<U256>,
}

impl WireBlock {
    /// Whether nothing ran in it, as far as it says.
    pub(crate) fn is_idle(&self) -> bool {
        self.gas_used == Some(U256::ZERO)
    }
}

impl From<&WireBlock> for BlockRef {
    fn from(wire: &WireBlock) -> Self {
        Self {
            number: wire.number.0,
            hash: wire.hash,
            parent_hash: wire.parent_hash,
            timestamp: wire.timestamp.0,
        }
    }
}

/// What every kind of transaction has; kinds that we do not know have it, too.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireTransaction {
    pub(crate) hash: B256,
    #[serde(default, deserialize_with = "or_zero")]
    transaction_index: Quantity,
    #[serde(default)]
    from: Option<Address>,
    /// The effective price once the transaction is in a block.
    #[serde(default, deserialize_with = "wide")]
    gas_price: Option<U256>,
    #[serde(default, deserialize_with = "wide")]
    max_fee_per_gas: Option<U256>,
}

impl TryFrom<WireTransaction> for RawTransaction {
    type Error = ChainError;

    fn try_from(wire: WireTransaction) -> Result<Self, ChainError> {
        Ok(Self {
            hash: wire.hash,
            index: small(wire.transaction_index, "a transaction index")?,
            from: wire.from.unwrap_or_default(),
            gas_price: wire.gas_price.or(wire.max_fee_per_gas).unwrap_or_default(),
            gas_used: None,
        })
    }
}

/// 256 bytes; whatever is no such thing counts as absent.
fn bloom<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<Bloom>>, D::Error> {
    let text = Option::<std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    Ok(text.and_then(|text| text.parse().ok()).map(Box::new))
}

/// Whole transactions; hashes are skipped without a look.
fn full<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<WireTransaction>, D::Error> {
    struct Entries;
    impl<'de> de::Visitor<'de> for Entries {
        type Value = Vec<WireTransaction>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("transactions or their hashes")
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut found = Vec::new();
            while let Some(Entry(entry)) = entries.next_element()? {
                found.extend(entry);
            }
            Ok(found)
        }
    }
    deserializer.deserialize_any(Entries)
}

struct Entry(Option<WireTransaction>);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntryVisitor;
        impl<'de> de::Visitor<'de> for EntryVisitor {
            type Value = Entry;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a transaction or its hash")
            }

            fn visit_str<E: de::Error>(self, _: &str) -> Result<Entry, E> {
                Ok(Entry(None))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
                let fields = de::value::MapAccessDeserializer::new(map);
                WireTransaction::deserialize(fields).map(|transaction| Entry(Some(transaction)))
            }
        }
        deserializer.deserialize_any(EntryVisitor)
    }
}
