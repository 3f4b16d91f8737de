//! How far back V4 liquidity can be told: as far as the history of its pools' prices goes.

use std::collections::BTreeMap;

use api_kit::problem::Problem;
use domain::{
    entity::Protocol,
    ids::PoolId,
    row::{LiquidityEvent, LiquidityKind},
    version::PoolVersion,
};

use super::{Known, prices::Sides, same_block};
use crate::feeds::{
    blocks::{express::Row, pools::Listed},
    view::View,
};

#[cfg(test)]
mod tests;

/// Refuses blocks of which joins and exits would be missing, because the prices that tell their amounts are forgotten.
pub(super) async fn check(
    view: &View,
    known: &Known,
    rows: &BTreeMap<PoolId, Vec<&Row>>,
) -> Result<(), Problem> {
    let mut blocks = Vec::new();
    for (pool, rows) in rows {
        let Some(listed) = known.listed.get(pool) else { continue };
        let versions = known.versions.get(pool).map_or(&[][..], Vec::as_slice);
        blocks.extend(rows.chunk_by(same_block).filter_map(|rows| dark(listed, versions, rows)));
    }
    if blocks.is_empty() {
        return Ok(());
    }
    refused(&blocks, view.snapshot.history_from().await?).map_or(Ok(()), Err)
}

/// Of blocks that are dark those are refused that the history does not reach.
fn refused(blocks: &[u64], from: u64) -> Option<Problem> {
    // of its first block the history says what was after it, and not always what was before it
    let last = blocks.iter().filter(|block| **block <= from).max()?;
    let detail = format!(
        "prices are kept as of the end of block {from}, and these blocks have V4 liquidity before that, whose amounts cannot be told: ask for blocks above {last}, or index anew with a longer history"
    );
    Some(Problem::bad_request("RANGE_INVALID", detail))
}

/// The block of these events of a pool, if one of them cannot be told because no price before it is known any more. In the
/// block of its creation none ever was: that is no matter of the history.
fn dark(listed: &Listed, versions: &[(u64, PoolVersion)], rows: &[&Row]) -> Option<u64> {
    let block = rows.first()?.meta().position.block;
    if listed.pool.protocol != Protocol::V4 || listed.pool.created.block >= block {
        return None;
    }
    let prices = Sides::new(versions, block).prices(rows);
    let is_dark = rows.iter().zip(&prices).any(|(row, price)| price.is_none() && is_change(row));
    is_dark.then_some(block)
}

fn is_change(row: &Row) -> bool {
    let Row::Liquidity(LiquidityEvent { kind, liquidity_delta, .. }) = row else { return false };
    matches!(kind, LiquidityKind::Mint | LiquidityKind::Burn)
        && liquidity_delta.is_some_and(|delta| !delta.is_zero())
}
