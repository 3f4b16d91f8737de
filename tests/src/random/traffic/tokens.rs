//! What is owned one by one: tokens of position managers, apes and badges.

use alloy_primitives::{Address, U256};
use domain::event::EventKind;

use super::{Pen, Traffic, concentrated::Range};
use crate::random::market::{APES, BADGES};

/// A position of a V3 or V4 pool that is a token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub(super) pair: usize,
    pub(super) range: Range,
    pub(super) liquidity: u128,
    pub(super) owner: Address,
}

impl Traffic {
    /// Some token that the manager made of this pair, mostly.
    pub(super) fn position_of(
        &self,
        pen: &mut Pen<'_>,
        manager: Address,
        pair: usize,
    ) -> Option<(u64, Held)> {
        let all: Vec<(u64, Held)> = self
            .positions
            .iter()
            .filter(|((at, _), held)| *at == manager && held.pair == pair)
            .map(|((_, id), held)| (*id, *held))
            .collect();
        pen.dice.pick(&all).copied().filter(|_| pen.dice.chance(70, 100))
    }

    /// A new token of the manager, with liquidity that is not in the pool yet.
    pub(super) fn mint_token(
        &mut self,
        pen: &mut Pen<'_>,
        manager: Address,
        pair: usize,
    ) -> (u64, Held) {
        let (range, liquidity, owner) = (pen.range(), pen.liquidity(), pen.holder());
        let held = Held { pair, range, liquidity, owner };
        self.tokens += 1;
        let id = self.tokens;
        self.positions.insert((manager, id), held);
        let (from, to, token_id) = (Address::ZERO, owner, U256::from(id));
        pen.emit(manager, EventKind::Erc721Transfer { from, to, token_id });
        (id, held)
    }

    /// Part of a token's liquidity leaves it.
    pub(super) fn take_from_token(
        &mut self,
        pen: &mut Pen<'_>,
        manager: Address,
        (id, held): (u64, Held),
    ) -> u128 {
        let part = pen.part(held.liquidity);
        let liquidity = held.liquidity - part;
        self.positions.insert((manager, id), Held { liquidity, ..held });
        part
    }

    /// To somebody else; one without liquidity is burnt.
    pub(super) fn move_token(
        &mut self,
        pen: &mut Pen<'_>,
        manager: Address,
        (id, held): (u64, Held),
    ) {
        let (from, token_id) = (held.owner, U256::from(id));
        let to = if held.liquidity == 0 { Address::ZERO } else { pen.holder() };
        if to.is_zero() {
            self.positions.remove(&(manager, id));
        } else {
            self.positions.insert((manager, id), Held { owner: to, ..held });
        }
        pen.emit(manager, EventKind::Erc721Transfer { from, to, token_id });
    }

    pub(super) fn erc721(&mut self, pen: &mut Pen<'_>) {
        let id = pen.dice.between(1, 12);
        let from = self.apes.get(&id).copied().unwrap_or_default();
        // minted, moved or burnt; who was burnt comes back
        let to =
            if from.is_zero() || pen.dice.chance(75, 100) { pen.holder() } else { Address::ZERO };
        self.apes.insert(id, to);
        pen.emit(APES, EventKind::Erc721Transfer { from, to, token_id: U256::from(id) });
    }

    pub(super) fn erc1155(&mut self, pen: &mut Pen<'_>) {
        let (from, to) = (pen.holder(), pen.holder());
        let mut items = Vec::new();
        for id in 1..=pen.dice.between(1, 3) {
            let held = self.badges.get(&(id, from)).copied().unwrap_or_default();
            if held > 0 {
                let amount = pen.dice.between(0, held);
                *self.badges.entry((id, from)).or_default() -= amount;
                *self.badges.entry((id, to)).or_default() += amount;
                items.push((U256::from(id), U256::from(amount)));
            }
        }
        if !items.is_empty() {
            pen.emit(BADGES, EventKind::Erc1155Transfer { operator: from, from, to, items });
            return;
        }
        let (id, amount) = (pen.dice.between(1, 3), pen.dice.between(1, 50));
        *self.badges.entry((id, to)).or_default() += amount;
        let items = vec![(U256::from(id), U256::from(amount))];
        let from = Address::ZERO;
        pen.emit(BADGES, EventKind::Erc1155Transfer { operator: to, from, to, items });
    }
}
