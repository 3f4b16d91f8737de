//! Candles of a longer resolution, and of the periods in between.

use super::{Candle, Resolution};

/// Merges candles of the base of `resolution`, which ascend, to candles of `resolution`.
#[must_use]
pub fn roll_up(candles: impl IntoIterator<Item = Candle>, resolution: Resolution) -> Vec<Candle> {
    let mut merged: Vec<Candle> = Vec::new();
    for mut candle in candles {
        candle.start = resolution.start(candle.start);
        match merged.last_mut() {
            Some(last) if last.start == candle.start => last.merge(&candle),
            _ => merged.push(candle),
        }
    }
    merged
}

/// Puts a candle without volume into every period from `from` to before `to` that has none, at the price, locked value and
/// liquidity that stood; `before` is the newest candle before `from`. Nothing is put before the first candle there is.
#[must_use]
pub fn fill(
    candles: Vec<Candle>,
    before: Option<&Candle>,
    resolution: Resolution,
    (from, to): (u64, u64),
) -> Vec<Candle> {
    let mut standing = before.map(carried);
    let mut filled = Vec::with_capacity(candles.len());
    let mut found = candles.into_iter().peekable();
    let mut start = resolution.start_from(from);
    while start < to {
        let candle = found.next_if(|candle| candle.start == start);
        let candle = match (candle, &standing) {
            (Some(candle), Some(standing)) if !candle.is_priced() => {
                let Candle { open, high, low, close, .. } = standing.clone();
                Some(Candle { open, high, low, close, ..candle })
            }
            (Some(candle), _) => Some(candle),
            (None, Some(standing)) => Some(Candle { start, ..standing.clone() }),
            (None, None) => None,
        };
        if let Some(candle) = candle {
            standing = Some(carried(&candle));
            filled.push(candle);
        }
        start = resolution.next(start);
    }
    filled
}

/// What stands after a candle.
fn carried(candle: &Candle) -> Candle {
    let Candle { start, close, tvl_usd, liquidity, .. } = *candle;
    Candle { tvl_usd, liquidity, ..Candle::at(start, close) }
}
