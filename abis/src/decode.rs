//! Raw log in, domain event out.

use std::collections::HashSet;

use alloy_primitives::{Address, B256, LogData};
use alloy_sol_types::SolEvent;
use domain::{
    config::Watch,
    entity::{NftStandard, Protocol},
    event::EventKind,
};

use crate::events::{nft, pancake_v3, v2, v3, v4};

mod announced;
mod convert;
mod positions;
#[cfg(test)]
mod tests;

pub use announced::announced_pool;

/// A log whose topic we know and whose emitter we watch, but whose data does not fit the interface.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "log of {address} with topic {topic} does not decode as {event}: {reason}; is the right standard or protocol configured for this contract?"
)]
pub struct DecodeError {
    /// Emitting contract.
    pub address: Address,
    /// First topic.
    pub topic: B256,
    /// Event it should be.
    pub event: &'static str,
    /// The decoder's reason.
    pub reason: String,
}

/// Topics of pool contracts of the watched V2 and V3 factories.
#[must_use]
pub fn pool_topics(watch: &Watch) -> Vec<B256> {
    let mut topics = Vec::new();
    for dex in &watch.dexes {
        match dex.protocol {
            Protocol::V2 => topics.extend([
                v2::Sync::SIGNATURE_HASH,
                v2::Mint::SIGNATURE_HASH,
                v2::Burn::SIGNATURE_HASH,
                v2::Swap::SIGNATURE_HASH,
                v2::Transfer::SIGNATURE_HASH,
            ]),
            Protocol::V3 => topics.extend([
                v3::Initialize::SIGNATURE_HASH,
                v3::Mint::SIGNATURE_HASH,
                v3::Burn::SIGNATURE_HASH,
                v3::Collect::SIGNATURE_HASH,
                v3::Swap::SIGNATURE_HASH,
                v3::Flash::SIGNATURE_HASH,
                v3::SetFeeProtocol::SIGNATURE_HASH,
                v3::CollectProtocol::SIGNATURE_HASH,
                // what a pool of a fork says no pool of another says: both are asked for, so nobody's swaps are missed
                pancake_v3::Swap::SIGNATURE_HASH,
                pancake_v3::SetFeeProtocol::SIGNATURE_HASH,
            ]),
            Protocol::V4 => {}
        }
    }
    topics.sort_unstable();
    topics.dedup();
    topics
}

/// Topics of the contracts that are configured by address, with those addresses.
#[must_use]
pub fn fixed_topics(watch: &Watch) -> (Vec<Address>, Vec<B256>) {
    let mut addresses: Vec<Address> = Vec::new();
    let mut topics = Vec::new();
    for dex in &watch.dexes {
        addresses.push(dex.factory);
        match dex.protocol {
            Protocol::V2 => topics.push(v2::PairCreated::SIGNATURE_HASH),
            Protocol::V3 => topics.push(v3::PoolCreated::SIGNATURE_HASH),
            Protocol::V4 => topics.extend([
                v4::Initialize::SIGNATURE_HASH,
                v4::ModifyLiquidity::SIGNATURE_HASH,
                v4::Swap::SIGNATURE_HASH,
                v4::Donate::SIGNATURE_HASH,
                v4::ProtocolFeeUpdated::SIGNATURE_HASH,
            ]),
        }
    }
    positions::fixed_topics(watch, &mut addresses, &mut topics);
    for collection in &watch.collections {
        addresses.push(collection.address);
        match collection.standard {
            NftStandard::Erc721 => topics.push(nft::Transfer::SIGNATURE_HASH),
            NftStandard::Erc1155 => {
                topics.extend([
                    nft::TransferSingle::SIGNATURE_HASH,
                    nft::TransferBatch::SIGNATURE_HASH,
                ]);
            }
        }
    }
    addresses.sort_unstable();
    addresses.dedup();
    topics.sort_unstable();
    topics.dedup();
    (addresses, topics)
}

/// Decides which logs concern us, and decodes them. Learns pools as their creation passes by.
#[derive(Debug, Clone)]
pub struct Decoder {
    watch: Watch,
    v2_pools: HashSet<Address>,
    v3_pools: HashSet<Address>,
}

impl Decoder {
    /// A decoder for the watched contracts and the pools known so far.
    #[must_use]
    pub fn new(watch: Watch, pools: impl IntoIterator<Item = (Address, Protocol)>) -> Self {
        let mut decoder = Self { watch, v2_pools: HashSet::new(), v3_pools: HashSet::new() };
        for (address, protocol) in pools {
            match protocol {
                Protocol::V2 => decoder.v2_pools.insert(address),
                Protocol::V3 => decoder.v3_pools.insert(address),
                Protocol::V4 => false,
            };
        }
        decoder
    }

    /// Decodes a log; `None` when it is none of ours. Logs must come in chain order, so that a pool's creation is seen
    /// before its events.
    ///
    /// # Errors
    /// [`DecodeError`] when a watched contract emits something that does not fit its interface.
    pub fn decode(
        &mut self,
        address: Address,
        log: &LogData,
    ) -> Result<Option<EventKind>, DecodeError> {
        let Some(topic) = log.topics().first().copied() else { return Ok(None) };
        if let Some(dex) = self.watch.dex(address) {
            let protocol = dex.protocol;
            let kind = match protocol {
                Protocol::V2 => convert::v2_factory(address, topic, log)?,
                Protocol::V3 => convert::v3_factory(address, topic, log)?,
                Protocol::V4 => convert::v4_manager(address, topic, log)?,
            };
            match &kind {
                Some(EventKind::V2PairCreated { pair, .. }) => self.v2_pools.insert(*pair),
                Some(EventKind::V3PoolCreated { pool, .. }) => self.v3_pools.insert(*pool),
                _ => false,
            };
            return Ok(kind);
        }
        if let Some(dex) = self.watch.positions_of(address) {
            return positions::manager(dex.protocol, address, topic, log);
        }
        if let Some(collection) = self.watch.collection(address) {
            return match collection.standard {
                NftStandard::Erc721 => convert::erc721(address, topic, log),
                NftStandard::Erc1155 => convert::erc1155(address, topic, log),
            };
        }
        if self.v2_pools.contains(&address) {
            return convert::v2_pair(address, topic, log);
        }
        if self.v3_pools.contains(&address) {
            return convert::v3_pool(address, topic, log);
        }
        Ok(None)
    }
}
