//! A block under way, and chance in the terms of a chain: who, how much, at which price.

use alloy_primitives::{Address, I256, U256};
use devchain::Dice;
use domain::event::EventKind;

use super::{Emitted, HOLDERS, concentrated::Range};

/// The block under way.
pub(super) struct Pen<'a> {
    pub(super) dice: &'a mut Dice,
    /// The transaction under way.
    pub(super) tx: u32,
    pub(super) out: Vec<Emitted>,
}

impl Pen<'_> {
    pub(super) fn emit(&mut self, address: Address, kind: EventKind) {
        self.out.push((self.tx, address, kind));
    }

    pub(super) fn holder(&mut self) -> Address {
        *self.dice.pick(&HOLDERS).unwrap_or(&HOLDERS[0])
    }

    /// From dust to more digits than a decimal keeps.
    pub(super) fn amount(&mut self) -> U256 {
        let digits = U256::from(self.dice.between(1, 1_000_000));
        match self.dice.between(0, 3) {
            0 => digits,
            1 => digits * U256::from(10).pow(U256::from(12)),
            2 => digits * U256::from(10).pow(U256::from(18)),
            _ => U256::from(self.dice.next()) * U256::from(self.dice.next()) + digits,
        }
    }

    pub(super) fn signed(&mut self) -> I256 {
        let amount = I256::from_raw(self.amount());
        if self.dice.chance(50, 100) { amount } else { -amount }
    }

    /// A price's root, in 96 bits after the point.
    pub(super) fn price(&mut self) -> U256 {
        U256::from(self.dice.next() | 1 << 63)
            << usize::try_from(self.dice.between(22, 42)).unwrap_or(32)
    }

    pub(super) fn tick(&mut self) -> i32 {
        i32::try_from(self.dice.between(0, 60)).unwrap_or(0) - 30
    }

    pub(super) fn range(&mut self) -> Range {
        let lower = self.dice.between(0, 3);
        let width = self.dice.between(1, 3);
        let at = |place: u64| (i32::try_from(place).unwrap_or(0) - 2) * 10;
        (at(lower), at(lower + width))
    }

    /// Liquidity that somebody brings.
    pub(super) fn liquidity(&mut self) -> u128 {
        self.dice.between(1, 1 << 40).into()
    }

    /// Some of it, or all; of nothing nothing.
    pub(super) fn part(&mut self, of: u128) -> u128 {
        let most = u64::try_from(of).unwrap_or(u64::MAX);
        if most == 0 { 0 } else { self.dice.between(1, most).into() }
    }
}
