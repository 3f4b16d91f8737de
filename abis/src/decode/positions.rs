//! Events of position managers.

use alloy_primitives::{Address, B256, LogData};
use alloy_sol_types::SolEvent;
use domain::{config::Watch, entity::Protocol, event::EventKind};

use super::convert::{Decoded, erc721, parse};
use crate::events::{nft, positions};

#[cfg(test)]
mod tests;

/// Adds the watched managers and their topics.
pub(super) fn fixed_topics(watch: &Watch, addresses: &mut Vec<Address>, topics: &mut Vec<B256>) {
    for dex in &watch.dexes {
        let Some(manager) = dex.position_manager else { continue };
        addresses.push(manager);
        match dex.protocol {
            Protocol::V2 => {}
            Protocol::V3 => topics.extend([
                nft::Transfer::SIGNATURE_HASH,
                positions::IncreaseLiquidity::SIGNATURE_HASH,
                positions::DecreaseLiquidity::SIGNATURE_HASH,
                positions::Collect::SIGNATURE_HASH,
            ]),
            Protocol::V4 => topics.extend([
                nft::Transfer::SIGNATURE_HASH,
                positions::Subscription::SIGNATURE_HASH,
                positions::Unsubscription::SIGNATURE_HASH,
            ]),
        }
    }
}

/// Decodes a log of a manager.
pub(super) fn manager(protocol: Protocol, address: Address, topic: B256, log: &LogData) -> Decoded {
    Ok(Some(match (protocol, topic) {
        (Protocol::V3 | Protocol::V4, nft::Transfer::SIGNATURE_HASH) => {
            return erc721(address, topic, log);
        }
        (Protocol::V3, positions::IncreaseLiquidity::SIGNATURE_HASH) => {
            let e: positions::IncreaseLiquidity = parse(address, topic, log)?;
            EventKind::PositionIncreased {
                token_id: e.tokenId,
                liquidity: e.liquidity,
                amount0: e.amount0,
                amount1: e.amount1,
            }
        }
        (Protocol::V3, positions::DecreaseLiquidity::SIGNATURE_HASH) => {
            let e: positions::DecreaseLiquidity = parse(address, topic, log)?;
            EventKind::PositionDecreased {
                token_id: e.tokenId,
                liquidity: e.liquidity,
                amount0: e.amount0,
                amount1: e.amount1,
            }
        }
        (Protocol::V3, positions::Collect::SIGNATURE_HASH) => {
            let e: positions::Collect = parse(address, topic, log)?;
            EventKind::PositionCollected {
                token_id: e.tokenId,
                recipient: e.recipient,
                amount0: e.amount0,
                amount1: e.amount1,
            }
        }
        (Protocol::V4, positions::Subscription::SIGNATURE_HASH) => {
            let e: positions::Subscription = parse(address, topic, log)?;
            EventKind::PositionSubscribed { token_id: e.tokenId, subscriber: e.subscriber }
        }
        (Protocol::V4, positions::Unsubscription::SIGNATURE_HASH) => {
            let e: positions::Unsubscription = parse(address, topic, log)?;
            EventKind::PositionUnsubscribed { token_id: e.tokenId, subscriber: e.subscriber }
        }
        _ => return Ok(None),
    }))
}
