//! Swaps as the chain's own logs tell them.

use std::collections::BTreeMap;

use abis::decode::Decoder;
use alloy::rpc::types::Log;
use alloy_primitives::{Address, I256, U64, U256};
use anyhow::{Context, Result};
use devchain::Rpc;
use domain::{event::EventKind, ids::PoolId};
use serde_json::{Value, json};
use tests::world::World;

/// Block, and index of the log in it.
pub(crate) type Place = (u64, u64);

/// A swap: amounts are what the pool got, in smallest units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Swap {
    /// Unix time of its block in seconds.
    pub(crate) time: u64,
    pub(crate) tx: String,
    pub(crate) pool: String,
    pub(crate) amounts: [I256; 2],
}

/// All swaps of the chain up to its head.
pub(crate) async fn swaps(world: &World) -> Result<BTreeMap<Place, Swap>> {
    let rpc = Rpc::new(&world.chain.url())?;
    let head = world.truth()?.head().await?;
    let range = json!([{ "fromBlock": "0x0", "toBlock": U64::from(head) }]);
    let logs: Vec<Log> = rpc.request("eth_getLogs", range).await?;
    let mut decoder = Decoder::new(world.chain_config().indexer().watch, []);
    let mut found = BTreeMap::new();
    for log in logs {
        let Some(kind) = decoder.decode(log.address(), &log.inner.data)? else { continue };
        let Some((pool, amounts)) = swap(log.address(), &kind) else { continue };
        let place = (log.block_number.context("a block")?, log.log_index.context("a place")?);
        let tx = format!("{:#x}", log.transaction_hash.context("a transaction")?);
        let time = log.block_timestamp.context("a time")?;
        found.insert(place, Swap { time, tx, pool: pool.to_string(), amounts });
    }
    Ok(found)
}

fn swap(emitter: Address, kind: &EventKind) -> Option<(PoolId, [I256; 2])> {
    let own = PoolId::Contract(emitter);
    let net = |come: U256, gone: U256| I256::from_raw(come) - I256::from_raw(gone);
    Some(match *kind {
        EventKind::V2Swap { amount0_in, amount1_in, amount0_out, amount1_out, .. } => {
            (own, [net(amount0_in, amount0_out), net(amount1_in, amount1_out)])
        }
        EventKind::V3Swap { amount0, amount1, .. } => (own, [amount0, amount1]),
        // its event tells what the swapper got
        EventKind::V4Swap { id, amount0, amount1, .. } => (PoolId::Key(id), [-amount0, -amount1]),
        _ => return None,
    })
}

/// A swap as a client got it.
pub(crate) fn told(node: &Value) -> Result<(Place, Swap)> {
    let text = |name: &'static str| node[name].as_str().with_context(|| format!("{name}: {node}"));
    let (block, log) = text("id")?.split_once('-').context("an id")?;
    let place = (block.parse()?, log.parse()?);
    anyhow::ensure!(node["blockNumber"] == place.0, "{node}");
    let amounts = [text("amount0")?.parse()?, text("amount1")?.parse()?];
    let time = node["timestamp"].as_u64().with_context(|| format!("timestamp: {node}"))?;
    let (tx, pool) = (text("txHash")?.into(), text("poolId")?.into());
    Ok((place, Swap { time, tx, pool, amounts }))
}
