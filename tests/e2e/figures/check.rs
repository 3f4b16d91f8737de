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
                    let found = ask.v4(id, view.block).await?;
                    ensure!(state(pool) == Some(found), "{}: {found:?}", at());
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

/// Volume and counts are those of the rows.
fn sums(view: &View, dex: &DexView, pool: &Pool) -> Result<()> {
    let mut total = [U256::ZERO; 2];
    let mut count = 0;
    for swap in view.swaps_of(pool.id) {
        let moved = moved(swap);
        total = [total[0] + moved[0], total[1] + moved[1]];
        count += 1;
    }
    let expected = [dex.whole(pool.token0, total[0]), dex.whole(pool.token1, total[1])];
    let volume = sides(pool).map(|(volume, _)| volume);
    ensure!(volume == expected, "volume {volume:?}, rows say {expected:?}");
    ensure!(pool.swap_count == count, "{} swaps, {count} rows", pool.swap_count);
    let events = view.liquidity_of(pool.id).collect::<Vec<_>>();
    ensure!(pool.liquidity_event_count == events.len() as u64, "{} rows", events.len());
    let transactions = events
        .iter()
        .filter(|row| !matches!(row.kind, LiquidityKind::Flash | LiquidityKind::Donate))
        .count();
    let transactions = count + transactions as u64;
    ensure!(pool.figures.tx_count == transactions, "{} of {transactions}", pool.figures.tx_count);
    Ok(())
}

/// A pair's reserves and shares are the contract's.
async fn pair(view: &View, dex: &DexView, pool: &Pool, address: Address, ask: &Ask) -> Result<()> {
    let raw = ask.reserves(address, view.block).await?;
    let reserves = [dex.whole(pool.token0, raw[0]), dex.whole(pool.token1, raw[1])];
    let locked = sides(pool).map(|(_, locked)| locked);
    ensure!(locked == reserves, "reserves {locked:?}, the contract has {reserves:?}");
    let shares = ask.shares(address, view.block).await?;
    ensure!(pool.figures.chain_total_supply == shares, "the contract has {shares} shares");
    // what was locked at the first mint is the contract's alone
    let counted = shares - U256::from(1_000);
    ensure!(pool.figures.total_supply == Decimal::from_units(counted, 18), "reference supply");
    Ok(())
}

/// A pool's price and liquidity are the contract's; what it holds is what was counted and the fees of flash loans.
async fn v3(view: &View, dex: &DexView, pool: &Pool, address: Address, ask: &Ask) -> Result<()> {
    let found = ask.v3(address, view.block).await?;
    ensure!(state(pool) == Some(found), "{:?}, the contract has {found:?}", pool.state);
    let mut flash = [U256::ZERO; 2];
    for row in view.liquidity_of(pool.id).filter(|row| row.kind == LiquidityKind::Flash) {
        flash[0] += row.amount0.unwrap_or_default();
        flash[1] += row.amount1.unwrap_or_default();
    }
    for (i, token) in [pool.token0, pool.token1].into_iter().enumerate() {
        let held = ask.balance(token, address, view.block).await? - flash[i];
        let (held, locked) = (dex.whole(token, held), sides(pool)[i].1);
        ensure!(locked == held, "{token}: {locked} counted, {held} held");
    }
    Ok(())
}

/// A DEX's totals and its tokens' are the sums of its pools.
pub(super) fn totals(view: &View) -> Result<()> {
    for dex in &view.dexes {
        let (name, totals) = (&dex.config.name, &dex.totals);
        let sum = |of: fn(&Pool) -> Decimal| {
            dex.pools.iter().fold(Decimal::ZERO, |sum, pool| sum + of(pool))
        };
        ensure!(totals.pool_count == dex.pools.len() as u64, "{name}: pools");
        let transactions: u64 = dex.pools.iter().map(|pool| pool.figures.tx_count).sum();
        ensure!(totals.tx_count == transactions, "{name}: transactions");
        let volume = sum(|pool| pool.figures.volume_usd);
        ensure!(close(totals.total_volume_usd, volume, 28), "{name}: volume {volume}");
        let untracked = sum(|pool| pool.figures.untracked_volume_usd);
        ensure!(close(totals.untracked_volume_usd, untracked, 28), "{name}: untracked {untracked}");
        let fees = sum(|pool| pool.figures.fees_usd);
        ensure!(close(totals.total_fees_usd, fees, 28), "{name}: fees {fees}");
        let locked = match dex.is(Protocol::V2) {
            true => sum(|pool| pool.figures.tracked_reserve_eth),
            false => sum(|pool| pool.figures.total_value_locked_eth),
        };
        ensure!(close(totals.total_value_locked_eth, locked, 24), "{name}: locked {locked}");
        for (token, (_, figures)) in &dex.tokens {
            let at = || format!("{name}: token {token}");
            let (mut volume, mut locked, mut transactions) = (Decimal::ZERO, Decimal::ZERO, 0);
            for (pool, side) in dex.pools_of(*token) {
                volume += sides(pool)[side].0;
                locked += sides(pool)[side].1;
                transactions += pool.figures.tx_count;
            }
            ensure!(figures.volume == volume, "{}: volume {volume}", at());
            ensure!(figures.total_value_locked == locked, "{}: locked {locked}", at());
            ensure!(figures.tx_count == transactions, "{}: transactions {transactions}", at());
        }
    }
    Ok(())
}

/// Accounts did what the rows say, and the chain names the same senders.
pub(super) async fn accounts(view: &View, index: &Index, ask: &Ask) -> Result<()> {
    let mut counts: BTreeMap<Address, (u64, u64, Vec<u64>)> = BTreeMap::new();
    let swaps = view.swaps.iter().map(|row| (row.meta, true));
    let liquidity = view.liquidity.iter().map(|row| (row.meta, false));
    for (meta, is_swap) in swaps.chain(liquidity) {
        let (swaps, liquidity, blocks) =
            counts.entry(meta.origin.context("no origin")?).or_default();
        *swaps += u64::from(is_swap);
        *liquidity += u64::from(!is_swap);
        blocks.push(meta.position.block);
    }
    let mut swaps = 0;
    for (account, (swapped, moved, blocks)) in &counts {
        let stored = index.at::<Account>(Key::Account(*account), view.block).await?;
        let stored = stored.with_context(|| format!("no account {account}"))?;
        ensure!(stored.swap_count == *swapped, "{account}: {swapped} swaps, not {stored:?}");
        ensure!(stored.liquidity_event_count == *moved, "{account}: {moved}, not {stored:?}");
        let seen = (blocks.iter().min().copied(), blocks.iter().max().copied());
        ensure!(seen == (Some(stored.first_block), Some(stored.last_block)), "{account}: {seen:?}");
        swaps += stored.swap_count;
    }
    ensure!(swaps == view.swaps.len() as u64, "{swaps} of {} swaps", view.swaps.len());
    let step = (view.swaps.len() / SAMPLES).max(1);
    for row in view.swaps.iter().step_by(step) {
        let asked = ask.sender(row.meta.tx_hash).await?;
        let stored = (row.meta.origin.context("no origin")?, Some(row.meta.position.block));
        ensure!(asked == stored, "{}: {asked:?}, not {stored:?}", row.meta.tx_hash);
    }
    Ok(())
}
