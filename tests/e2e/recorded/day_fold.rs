//! A mainnet day through the fold, against what another project made of the same logs.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use anyhow::{Context, Result, ensure};
use domain::{event::EventKind, fold::State, row::LiquidityKind};
use tests::recorded::{
    self,
    csv::{Row, Table},
    day::{DayPool, HIGH_FEE, LOW_FEE, MIDNIGHT, SET, file, timestamp},
    folded::Folded,
    walk::Walk,
};

/// A bar of one minute: ticks, and the liquidity of its last swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bar {
    open: i32,
    high: i32,
    low: i32,
    close: i32,
    liquidity: u128,
}

impl Bar {
    fn read(row: Row<'_>) -> Result<Self> {
        Ok(Self {
            open: row.tick("openTick")?,
            high: row.tick("highestTick")?,
            low: row.tick("lowestTick")?,
            close: row.tick("closeTick")?,
            liquidity: row.get("currentLiquidity")?,
        })
    }

    fn swap(bar: Option<Self>, tick: i32, liquidity: u128) -> Self {
        let before =
            bar.unwrap_or(Self { open: tick, high: tick, low: tick, close: tick, liquidity });
        let (high, low) = (before.high.max(tick), before.low.min(tick));
        Self { high, low, close: tick, liquidity, ..before }
    }
}

#[test]
fn minutes_are_those_recorded() -> Result<()> {
    let Some(folder) = recorded::set(SET)? else { return Ok(()) };
    let (mut folded, events) = Folded::start(&folder, LOW_FEE)?;
    let mut bars: BTreeMap<u64, Bar> = BTreeMap::new();
    for event in &events {
        let changes = folded.event(event)?;
        for swap in &changes.rows.swaps {
            let minute = (swap.meta.timestamp - MIDNIGHT) / 60;
            let (_, _, liquidity) = folded.standing()?;
            let tick = swap.tick.context("a swap without tick")?;
            let bar = Bar::swap(bars.get(&minute).copied(), tick, liquidity);
            bars.insert(minute, bar);
        }
    }
    ensure!(bars.len() == 1408, "{} minutes", bars.len());
    let table = Table::read(&file(&folder, LOW_FEE, "minute"))?;
    let mut equal = 0;
    for (minute, row) in (0..).zip(table.rows()) {
        // a minute without swaps repeats the one before it
        let Some(bar) = bars.get(&minute) else { continue };
        let recorded = Bar::read(row)?;
        ensure!(*bar == recorded, "minute {minute}: {bar:?}, recorded {recorded:?}");
        equal += 1;
    }
    ensure!(equal == 1408, "{equal} minutes compared");
    Ok(())
}

/// Each row's price and tick, the amounts and the ranges; the liquidity against the step maths, which show at the next
/// swap whether it was right; and everything taken back again.
fn against_rows(pool: DayPool, kind: &str) -> Result<Option<BTreeMap<&'static str, usize>>> {
    let Some(folder) = recorded::set(SET)? else { return Ok(None) };
    let (mut folded, events) = Folded::start(&folder, pool)?;
    let before = folded.state.clone();
    let mut walk = Walk::new(pool);
    let (mut counts, mut undo) = (BTreeMap::new(), Vec::new());
    let table = Table::read(&file(&folder, pool, kind))?;
    ensure!(table.rows().count() == events.len(), "as many rows as logs");
    for (event, row) in events.iter().zip(table.rows()) {
        let changes = folded.event(event)?;
        let place = (event.block, event.event.meta.log_index, event.timestamp);
        let log = if kind == "tick" { "pool_log_index" } else { "log_index" };
        ensure!(place == (row.get("block_number")?, row.get(log)?, timestamp(row)?), "{row:?}");
        let (price, tick, liquidity) = folded.standing()?;
        ensure!((price, tick) == (row.get("sqrtPriceX96")?, row.tick("current_tick")?), "{row:?}");
        // between swaps the recorder's liquidity is not the pool's: it leaves out positions that begin at the very tick
        if row.text("tx_type")? == "SWAP" {
            ensure!(liquidity == row.get("total_liquidity")?, "{liquidity} after {row:?}");
        }
        walk.event(&event.event.kind)?;
        ensure!(walk.standing().is_none_or(|stands| stands == (price, tick, liquidity)), "{row:?}");
        *counts.entry(amounts(&changes.rows, &event.event.kind, row)?).or_default() += 1;
        undo.push(changes);
    }
    for changes in undo.iter().rev() {
        folded.state.revert(changes);
    }
    let same = |state: &State| {
        undo.iter()
            .flat_map(|step| &step.changes)
            .all(|change| state.get(&change.key) == before.get(&change.key))
    };
    ensure!(same(&folded.state), "the day does not come undone");
    Ok(Some(counts))
}

/// Compares the row that the fold left with the recorded one.
fn amounts(rows: &domain::row::Rows, event: &EventKind, row: Row<'_>) -> Result<&'static str> {
    let kind = row.text("tx_type")?;
    if let [swap] = rows.swaps.as_slice() {
        ensure!(kind == "SWAP", "{row:?}");
        let told = (row.get("amount0")?, row.get("amount1")?);
        ensure!((swap.amount0, swap.amount1) == told, "{row:?}");
        return Ok("swap");
    }
    let [change] = rows.liquidity.as_slice() else { anyhow::bail!("no row for {event:?}") };
    let (kind, name) = match change.kind {
        LiquidityKind::Mint => (kind == "MINT", "mint"),
        LiquidityKind::Burn => (kind == "BURN", "burn"),
        LiquidityKind::Collect => (kind == "COLLECT", "collect"),
        other => anyhow::bail!("an unexpected {other:?}"),
    };
    let range = Some((row.tick("tick_lower")?, row.tick("tick_upper")?));
    let told = (Some(row.get("amount0")?), Some(row.get("amount1")?));
    ensure!(kind && change.range == range, "{change:?}, recorded {row:?}");
    ensure!((change.amount0, change.amount1) == told, "{change:?}, recorded {row:?}");
    if let Some(delta) = change.liquidity_delta {
        ensure!(
            delta.unsigned_abs() == row.get::<U256>("liquidity")?,
            "{change:?}, recorded {row:?}"
        );
    }
    Ok(name)
}

#[test]
fn the_low_fee_pool_row_by_row() -> Result<()> {
    let Some(counts) = against_rows(LOW_FEE, "tick")? else { return Ok(()) };
    let wanted = [("burn", 69), ("collect", 65), ("mint", 54), ("swap", 6046)];
    ensure!(counts == BTreeMap::from(wanted), "{counts:?}");
    Ok(())
}

#[test]
fn the_high_fee_pool_row_by_row() -> Result<()> {
    let Some(counts) = against_rows(HIGH_FEE, "pool.tick")? else { return Ok(()) };
    let wanted = [("burn", 17), ("collect", 16), ("mint", 4), ("swap", 267)];
    ensure!(counts == BTreeMap::from(wanted), "{counts:?}");
    Ok(())
}
