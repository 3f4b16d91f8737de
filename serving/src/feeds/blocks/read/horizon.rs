//! How far back V4 liquidity can be told: as far as the history of its pools' prices goes.

use std::collections::BTreeMap;

use api_kit::problem::Problem;
use domain::{
    entity::Protocol,
    ids::PoolId,
    row::{LiquidityEvent, LiquidityKind},
};

use super::Known;
use crate::feeds::{blocks::express::Row, view::View};

/// Refuses blocks of which joins and exits would be missing, because the prices that tell their amounts are forgotten.
pub(super) async fn check(
    view: &View,
    known: &Known,
    rows: &BTreeMap<PoolId, Vec<&Row>>,
) -> Result<(), Problem> {
    let blocks =
        rows.iter().flat_map(|(pool, rows)| rows.iter().filter_map(|row| dark(known, pool, row)));
    let blocks: Vec<u64> = blocks.collect();
    if blocks.is_empty() {
        return Ok(());
    }
    let from = view.snapshot.history_from().await?;
    // of its first block the history says what was after it: what was before it is needed
    let forgotten = blocks.into_iter().filter(|block| *block <= from).max();
    let Some(last) = forgotten else { return Ok(()) };
    let detail = format!(
        "prices are kept from block {from} on, and these blocks have V4 liquidity before that, whose amounts cannot be told: ask for blocks above {last}, or index anew with a longer history"
    );
    Err(Problem::bad_request("RANGE_INVALID", detail))
}

/// The block of an event that cannot be told because the price of its pool is not known any more.
fn dark(known: &Known, pool: &PoolId, row: &Row) -> Option<u64> {
    let listed = known.listed.get(pool).filter(|listed| listed.pool.protocol == Protocol::V4)?;
    let Row::Liquidity(LiquidityEvent { kind, liquidity_delta, .. }) = row else { return None };
    let is_change = matches!(kind, LiquidityKind::Mint | LiquidityKind::Burn)
        && liquidity_delta.is_some_and(|delta| !delta.is_zero());
    let block = row.meta().position.block;
    let versions = known.versions.get(pool).map_or(&[][..], Vec::as_slice);
    let is_known =
        versions.first().is_some_and(|(at, _)| *at < block) || listed.pool.created.block >= block;
    (is_change && !is_known).then_some(block)
}
