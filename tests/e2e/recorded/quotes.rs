//! Quotes that somebody recorded over real pools, to the wei. The figures are those of the recordings; where the recorder
//! notes both what it had predicted and what the chain did, the chain's counts.

use alloy_primitives::U256;
use anyhow::{Context, Result, ensure};
use domain::amm::{
    Amount,
    fee::Fee,
    swap_step::{Version, swap_step},
    tick_math::{sqrt_ratio_at_tick, tick_at_sqrt_ratio},
};
use tests::recorded::{
    self,
    json::{document, field},
    pools::{Route, tick_map},
};

const SET: &str = "degenbot_pool_states";

fn route(name: &str) -> Result<Option<Route>> {
    let Some(folder) = recorded::set(SET)? else { return Ok(None) };
    Route::read(&folder.join("fixtures").join(name)).map(Some)
}

/// Each hop's input and output.
fn check(route: &Route, quotes: &[(usize, u128, u128)]) -> Result<()> {
    for (hop, amount_in, wanted) in quotes {
        let found = route.quote(*hop, *amount_in)?;
        ensure!(found == U256::from(*wanted), "hop {hop}: {amount_in} gives {found}, not {wanted}");
    }
    Ok(())
}

#[test]
fn over_pancake_v3_uniswap_v4_and_v2() -> Result<()> {
    let Some(route) = route("path110302_v3v4v2_block25711761.json")? else { return Ok(()) };
    check(
        &route,
        &[
            (0, 30_261_840_128_124_434, 58_199_277),
            (1, 58_199_277, 58_233_015),
            (2, 58_233_015, 30_263_206_361_603_722),
            // what the recorder had predicted asks for one unit more
            (2, 58_233_016, 30_263_206_881_291_235),
        ],
    )
}

#[test]
fn over_v3_v4_and_v3() -> Result<()> {
    let Some(route) = route("path73385_v4_block25706469.json")? else { return Ok(()) };
    check(
        &route,
        &[
            (0, 44_421_383_036_608_956, 85_060_245),
            (1, 85_060_245, 85_097_881),
            (2, 85_097_884, 44_421_879_564_949_974),
        ],
    )
}

#[test]
fn over_two_v4_pools_with_protocol_fees_and_a_v2_fork() -> Result<()> {
    let Some(route) = route("path182449_v4v4v2_block25731019.json")? else { return Ok(()) };
    check(
        &route,
        &[
            (0, 4_820_058_343_725_384, 9_079_140),
            (1, 9_079_140, 9_085_365),
            (2, 9_085_365, 4_820_488_325_483_365),
        ],
    )
}

#[test]
fn a_v4_pool_that_runs_dry_says_what_was_left() -> Result<()> {
    let Some(route) = route("path5000_v2v4v3_block25704509.json")? else { return Ok(()) };
    check(
        &route,
        &[(0, 609_423_299_125, 15_351_327_867_212_777), (2, 460_882_096_151_249, 968_434_882_006)],
    )?;
    let (pool, zero_for_one) = route.hops.get(1).context("no second hop")?;
    let amount = U256::from(15_351_327_867_212_777_u64);
    let done = pool.swap(*zero_for_one, Amount::ExactIn(amount))?;
    // the range ends a little before the input does; nothing lies above it
    ensure!(done.amount_out == U256::from(460_882_096_151_249_u64), "{done:?}");
    ensure!(done.liquidity == 0 && done.amount_in + done.remaining == amount, "{done:?}");
    ensure!(done.remaining == U256::from(20_139), "{done:?}");
    Ok(())
}

#[test]
fn a_v4_swap_that_the_chain_executed() -> Result<()> {
    let Some(route) = route("v4_crossing_9a5c1d2f_block25673381.json")? else { return Ok(()) };
    check(&route, &[(1, 3135, 772_076_574_181_336)])
}

/// V4 swaps inside one range of which only price and liquidity are recorded. The fees are not in the file: one pip for
/// the pool the recorder calls "fee-1", with the protocol's 13 on top; at the other pool's few units any fee up to half a
/// percent gives the same.
#[test]
fn v4_swaps_within_a_range() -> Result<()> {
    let Some(folder) = recorded::set(SET)? else { return Ok(()) };
    let file = document(&folder.join("fixtures/v4_overprediction_recurrences.json"))?;
    let swaps = [
        (0, 3000, 185, 631_737_964_053_287_u64),
        (0, 3000, 184, 628_304_616_211_100),
        (1, 1, 9652, 9649),
        (1, 1, 9643, 9640),
    ];
    for (place, lp_pips, amount_in, wanted) in swaps {
        let pool = &file["recurrences"][place]["v4"];
        let price: U256 = field(pool, "sqrt_price_x96")?;
        let tick: i32 = field(pool, "tick")?;
        ensure!(tick_at_sqrt_ratio(price)? == tick, "tick {tick}");
        let fee = Fee::V4 { lp_pips, protocol: field(pool, "protocol_fee")? };
        let step = swap_step(
            Version::V4,
            price,
            sqrt_ratio_at_tick(tick + 10)?,
            field(pool, "liquidity")?,
            Amount::ExactIn(U256::from(amount_in)),
            fee.swap_pips(false)?,
        )?;
        ensure!(step.amount_out == U256::from(wanted), "{amount_in} gives {}", step.amount_out);
    }
    Ok(())
}

/// Full tick maps: the liquidity in range is the sum of what starts at or below the current tick, and everything that
/// starts ends.
#[test]
fn tick_maps_agree_with_their_pools() -> Result<()> {
    let Some(folder) = recorded::set(SET)? else { return Ok(()) };
    let chain = folder.join("fixtures/chain_data/1");
    for name in
        ["uniswap_v3_wbtc_weth_block_24407242.json", "uniswap_v4_eth_usdc_block_24407242.json"]
    {
        let file = document(&chain.join(name))?;
        let scalars = &file["scalars"];
        let (tick, liquidity) = (field(scalars, "tick")?, field::<u128>(scalars, "liquidity")?);
        let ticks = tick_map(field(scalars, "tick_spacing")?, &file["tick_data"])?;
        ensure!(ticks.ticks().len() > 400, "{name} has {} ticks", ticks.ticks().len());
        ensure!(ticks.liquidity_at(tick) == Some(liquidity), "{name}: liquidity");
        ensure!(ticks.liquidity_at(i32::MAX) == Some(0), "{name}: what starts does not end");
        ensure!(tick_at_sqrt_ratio(field(scalars, "sqrt_price_x96")?)? == tick, "{name}: tick");
    }
    let snapshot = document(&folder.join("uniswap_v4/mainnet_v4_liquidity_snapshot.json"))?;
    let (mut pools, mut ticks) = (0, 0);
    for (id, pool) in snapshot.as_object().context("no pools")? {
        let Some(data) = pool["tick_data"].as_object() else { continue };
        let map = tick_map(1, &pool["tick_data"])?;
        ensure!(map.liquidity_at(i32::MAX) == Some(0), "{id}: what starts does not end");
        pools += 1;
        ticks += data.len();
    }
    ensure!(pools > 1000 && ticks > 2500, "{pools} pools with {ticks} ticks");
    Ok(())
}
