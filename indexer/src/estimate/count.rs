//! Which of the logs of some blocks would be stored, by kind.

use std::{collections::BTreeMap, sync::Arc};

use abis::{decode::Decoder, dynamic::Watcher, state};
use alloy_primitives::Address;
use chain::{ChainError, Client, raw::RawBlock};
use domain::{
    entity::Protocol,
    event::{EventKind, EventMeta},
};

use crate::{config::IndexerConfig, contracts};

/// Creations of pools.
pub(super) const POOLS: &str = "pools created";
/// Pools asked at once whose they are.
const TOGETHER: usize = 100;

/// Counts the events.
pub(super) async fn kinds(
    config: &IndexerConfig,
    client: &Client,
    blocks: Vec<RawBlock>,
) -> Result<BTreeMap<&'static str, u64>, ChainError> {
    let pools = pools(config, client, &blocks).await?;
    let mut decoder = Decoder::new(config.watch.clone(), pools);
    let mut watcher = Watcher::new(Arc::clone(&config.contracts));
    let mut kinds = BTreeMap::new();
    for block in &blocks {
        for log in &block.logs {
            watcher.learn(log.address, &log.data);
        }
        for log in &block.logs {
            let meta = EventMeta {
                address: log.address,
                tx_hash: log.tx_hash,
                tx_index: log.tx_index,
                log_index: log.log_index,
            };
            // one that is not what its topic says would stop the index; here it is counted with the others
            let known = decoder.decode(log.address, &log.data).unwrap_or_default();
            if let Some(kind) = known {
                *kinds.entry(name(&kind)).or_default() += 1;
            }
            for event in contracts::events(&watcher, meta, &log.data) {
                *kinds.entry(name(&event.kind)).or_default() += 1;
            }
        }
    }
    Ok(kinds)
}

/// The pools of the watched factories among the emitters of these logs: each says itself whose it is.
async fn pools(
    config: &IndexerConfig,
    client: &Client,
    blocks: &[RawBlock],
) -> Result<Vec<(Address, Protocol)>, ChainError> {
    let mut emitters: Vec<_> =
        blocks.iter().flat_map(|block| &block.logs).map(|log| log.address).collect();
    emitters.sort_unstable();
    emitters.dedup();
    let mut found = Vec::new();
    for some in emitters.chunks(TOGETHER) {
        let calls: Vec<_> = some.iter().map(|address| state::factory_call(*address)).collect();
        let answers = client.call_many_latest(&calls).await?;
        for (address, answer) in some.iter().zip(answers) {
            // what has no factory is no pool
            let factory = answer.ok().and_then(|answer| state::factory(&answer));
            let dex = factory.and_then(|factory| config.watch.dex(factory));
            found.extend(dex.map(|dex| (*address, dex.protocol)));
        }
    }
    Ok(found)
}

/// A kind for people.
fn name(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::V2PairCreated { .. }
        | EventKind::V3PoolCreated { .. }
        | EventKind::V4Initialize { .. } => POOLS,
        EventKind::V2Swap { .. } | EventKind::V3Swap { .. } | EventKind::V4Swap { .. } => "swaps",
        EventKind::V2Mint { .. }
        | EventKind::V2Burn { .. }
        | EventKind::V3Mint { .. }
        | EventKind::V3Burn { .. }
        | EventKind::V3Collect { .. }
        | EventKind::V3Flash { .. }
        | EventKind::V4ModifyLiquidity { .. }
        | EventKind::V4Donate { .. } => "liquidity",
        EventKind::V2Sync { .. }
        | EventKind::V2Transfer { .. }
        | EventKind::V3Initialize { .. }
        | EventKind::V3FeeProtocol { .. }
        | EventKind::V3CollectProtocol { .. }
        | EventKind::V4ProtocolFee { .. } => "reserves, shares, first prices, settings",
        EventKind::Contract(_) => "events of contracts",
        _ => "NFTs and positions",
    }
}
