//! What others recorded of real pools: quotes over several pools, tick maps, the swaps of a day.

use alloy_primitives::U256;
use anyhow::{Context, Result, ensure};
use domain::{
    amm::{AmmError, swap::Pool},
    event::EventKind,
};
use tests::recorded::{
    self,
    day::{LOW_FEE, SET, events},
    json::{document, field},
    pools::{Recorded, Route, tick_map},
    walk::{Counts, Walk},
};

const POOLS: &str = "degenbot_pool_states";

/// A path, and the amounts along it: each hop takes what the one before gave.
const PATHS: [(&str, usize, &[u128]); 6] = [
    (
        "path110302_v3v4v2_block25711761.json",
        0,
        &[30_261_840_128_124_434, 58_199_277, 58_233_015, 30_263_206_361_603_722],
    ),
    ("path73385_v4_block25706469.json", 0, &[44_421_383_036_608_956, 85_060_245, 85_097_881]),
    ("path73385_v4_block25706469.json", 2, &[85_097_884, 44_421_879_564_949_974]),
    (
        "path182449_v4v4v2_block25731019.json",
        0,
        &[4_820_058_343_725_384, 9_079_140, 9_085_365, 4_820_488_325_483_365],
    ),
    ("path5000_v2v4v3_block25704509.json", 0, &[609_423_299_125, 15_351_327_867_212_777]),
    ("v4_crossing_9a5c1d2f_block25673381.json", 1, &[3135, 772_076_574_181_336]),
];

#[test]
fn recorded_paths() -> Result<()> {
    let Some(folder) = recorded::set(POOLS)? else { return Ok(()) };
    let mut hops = 0;
    for (name, first, amounts) in PATHS {
        let route = Route::read(&folder.join("fixtures").join(name))?;
        let mut amount = U256::from(amounts[0]);
        for ((pool, zero_for_one), wanted) in route.hops.iter().skip(first).zip(&amounts[1..]) {
            amount = pool.quote(*zero_for_one, amount)?;
            ensure!(amount == U256::from(*wanted), "{name}: {amount}, not {wanted}");
            hops += 1;
        }
    }
    ensure!(hops == 11, "{hops} hops");
    Ok(())
}

/// Real maps: those that are of one state pass, and those whose recorder mixed blocks or knew only some words do not.
#[test]
#[expect(clippy::print_stdout, reason = "how many there were is part of the proof")]
fn recorded_tick_maps() -> Result<()> {
    let Some(folder) = recorded::set(POOLS)? else { return Ok(()) };
    let (mut whole, mut partial) = (0, 0);
    let mut files: Vec<&str> = PATHS.iter().map(|(name, ..)| *name).collect();
    files.dedup();
    for name in files {
        let route = Route::read(&folder.join("fixtures").join(name))?;
        for (pool, _) in &route.hops {
            let Recorded::Concentrated { sqrt_price_x96, tick, liquidity, fee, ticks } = pool
            else {
                continue;
            };
            let pool = Pool {
                sqrt_price_x96: *sqrt_price_x96,
                tick: *tick,
                liquidity: *liquidity,
                fee: *fee,
                ticks,
            };
            match pool.check() {
                Ok(()) => whole += 1,
                Err(AmmError::Incomplete(_)) => partial += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }
    let chain = folder.join("fixtures/chain_data/1");
    for name in
        ["uniswap_v3_wbtc_weth_block_24407242.json", "uniswap_v4_eth_usdc_block_24407242.json"]
    {
        let file = document(&chain.join(name))?;
        let scalars = &file["scalars"];
        let ticks = tick_map(field(scalars, "tick_spacing")?, &file["tick_data"])?;
        ticks.check(field(scalars, "tick")?, field(scalars, "liquidity")?)?;
        whole += 1;
    }
    let corpus = document(&folder.join("uniswap_v4/v4_eth_usdc_diverge_corpus.json"))?;
    let ticks = tick_map(field(&corpus, "tick_spacing")?, &corpus["tick_data"])?;
    let refused = ticks.check(field(&corpus, "tick")?, field(&corpus, "liquidity")?);
    ensure!(matches!(refused, Err(AmmError::Incomplete(_))), "{refused:?}");
    println!("{whole} whole maps, {} that are not of one state", partial + 1);
    ensure!((whole, partial) == (10, 4), "{whole} whole, {partial} not");
    Ok(())
}

/// Each swap of a mainnet day from the state before it: amounts, end price, tick and liquidity. The second walk knows the
/// ticks that the first has learnt by crossing them.
#[test]
#[expect(clippy::print_stdout, reason = "what is not reproduced is listed with its reason")]
fn mainnet_day_swaps() -> Result<()> {
    let Some(folder) = recorded::set(SET)? else { return Ok(()) };
    let events = events(&folder, LOW_FEE)?;
    let mut first = Walk::new(LOW_FEE);
    for event in &events {
        first.event(&event.event.kind)?;
    }
    let mut walk = first.again();
    let (mut swaps, mut rest) = (0, Vec::new());
    for event in &events {
        let before = (walk.standing(), walk.counts);
        walk.event(&event.event.kind)?;
        let EventKind::V3Swap { tick, .. } = event.event.kind else { continue };
        swaps += 1;
        let place = format!("{} log {}", event.event.meta.tx_hash, event.event.meta.log_index);
        if before.0.is_none() {
            rest.push(format!("{place}: the day's first, the state before it is not recorded"));
        } else if walk.counts.unknown > before.1.unknown {
            let from = before.0.map(|(_, tick, _)| tick).context("no tick")?;
            rest.push(format!(
                "{place}: from tick {from} to {tick} over several ticks whose liquidity is older than the day"
            ));
        }
    }
    let Counts { within, known, learnt, unknown, not_exact_in, .. } = walk.counts;
    println!(
        "{} of {swaps} exact ({within} within a range, {known} across known ticks; {not_exact_in} of them not of exact input)",
        within + known
    );
    println!("not reproduced:\n  {}", rest.join("\n  "));
    ensure!(swaps == 6046, "{swaps} swaps");
    // within a range nothing is learnt from anywhere
    ensure!(within >= 5300 && learnt == 0, "{within} within a range, {learnt} learnt");
    ensure!(within + known + rest.len() == swaps && rest.len() == unknown + 1, "{rest:?}");
    Ok(())
}
