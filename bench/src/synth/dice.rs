//! Reproducible chance: SplitMix64, the same on every machine and with every version of every crate.

/// A stream of numbers that a seed fixes.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// A stream of its own for each seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, any of 64 bits.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`, which is above 0.
    pub const fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// A number of `low..=high`.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = u64::from(low.abs_diff(high)) + 1;
        low.saturating_add(i32::try_from(self.below(span)).unwrap_or(0))
    }

    /// True `times` in `of`.
    pub const fn chance(&mut self, times: u64, of: u64) -> bool {
        self.below(of) < times
    }

    /// One of a list's places; the front ones are likelier, as some pools are busier than others.
    pub fn place(&mut self, len: usize) -> usize {
        let len = len.max(1) as u64;
        let place = self.below(len).min(self.below(len * 2));
        usize::try_from(place).unwrap_or(0)
    }
}
