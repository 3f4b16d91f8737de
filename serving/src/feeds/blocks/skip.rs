//! Why an event is left out of a feed.

use super::{Blocks, Feed};

/// A reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Skip {
    /// The pool is left out: by configuration, or a token tells no decimals.
    LeftOut,
    /// A swap in which a token did not move.
    ZeroSide,
    /// A swap in which both tokens went the same way.
    OneWay,
    /// A price that is 0 with 50 digits after the point.
    PriceZero,
    /// A change of liquidity by nothing.
    NoLiquidity,
    /// What a V4 pool was worth when its liquidity changed is not known.
    PriceUnknown,
}

impl Skip {
    /// In one word.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::LeftOut => "left_out",
            Self::ZeroSide => "zero_side",
            Self::OneWay => "one_way",
            Self::PriceZero => "price_zero",
            Self::NoLiquidity => "no_liquidity",
            Self::PriceUnknown => "price_unknown",
        }
    }
}

impl Blocks {
    /// Counts an event that was left out.
    pub(super) fn skipped(&self, feed: Feed, why: Skip) {
        self.skipped.with_label_values(&[feed.name(), why.name()]).inc();
    }
}
