//! Hours add up to days, days to totals.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use domain::{
    decimal::Decimal,
    entity::Protocol,
    figures::{Interval, PoolInterval, ProtocolDay, TokenInterval},
    fold::Key,
};

use super::{
    index::Index,
    view::{DexView, View, close},
};

const HOURS: u32 = 24;

/// All rows of periods, given the times of all blocks.
pub(super) async fn check(view: &View, index: &Index, times: &[u64]) -> Result<()> {
    let periods = |interval: Interval| {
        times.iter().map(|time| interval.period(*time)).collect::<BTreeSet<_>>()
    };
    let (hours, days) = (periods(Interval::Hour), periods(Interval::Day));
    ensure!(days.len() > 3 && hours.len() > days.len(), "{} hours", hours.len());
    for dex in &view.dexes {
        pools(view, index, dex, &hours, &days).await?;
        tokens(view, index, dex, &hours, &days).await?;
        protocol(view, index, dex, &days).await?;
    }
    Ok(())
}

async fn pools(
    view: &View,
    index: &Index,
    dex: &DexView,
    hours: &BTreeSet<u32>,
    days: &BTreeSet<u32>,
) -> Result<()> {
    for pool in &dex.pools {
        let row = async |interval, period| {
            let key = Key::PoolInterval(pool.id, interval, period);
            index.at::<PoolInterval>(key, view.block).await
        };
        let mut total = PoolInterval::default();
        for day in days {
            let mut sum = PoolInterval::default();
            for hour in hours.iter().filter(|hour| *hour / HOURS == *day) {
                add(&mut sum, &row(Interval::Hour, *hour).await?.unwrap_or_default());
            }
            let found = row(Interval::Day, *day).await?.unwrap_or_default();
            let at = || format!("{} {} on day {day}", dex.config.name, pool.id);
            ensure!(found.volume_token0 == sum.volume_token0, "{}: volume0", at());
            ensure!(found.volume_token1 == sum.volume_token1, "{}: volume1", at());
            ensure!(close(found.volume_usd, sum.volume_usd, 28), "{}: USD", at());
            ensure!(close(found.fees_usd, sum.fees_usd, 28), "{}: fees", at());
            ensure!(found.tx_count == sum.tx_count, "{}: transactions", at());
            add(&mut total, &found);
        }
        let figures = &pool.figures;
        let at = || format!("{} {}", dex.config.name, pool.id);
        ensure!(total.volume_token0 == figures.volume_token0, "{}: volume0", at());
        ensure!(total.volume_token1 == figures.volume_token1, "{}: volume1", at());
        ensure!(close(total.volume_usd, figures.volume_usd, 28), "{}: USD", at());
        ensure!(close(total.fees_usd, figures.fees_usd, 28), "{}: fees", at());
        // the first price counts in the rows of concentrated pools only
        let initial = u64::from(!dex.is(Protocol::V2));
        ensure!(total.tx_count == figures.tx_count + initial, "{}: transactions", at());
    }
    Ok(())
}

fn add(sum: &mut PoolInterval, row: &PoolInterval) {
    sum.volume_token0 += row.volume_token0;
    sum.volume_token1 += row.volume_token1;
    sum.volume_usd += row.volume_usd;
    sum.fees_usd += row.fees_usd;
    sum.tx_count += row.tx_count;
}

async fn tokens(
    view: &View,
    index: &Index,
    dex: &DexView,
    hours: &BTreeSet<u32>,
    days: &BTreeSet<u32>,
) -> Result<()> {
    for (token, (_, figures)) in &dex.tokens {
        let sum = async |interval, periods: &BTreeSet<u32>| {
            let (mut volume, mut usd) = (Decimal::ZERO, Decimal::ZERO);
            for period in periods {
                let key = Key::TokenInterval(dex.config.factory, *token, interval, *period);
                let row = index.at::<TokenInterval>(key, view.block).await?.unwrap_or_default();
                volume += row.volume;
                usd += row.volume_usd;
            }
            Ok::<_, anyhow::Error>((volume, usd))
        };
        let at = || format!("{} token {token}", dex.config.name);
        let (volume, usd) = sum(Interval::Day, days).await?;
        ensure!(volume == figures.volume, "{}: {volume}, not {}", at(), figures.volume);
        // the reference's V2 has no hours of tokens, and its days count untracked USD
        if !dex.is(Protocol::V2) {
            ensure!(close(usd, figures.volume_usd, 28), "{}: USD {usd}", at());
            let (volume, usd) = sum(Interval::Hour, hours).await?;
            ensure!(volume == figures.volume, "{}: {volume} in hours", at());
            ensure!(close(usd, figures.volume_usd, 28), "{}: USD {usd} in hours", at());
        }
    }
    Ok(())
}

async fn protocol(view: &View, index: &Index, dex: &DexView, days: &BTreeSet<u32>) -> Result<()> {
    let (mut usd, mut eth, mut fees) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for day in days {
        let key = Key::ProtocolDay(dex.config.factory, *day);
        let row = index.at::<ProtocolDay>(key, view.block).await?.unwrap_or_default();
        usd += row.volume_usd;
        eth += row.volume_eth;
        fees += row.fees_usd;
    }
    let (name, totals) = (&dex.config.name, &dex.totals);
    ensure!(close(usd, totals.total_volume_usd, 28), "{name}: {usd} USD");
    ensure!(close(eth, totals.total_volume_eth, 28), "{name}: {eth} ether");
    ensure!(close(fees, totals.total_fees_usd, 28), "{name}: {fees} USD of fees");
    Ok(())
}
