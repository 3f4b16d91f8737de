//! Pools against the chain and their rows, totals against pools, accounts against rows.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use anyhow::{Context, Result, ensure};
use domain::{
    decimal::Decimal,
    entity::{Pool, PoolState, Protocol},
    figures::Account,
    fold::Key,
    ids::PoolId,
    row::LiquidityKind,
};

use super::{
    ask::Ask,
    index::Index,
    view::{DexView, View, close, moved, sides},
};

/// Transactions whose senders are asked for.
const SAMPLES: usize = 25;

/// Every pool: volume, counts and locked amounts.
pub(super) async fn pools(view: &View, ask: &Ask) -> Result<()> {
    for dex in &view.dexes {
        for pool in &dex.pools {
            let at = || format!("{} {}", dex.config.name, pool.id);
            ensure!(pool.figures.counted, "{} is not counted", at());
            sums(view, dex, pool).with_context(at)?;
            match pool.id {
                PoolId::Contract(address) if dex.is(Protocol::V2) => {
                    pair(view, dex, pool, address, ask).await.with_context(at)?;
                }
                PoolId::Contract(address) => {
                    v3(view, dex, pool, address, ask).await.with_context(at)?;
                }
                PoolId::Key(id) => {
                    let view_contract = ask.v4(dex_view(view)?, id, view.block).await?;
                    ensure!(state(pool) == Some(view_contract), "{}: {view_contract:?}", at());
                }
            }
        }
    }
    Ok(())
}

fn state(pool: &Pool) -> Option<(U256, u128)> {
    match pool.state {
        PoolState::Concentrated { sqrt_price_x96, liquidity, .. } => {
            Some((sqrt_price_x96, liquidity))
        }
        PoolState::Reserves { .. } => None,
    }
}
