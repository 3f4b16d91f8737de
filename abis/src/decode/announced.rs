//! Which pool a factory's log announces.

use alloy_primitives::{Address, LogData};
use domain::{config::Watch, entity::Protocol, event::EventKind};

use super::convert;

/// The pool contract that a log of a watched V2 or V3 factory announces; `None` for every other log.
#[must_use]
pub fn announced_pool(watch: &Watch, address: Address, log: &LogData) -> Option<Address> {
    let topic = log.topics().first().copied()?;
    let kind = match watch.dex(address)?.protocol {
        Protocol::V2 => convert::v2_factory(address, topic, log),
        Protocol::V3 => convert::v3_factory(address, topic, log),
        Protocol::V4 => return None,
    };
    // what does not decode is told when the log's turn comes
    match kind.ok()?? {
        EventKind::V2PairCreated { pair: pool, .. } | EventKind::V3PoolCreated { pool, .. } => {
            Some(pool)
        }
        _ => None,
    }
}
