//! Bars of a longer resolution, and the best of several sources.

use std::collections::BTreeMap;

use crate::{
    candle::Resolution,
    market::{Bar, Millis, Source, gaps::start_of},
};

#[cfg(test)]
mod tests;

impl Bar {
    /// Takes in what happened later. A volume is known only where both are.
    pub fn merge(&mut self, later: &Self) {
        self.high = self.high.max(later.high);
        self.low = self.low.min(later.low);
        self.close = later.close;
        self.volume = self.volume.zip(later.volume).map(|(one, other)| one + other);
    }
}

/// Merges bars of a shorter resolution to those of `resolution`. They may come in any order; of several with one start
/// the last counts. A period is made of the bars there are: whether any is missing is told by [`super::gaps`].
#[must_use]
pub fn merge(bars: &[Bar], resolution: Resolution) -> Vec<Bar> {
    let by_start: BTreeMap<Millis, &Bar> = bars.iter().map(|bar| (bar.start, bar)).collect();
    let mut merged: Vec<Bar> = Vec::new();
    for bar in by_start.into_values() {
        let start = start_of(resolution, bar.start);
        match merged.last_mut() {
            Some(last) if last.start == start => last.merge(bar),
            _ => merged.push(Bar { start, ..*bar }),
        }
    }
    merged
}

/// Of each period the bar of the source with the highest rank, ascending.
#[must_use]
pub fn best(bars: impl IntoIterator<Item = (Source, Bar)>) -> Vec<(Source, Bar)> {
    let mut best: BTreeMap<Millis, (Source, Bar)> = BTreeMap::new();
    for (source, bar) in bars {
        let standing = best.entry(bar.start).or_insert((source, bar));
        if source < standing.0 {
            *standing = (source, bar);
        }
    }
    best.into_values().collect()
}
