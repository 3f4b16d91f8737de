//! What bars should be: put together of candles of a minute, without any of the feed's code.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use anyhow::{Context, Result};
use domain::{
    candle::{Candle, Resolution, Subject},
    decimal::Decimal,
    entity::{Pool, PoolState},
    iso,
};
use store::{CandleQuery, Snapshot};

/// A bar: begin, then open, high, low, close and volume.
pub type Bar = (u64, [Decimal; 5]);

/// Names of the lengths.
pub const RESOLUTIONS: [&str; 9] = ["1", "5", "15", "30", "60", "240", "1D", "1W", "1M"];

/// Where the bar begins that holds a time.
pub fn begin(resolution: &str, time: u64) -> Result<u64> {
    let minutes = |minutes: u64| time - time % (minutes * 60);
    Ok(match resolution {
        "1D" => minutes(1_440),
        // 1970-01-05 was a Monday
        "1W" => {
            let monday = 4 * 86_400;
            time - (time - monday) % (7 * 86_400)
        }
        "1M" => {
            let day = iso::format(time * 1_000);
            let first = format!("{}-01", day.get(..7).context("a date")?);
            iso::parse(&first).context("the first of a month")? / 1_000
        }
        number => minutes(number.parse()?),
    })
}

/// Whether a pool has a price: that of its last trade, else that it was opened at, if somebody offers to trade at it.
pub fn is_priced(pool: &Pool) -> bool {
    let is_open = |state: &PoolState| match state {
        PoolState::Concentrated { sqrt_price_x96, liquidity, .. } => {
            !sqrt_price_x96.is_zero() && *liquidity > 0
        }
        PoolState::Reserves { .. } => false,
    };
    !pool.figures.token1_price.is_zero() || is_open(&pool.state)
}

/// All candles of a minute of a pool.
pub async fn minutes(snapshot: &Snapshot, pool: &Pool) -> Result<Vec<Candle>> {
    let subject = Subject::Pool(pool.id);
    let query =
        CandleQuery { subject, resolution: Resolution::M1, from: 0, to: u64::MAX, limit: 1 << 20 };
    Ok(snapshot.candles(&query).await?)
}

/// The bars of a pool; each opens where the one before it closed.
pub fn bars(
    minutes: &[Candle],
    resolution: &str,
    inverted: bool,
    decimals: u8,
) -> Result<Vec<Bar>> {
    let mut found: BTreeMap<u64, (Vec<&Candle>, U256)> = BTreeMap::new();
    for minute in minutes.iter().filter(|minute| !minute.close.is_zero()) {
        let bar = found.entry(begin(resolution, minute.start)?).or_default();
        bar.1 += if inverted { minute.volume1 } else { minute.volume0 };
        bar.0.push(minute);
    }
    let mut close: Option<Decimal> = None;
    let mut bars = Vec::new();
    for (start, (minutes, volume)) in found {
        let (first, last) = (minutes.first(), minutes.last());
        let (first, last) = first.zip(last).context("an empty bar")?;
        let open = close.unwrap_or(first.open);
        let highest = minutes.iter().map(|minute| minute.high).max().context("a price")?;
        let lowest = minutes.iter().map(|minute| minute.low).min().context("a price")?;
        let (highest, lowest) = (highest.max(open), lowest.min(open));
        close = Some(last.close);
        let over = |price: Decimal| Decimal::ONE.safe_div(price);
        let prices = if inverted {
            [over(open), over(lowest), over(highest), over(last.close)]
        } else {
            [open, highest, lowest, last.close]
        };
        let [open, high, low, closed] = prices;
        bars.push((start, [open, high, low, closed, Decimal::from_units(volume, decimals)]));
    }
    Ok(bars)
}

/// The columns of an answer, digit by digit: a JSON library would round them.
pub fn read(text: &str) -> Result<Vec<Bar>> {
    let column = |name: &str| -> Result<Vec<&str>> {
        let begin = format!("\"{name}\":[");
        let (_, rest) = text.split_once(&begin).with_context(|| format!("no {name}: {text}"))?;
        let (values, _) = rest.split_once(']').context("no end")?;
        Ok(values.split(',').filter(|value| !value.is_empty()).collect())
    };
    let names = ["o", "h", "l", "c", "v"];
    let columns = names.iter().map(|name| column(name)).collect::<Result<Vec<_>>>()?;
    let mut bars = Vec::new();
    for (place, time) in column("t")?.into_iter().enumerate() {
        let mut values = [Decimal::ZERO; 5];
        for (value, column) in values.iter_mut().zip(&columns) {
            let digits = column.get(place).context("a column is shorter")?;
            anyhow::ensure!(!digits.contains(['e', 'E', '"']), "{digits} is not plain");
            *value = digits.parse()?;
        }
        bars.push((time.parse()?, values));
    }
    let lengths = columns.iter().map(Vec::len);
    anyhow::ensure!(lengths.into_iter().all(|length| length == bars.len()), "{text}");
    Ok(bars)
}
