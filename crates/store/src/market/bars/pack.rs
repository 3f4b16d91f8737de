//! Candles as bytes.

use domain::{
    decimal::Decimal,
    market::{Bar, Millis},
};

use super::MINUTE;
use crate::packed::{Input, Output, PackedError};

/// First byte.
const VERSION: u8 = 1;
const OPEN: u8 = 1;
const HIGH: u8 = 2;
const LOW: u8 = 4;
const VOLUME: u8 = 8;

/// Packs candles that ascend, of the bucket that begins at `start`. A start that is no whole minute has no form.
pub(super) fn pack<'a>(
    start: Millis,
    bars: impl IntoIterator<Item = &'a Bar>,
) -> Result<Vec<u8>, String> {
    let mut output = Output::default();
    output.byte(VERSION);
    let mut last = start;
    for bar in bars {
        let gap = bar.start.checked_sub(last).filter(|gap| gap.is_multiple_of(MINUTE));
        let gap = gap.ok_or_else(|| format!("a candle begins at {} ms", bar.start))?;
        last = bar.start;
        output.varint(u128::from(gap / MINUTE));
        decimal(&mut output, bar.close);
        let Bar { open, high, low, close, volume, .. } = *bar;
        let marked = [
            (OPEN, (open != close).then_some(open)),
            (HIGH, (high != open.max(close)).then_some(high)),
            (LOW, (low != open.min(close)).then_some(low)),
            (VOLUME, volume),
        ];
        let marks = marked.iter().filter(|(_, value)| value.is_some());
        output.byte(marks.fold(0, |marks, (mark, _)| marks | mark));
        for value in marked.into_iter().filter_map(|(_, value)| value) {
            decimal(&mut output, value);
        }
    }
    Ok(output.into_bytes())
}

fn decimal(output: &mut Output, value: Decimal) {
    output.raw(&value.to_bytes());
}

/// The candles of the bucket that begins at `start`, ascending.
pub(super) fn unpack(start: Millis, bytes: &[u8]) -> Result<Vec<Bar>, PackedError> {
    let mut input = Input::new(bytes);
    match input.byte()? {
        VERSION => {}
        other => return Err(PackedError::Version(other)),
    }
    let (mut bars, mut last) = (Vec::new(), start);
    while !input.is_empty() {
        let minutes = u64::try_from(input.varint()?).ok();
        let start = minutes.and_then(|minutes| last.checked_add(minutes.checked_mul(MINUTE)?));
        last = start.ok_or(PackedError::Invalid("start of a candle"))?;
        let close = input.decimal()?;
        let marks = input.byte()?;
        let mut marked = |mark| {
            if marks & mark == 0 { Ok(None) } else { input.decimal().map(Some) }
        };
        let open = marked(OPEN)?.unwrap_or(close);
        let high = marked(HIGH)?.unwrap_or(open.max(close));
        let low = marked(LOW)?.unwrap_or(open.min(close));
        let volume = marked(VOLUME)?;
        bars.push(Bar { start: last, open, high, low, close, volume });
    }
    Ok(bars)
}
