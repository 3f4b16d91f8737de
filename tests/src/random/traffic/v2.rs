//! V2: pairs, their shares, their swaps.

use alloy_primitives::{Address, U256};
use domain::event::EventKind;

use super::{Pen, Traffic};
use crate::random::market::{PAIRS, V2, contract};

impl Traffic {
    pub(super) fn v2(&mut self, pen: &mut Pen<'_>, index: usize) {
        let pair = contract(V2, index);
        let [token0, token1] = PAIRS[index];
        if self.made.insert((V2, index)) {
            pen.emit(V2, EventKind::V2PairCreated { token0, token1, pair });
        }
        let [reserve0, reserve1] = [pen.amount(), pen.amount()];
        let sync = EventKind::V2Sync { reserve0, reserve1 };
        let (one, other) = (pen.holder(), pen.holder());
        let [amount0, amount1] = [pen.amount(), pen.amount()];
        let given =
            |from, to, value: u64| EventKind::V2Transfer { from, to, value: U256::from(value) };
        match pen.dice.between(0, 5) {
            0 => {
                let value = pen.dice.between(2_000, 90_000);
                *self.shares.entry((index, one)).or_default() += value;
                pen.emit(pair, given(Address::ZERO, one, value));
                pen.emit(pair, sync);
                pen.emit(pair, EventKind::V2Mint { sender: other, amount0, amount1 });
            }
            1 => {
                let Some(value) = self.give_shares(pen, index, one) else { return };
                pen.emit(pair, given(one, pair, value));
                pen.emit(pair, given(pair, Address::ZERO, value));
                pen.emit(pair, sync);
                pen.emit(pair, EventKind::V2Burn { sender: other, to: one, amount0, amount1 });
            }
            2 => {
                let Some(value) = self.give_shares(pen, index, one) else { return };
                *self.shares.entry((index, other)).or_default() += value;
                pen.emit(pair, given(one, other, value));
            }
            _ => {
                pen.emit(pair, sync);
                let (amount0_in, amount1_out) = (amount0, amount1);
                let (amount1_in, amount0_out) = (U256::ZERO, U256::ZERO);
                let (sender, to) = (one, other);
                let swap = EventKind::V2Swap {
                    sender,
                    to,
                    amount0_in,
                    amount1_in,
                    amount0_out,
                    amount1_out,
                };
                pen.emit(pair, swap);
            }
        }
    }

    /// Some of the shares that somebody has leave; `None` of nothing.
    fn give_shares(&mut self, pen: &mut Pen<'_>, index: usize, from: Address) -> Option<u64> {
        let held = self.shares.get_mut(&(index, from)).filter(|held| **held > 0)?;
        let value = pen.dice.between(1, *held);
        *held -= value;
        Some(value)
    }
}
