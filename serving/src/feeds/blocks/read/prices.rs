//! The prices that a pool had before its events of a block, as far as the history and the events tell.

use domain::version::PoolVersion;

use crate::feeds::blocks::express::{Price, Row, price_of};

/// A pool before and after a block, where that is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) before: Option<&'a PoolVersion>,
    pub(super) after: Option<&'a PoolVersion>,
}

impl<'a> Sides<'a> {
    /// Out of a pool's versions, ascending.
    pub(super) fn new(versions: &'a [(u64, PoolVersion)], block: u64) -> Self {
        let at = |up_to: u64| {
            let found = versions.iter().rev().find(|(block, _)| *block <= up_to);
            found.map(|(_, version)| version)
        };
        Self { before: block.checked_sub(1).and_then(at), after: at(block) }
    }

    /// The price before each of the pool's events of the block.
    pub(super) fn prices(&self, rows: &[&Row]) -> Vec<Price> {
        let is_traded = rows.iter().any(|row| matches!(row, Row::Swap(_)));
        // without a swap the price after the block was the one before it, too
        let begin = self.before.or_else(|| self.after.filter(|_| !is_traded));
        let mut price = begin.and_then(price_of);
        let mut prices = Vec::with_capacity(rows.len());
        for row in rows {
            prices.push(price);
            if let Row::Swap(swap) = row {
                price = swap.sqrt_price_x96.zip(swap.tick).or(price);
            }
        }
        prices
    }
}
