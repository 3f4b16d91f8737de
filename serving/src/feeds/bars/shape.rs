//! What is made of bars after they are read.

use domain::candle::Candle;

use super::{Length, Span};

/// Lets each bar begin where the one before it ended; `before` is the one before the first.
pub(crate) fn opened(mut bars: Vec<Candle>, before: Option<&Candle>) -> Vec<Candle> {
    let mut close = before.map(|bar| bar.close);
    for bar in &mut bars {
        if let Some(open) = close {
            bar.open = open;
            bar.high = bar.high.max(open);
            bar.low = bar.low.min(open);
        }
        close = Some(bar.close);
    }
    bars
}

/// Puts a bar without volume, at the price that stood, into every period of a span that has none; nothing before the first
/// bar there is. `before` is the newest bar before the span.
pub(crate) fn filled(
    bars: Vec<Candle>,
    before: Option<&Candle>,
    length: Length,
    (from, to): Span,
) -> Vec<Candle> {
    let mut found = bars.into_iter().peekable();
    let mut close = before.map(|bar| bar.close);
    let mut start = match (close, found.peek()) {
        (None, Some(first)) => first.start,
        _ => length.start_from(from),
    };
    let mut filled = Vec::new();
    while start < to {
        let bar = found.next_if(|bar| bar.start == start);
        let bar = bar.or_else(|| close.map(|close| Candle::at(start, close)));
        let Some(bar) = bar else { break };
        close = Some(bar.close);
        filled.push(bar);
        start = length.next(start);
    }
    filled
}
