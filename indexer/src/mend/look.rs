//! Looking for pools whose stored price, liquidity and ticks cannot be one state of a contract.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    amm::{
        fee::Fee,
        swap::Pool,
        tick_map::{TickLiquidity, TickMap},
    },
    entity::PoolState,
    ids::PoolId,
};
use store::{Snapshot, StoreError, TradingPool};

/// Pools that are not whole at the snapshot's block.
pub(super) async fn lacking(snapshot: &Snapshot) -> Result<BTreeSet<PoolId>, StoreError> {
    let mut waiting = BTreeMap::new();
    snapshot
        .trading_pools(|pool| {
            if matches!(pool.state, PoolState::Concentrated { .. }) {
                waiting.insert(pool.id, pool);
            }
        })
        .await?;
    let (mut found, mut of, mut ticks) = (BTreeSet::new(), None, Vec::new());
    snapshot
        .trading_ticks(|pool, tick| {
            if of != Some(pool) {
                judge(of, &mut waiting, std::mem::take(&mut ticks), &mut found);
                of = Some(pool);
            }
            ticks.push(tick);
        })
        .await?;
    judge(of, &mut waiting, ticks, &mut found);
    // those that have no ticks at all
    found.extend(waiting.into_values().filter(|pool| !is_whole(pool, [])).map(|pool| pool.id));
    Ok(found)
}

/// The same of one pool.
pub(super) async fn lacks(snapshot: &Snapshot, id: PoolId) -> Result<bool, StoreError> {
    let pools = snapshot.trading_pools_by_ids(&[id]).await?;
    let ticks = snapshot.ticks(id).await?;
    let ticks: Vec<_> = ticks
        .into_iter()
        .map(|tick| TickLiquidity {
            index: tick.index,
            gross: tick.liquidity_gross,
            net: tick.liquidity_net,
        })
        .filter(|tick| tick.gross > 0)
        .collect();
    Ok(pools.first().is_some_and(|pool| !is_whole(pool, ticks)))
}

fn judge(
    of: Option<PoolId>,
    waiting: &mut BTreeMap<PoolId, TradingPool>,
    ticks: Vec<TickLiquidity>,
    found: &mut BTreeSet<PoolId>,
) {
    let Some(id) = of else { return };
    // ticks without a pool that they are of
    if waiting.remove(&id).is_none_or(|pool| !is_whole(&pool, ticks)) {
        found.insert(id);
    }
}

fn is_whole(pool: &TradingPool, ticks: impl IntoIterator<Item = TickLiquidity>) -> bool {
    let PoolState::Concentrated { sqrt_price_x96, tick, liquidity } = pool.state else {
        return true;
    };
    let Ok(ticks) = TickMap::from_ticks(pool.tick_spacing, ticks) else { return false };
    if liquidity == 0 && ticks.ticks().is_empty() {
        return true;
    }
    // what swaps cost says nothing of what is whole
    let fee = Fee::V3 { pips: 0, protocol: 0 };
    Pool { sqrt_price_x96, tick, liquidity, fee, ticks: &ticks }.check().is_ok()
}
