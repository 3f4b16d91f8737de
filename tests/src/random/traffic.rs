//! Events that a chain could have: nobody gives away what is not there, and no pool speaks before it was made.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::Address;
use devchain::Dice;
use domain::event::EventKind;

mod concentrated;
mod pen;
mod tokens;
mod v2;

use self::{
    concentrated::{Concentrated, Range},
    pen::Pen,
    tokens::Held,
};

/// An event of a transaction of the block.
pub(super) type Emitted = (u32, Address, EventKind);

const HOLDERS: [Address; 4] = [
    Address::repeat_byte(0xc1),
    Address::repeat_byte(0xc2),
    Address::repeat_byte(0xc3),
    Address::repeat_byte(0xc4),
];

/// What stands after a block, as far as the next events depend on it.
#[derive(Debug, Clone, Default)]
pub(super) struct Traffic {
    /// Pools of each DEX, by its factory.
    made: BTreeSet<(Address, usize)>,
    /// V2 shares.
    shares: BTreeMap<(usize, Address), u64>,
    /// Liquidity of ranges, by factory.
    ranges: BTreeMap<(Address, usize, Range), u128>,
    /// Tokens of position managers, by manager.
    positions: BTreeMap<(Address, u64), Held>,
    apes: BTreeMap<u64, Address>,
    badges: BTreeMap<(u64, Address), u64>,
    tokens: u64,
}

impl Traffic {
    /// At least so many events, and what goes with the last of them.
    pub(super) fn block(&mut self, dice: &mut Dice, events: usize) -> Vec<Emitted> {
        let mut pen = Pen { dice, tx: 0, out: Vec::new() };
        while pen.out.len() < events {
            self.transaction(&mut pen);
            pen.tx += 1;
        }
        pen.out
    }

    fn transaction(&mut self, pen: &mut Pen<'_>) {
        match pen.dice.between(0, 9) {
            0 | 1 => self.erc721(pen),
            2 => self.erc1155(pen),
            _ => {
                let pair = usize::try_from(pen.dice.between(0, 5)).unwrap_or(0);
                match pen.dice.between(0, 2) {
                    0 => self.v2(pen, pair),
                    1 => self.concentrated(pen, Concentrated::V3, pair),
                    _ => self.concentrated(pen, Concentrated::V4, pair),
                }
            }
        }
    }
}
