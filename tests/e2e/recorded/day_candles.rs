//! Candles of a mainnet day against the minute bars that another project made of the same logs.

use anyhow::{Result, ensure};
use domain::{
    candle::{Candle, Resolution, Subject, roll_up},
    ids::PoolId,
    pricing::tick_prices,
};
use tests::recorded::{
    self,
    csv::{Row, Table},
    day::{LOW_FEE, MIDNIGHT, SET, file},
    folded::Folded,
};

/// Whether a price is within a tick. Prices come from the fine price, bars name its tick.
fn within(candle: domain::decimal::Decimal, tick: i32) -> bool {
    // 6 and 18 decimals: one raw token1 per raw token0 is 10^-12 whole ones
    let price = |tick| tick_prices(tick).0.scaled(-12);
    price(tick) <= candle && candle < price(tick + 1)
}

fn equals(candle: &Candle, row: Row<'_>) -> Result<bool> {
    let bar = [
        (candle.open, "openTick"),
        (candle.high, "highestTick"),
        (candle.low, "lowestTick"),
        (candle.close, "closeTick"),
    ];
    for (price, name) in bar {
        if !within(price, row.tick(name)?) {
            return Ok(false);
        }
    }
    Ok(candle.liquidity == row.get::<u128>("currentLiquidity")?)
}

#[test]
fn every_minute_with_swaps_is_the_recorded_bar() -> Result<()> {
    let Some(folder) = recorded::set(SET)? else { return Ok(()) };
    let (mut folded, events) = Folded::start(&folder, LOW_FEE)?;
    let pool = Subject::Pool(PoolId::Contract(LOW_FEE.address));
    let mut steps = Vec::new();
    for event in &events {
        let candles = folded.event(event)?.rows.candles;
        steps.extend(candles.into_iter().filter(|step| step.subject == pool));
    }
    let swaps = steps.len();
    let minutes = roll_up(steps.into_iter().map(|step| step.candle), Resolution::M1);
    ensure!((swaps, minutes.len()) == (6046, 1408), "{swaps} swaps, {} minutes", minutes.len());
    let table = Table::read(&file(&folder, LOW_FEE, "minute"))?;
    let mut candles = minutes.clone().into_iter().peekable();
    for (minute, row) in (0..).zip(table.rows()) {
        let start = MIDNIGHT + minute * 60;
        if let Some(candle) = candles.next_if(|candle| candle.start == start) {
            ensure!(equals(&candle, row)?, "minute {minute}: {candle:?}, recorded {row:?}");
        }
    }
    ensure!(candles.next().is_none(), "a minute that is not recorded");
    let days = roll_up(minutes, Resolution::D1);
    ensure!(days.len() == 1 && days.iter().all(|day| day.swap_count == 6046), "{days:?}");
    Ok(())
}
