//! What the chain's own logs make of the events that the feeds should tell.

use std::collections::{BTreeMap, BTreeSet};

use abis::{
    decode::Decoder,
    events::{nft, v2, v3},
};
use alloy::rpc::types::Log;
use alloy_primitives::{Address, B256, I256, U64, U256};
use anyhow::{Context, Result};
use devchain::Rpc;
use domain::{event::EventKind, ids::PoolId};
use serde_json::{Value, json};
use tests::world::World;

use super::ground::Place;

/// A log that is an event of the feeds, or would be one if it could be told.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) pool: PoolId,
    pub(super) tx_hash: B256,
    pub(super) tx_index: u64,
    pub(super) what: What,
    /// Of a V2 pair its reserves after this, by its own word (`Sync`).
    pub(super) reserves: Option<[U256; 2]>,
}

/// What it says, in smallest units.
#[derive(Debug)]
pub(super) enum What {
    /// A pool came to be.
    Creation,
    /// Deltas of the pool, and the root of the price after it (V3, V4).
    Swap([I256; 2], Option<U256>),
    /// Liquidity came.
    Join(Option<[U256; 2]>),
    /// Liquidity went.
    Exit(Option<[U256; 2]>),
    /// Liquidity changed by nothing: a V3 burn of 0.
    Nothing,
}

impl What {
    /// Whether it can be told.
    pub(super) fn is_told(&self) -> bool {
        match self {
            Self::Creation | Self::Join(_) | Self::Exit(_) => true,
            Self::Swap([amount0, amount1], _) => {
                !amount0.is_zero()
                    && !amount1.is_zero()
                    && amount0.is_negative() != amount1.is_negative()
            }
            Self::Nothing => false,
        }
    }
}

async fn all(world: &World, to: u64) -> Result<Vec<Log>> {
    let rpc = Rpc::new(&world.chain.url())?;
    let range = json!([{ "fromBlock": "0x0", "toBlock": U64::from(to) }]);
    Ok(rpc.request("eth_getLogs", range).await?)
}

/// What the protocol took out of V3 pools up to a block: how often it was something.
pub(super) async fn takings(world: &World, to: u64) -> Result<usize> {
    let is_some = |log: &Log| {
        let taken = log.log_decode_validate::<v3::CollectProtocol>().ok();
        taken.is_some_and(|log| log.inner.amount0 > 0 && log.inner.amount1 > 0)
    };
    Ok(all(world, to).await?.iter().filter(|log| is_some(log)).count())
}

/// Blocks in which something that is in no event changed what pools hold: a pair's reserves are not what its events add up
/// to, or the protocol took its share out of a V3 pool.
pub(super) async fn hidden(world: &World, to: u64) -> Result<BTreeSet<(PoolId, u64)>> {
    let mut decoder = Decoder::new(world.chain_config().indexer().watch, []);
    let mut hidden = BTreeSet::new();
    // what each pair held by its events, and by its own word
    let mut held = BTreeMap::<Address, [[I256; 2]; 2]>::new();
    let mut last = 0;
    let mut settle = |held: &mut BTreeMap<Address, [[I256; 2]; 2]>, block: u64| {
        for (pair, [by_events, by_word]) in held {
            if by_events != by_word {
                hidden.insert((PoolId::Contract(*pair), block));
                *by_events = *by_word;
            }
        }
    };
    let mut taken = BTreeSet::new();
    for log in all(world, to).await? {
        let block = log.block_number.context("a block")?;
        if block != last {
            settle(&mut held, last);
            last = block;
        }
        let Some(kind) = decoder.decode(log.address(), &log.inner.data)? else { continue };
        let signed = |amounts: [U256; 2]| amounts.map(I256::from_raw);
        let [come, gone] = match kind {
            EventKind::V2Sync { reserve0, reserve1 } => {
                held.entry(log.address()).or_default()[1] = signed([reserve0, reserve1]);
                continue;
            }
            EventKind::V3CollectProtocol { amount0, amount1 } => {
                if !(amount0.is_zero() && amount1.is_zero()) {
                    taken.insert((PoolId::Contract(log.address()), block));
                }
                continue;
            }
            EventKind::V2Swap { amount0_in, amount1_in, amount0_out, amount1_out, .. } => {
                [signed([amount0_in, amount1_in]), signed([amount0_out, amount1_out]).map(|n| -n)]
            }
            EventKind::V2Mint { amount0, amount1, .. } => {
                [signed([amount0, amount1]), [I256::ZERO; 2]]
            }
            EventKind::V2Burn { amount0, amount1, .. } => {
                [[I256::ZERO; 2], signed([amount0, amount1]).map(|n| -n)]
            }
            _ => continue,
        };
        let by_events = &mut held.entry(log.address()).or_default()[0];
        for i in [0, 1] {
            by_events[i] += come[i] + gone[i];
        }
    }
    settle(&mut held, last);
    hidden.extend(taken);
    Ok(hidden)
}

/// What V4's manager was paid by transactions that made a position, by transaction and token: new liquidity has earned
/// nothing yet that could be set off against its price.
pub(super) async fn payments(
    world: &World,
    to: u64,
) -> Result<BTreeMap<B256, BTreeMap<Address, U256>>> {
    let (manager, positions) =
        (world.deployment.v4_pool_manager, world.deployment.v4_position_manager);
    let mut paid = BTreeMap::<B256, BTreeMap<Address, U256>>::new();
    let mut made = BTreeSet::new();
    for log in all(world, to).await? {
        let hash = log.transaction_hash.context("a transaction")?;
        if let Ok(moved) = log.log_decode_validate::<nft::Transfer>()
            && log.address() == positions
            && moved.inner.from.is_zero()
        {
            made.insert(hash);
        } else if let Ok(moved) = log.log_decode_validate::<v2::Transfer>()
            && moved.inner.to == manager
        {
            *paid.entry(hash).or_default().entry(log.address()).or_default() += moved.inner.value;
        }
    }
    paid.retain(|hash, _| made.contains(hash));
    Ok(paid)
}

/// All of them up to a block.
pub(super) async fn wanted(world: &World, to: u64) -> Result<BTreeMap<Place, Wanted>> {
    let logs = all(world, to).await?;
    let mut decoder = Decoder::new(world.chain_config().indexer().watch, []);
    let (mut found, mut synced) = (BTreeMap::new(), BTreeMap::new());
    for log in logs {
        let Some(kind) = decoder.decode(log.address(), &log.inner.data)? else { continue };
        if let EventKind::V2Sync { reserve0, reserve1 } = kind {
            synced.insert(log.address(), [reserve0, reserve1]);
            continue;
        }
        let Some((pool, what)) = told(log.address(), &kind) else { continue };
        let is_pair = matches!(
            kind,
            EventKind::V2Swap { .. } | EventKind::V2Mint { .. } | EventKind::V2Burn { .. }
        );
        let reserves = is_pair.then(|| synced.get(&log.address()).copied()).flatten();
        let place =
            (log.block_number.context("a block")?, log.log_index.context("an index in the block")?);
        let tx_hash = log.transaction_hash.context("a transaction")?;
        let tx_index = log.transaction_index.context("its index")?;
        found.insert(place, Wanted { pool, tx_hash, tx_index, what, reserves });
    }
    Ok(found)
}

fn told(emitter: Address, kind: &EventKind) -> Option<(PoolId, What)> {
    let own = PoolId::Contract(emitter);
    let signed = |amount: U256| I256::from_raw(amount);
    Some(match *kind {
        EventKind::V2PairCreated { pair, .. } => (PoolId::Contract(pair), What::Creation),
        EventKind::V3PoolCreated { pool, .. } => (PoolId::Contract(pool), What::Creation),
        EventKind::V4Initialize { id, .. } => (PoolId::Key(id), What::Creation),
        EventKind::V2Swap { amount0_in, amount1_in, amount0_out, amount1_out, .. } => {
            let net0 = signed(amount0_in) - signed(amount0_out);
            let net1 = signed(amount1_in) - signed(amount1_out);
            (own, What::Swap([net0, net1], None))
        }
        EventKind::V3Swap { amount0, amount1, sqrt_price_x96, .. } => {
            (own, What::Swap([amount0, amount1], Some(sqrt_price_x96)))
        }
        EventKind::V4Swap { id, amount0, amount1, sqrt_price_x96, .. } => {
            (PoolId::Key(id), What::Swap([-amount0, -amount1], Some(sqrt_price_x96)))
        }
        EventKind::V2Mint { amount0, amount1, .. } | EventKind::V3Mint { amount0, amount1, .. } => {
            (own, What::Join(Some([amount0, amount1])))
        }
        EventKind::V3Burn { liquidity: 0, .. } => (own, What::Nothing),
        EventKind::V2Burn { amount0, amount1, .. } | EventKind::V3Burn { amount0, amount1, .. } => {
            (own, What::Exit(Some([amount0, amount1])))
        }
        EventKind::V4ModifyLiquidity { id, liquidity_delta, .. } => {
            // a change of nothing collects fees: no event of these feeds, and so none that is skipped
            if liquidity_delta.is_zero() {
                return None;
            }
            let joins = liquidity_delta.is_positive();
            (PoolId::Key(id), if joins { What::Join(None) } else { What::Exit(None) })
        }
        _ => return None,
    })
}

/// Who sent a transaction.
pub(super) async fn sender(rpc: &Rpc, hash: B256) -> Result<Address> {
    let found: Value = rpc.request("eth_getTransactionByHash", json!([hash])).await?;
    Ok(serde_json::from_value(found["from"].clone())?)
}

/// The time of a block in Unix seconds.
pub(super) async fn time(rpc: &Rpc, number: u64) -> Result<u64> {
    let params = json!([U64::from(number), false]);
    let found: Value = rpc.request("eth_getBlockByNumber", params).await?;
    let time: U64 = serde_json::from_value(found["timestamp"].clone())?;
    Ok(time.to())
}
