//! Events that a chain could have: nobody gives away what is not there, and no pool speaks before it was made.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, I256, U256};
use domain::event::EventKind;

use super::{
    dice::Dice,
    market::{APES, BADGES, PAIRS, V2, V3, V3_POSITIONS, V4, V4_POSITIONS, contract, key},
};

/// An event of a transaction of the block.
pub(super) type Emitted = (u32, Address, EventKind);

const HOLDERS: [Address; 4] = [
    Address::repeat_byte(0xc1),
    Address::repeat_byte(0xc2),
    Address::repeat_byte(0xc3),
    Address::repeat_byte(0xc4),
];
/// Liquidity that swaps speak of: more than ever leaves by a burn.
const DEEP: u128 = 1 << 100;

/// A position of a V3 or V4 pool that is a token.
#[derive(Debug, Clone, Copy)]
struct Held {
    pair: usize,
    range: (i32, i32),
    liquidity: u128,
    owner: Address,
}

/// What stands after a block, as far as the next events depend on it.
#[derive(Debug, Clone, Default)]
pub(super) struct Traffic {
    /// Pools of each DEX, by its factory.
    made: BTreeSet<(Address, usize)>,
    /// V2 shares.
    shares: BTreeMap<(usize, Address), u64>,
    /// Liquidity of ranges, by factory.
    ranges: BTreeMap<(Address, usize, (i32, i32)), u128>,
    /// Tokens of position managers, by manager.
    positions: BTreeMap<(Address, u64), Held>,
    apes: BTreeMap<u64, Address>,
    badges: BTreeMap<(u64, Address), u64>,
    tokens: u64,
}

/// The block under way.
struct Pen<'a> {
    dice: &'a mut Dice,
    tx: u32,
    out: Vec<Emitted>,
}

impl Pen<'_> {
    fn emit(&mut self, address: Address, kind: EventKind) {
        self.out.push((self.tx, address, kind));
    }

    fn holder(&mut self) -> Address {
        *self.dice.pick(&HOLDERS).unwrap_or(&HOLDERS[0])
    }

    /// From dust to more digits than a decimal keeps.
    fn amount(&mut self) -> U256 {
        let digits = U256::from(self.dice.between(1, 1_000_000));
        match self.dice.between(0, 3) {
            0 => digits,
            1 => digits * U256::from(10).pow(U256::from(12)),
            2 => digits * U256::from(10).pow(U256::from(18)),
            _ => U256::from(self.dice.roll()) * U256::from(self.dice.roll()) + digits,
        }
    }

    fn signed(&mut self) -> I256 {
        let amount = I256::from_raw(self.amount());
        if self.dice.chance(50) { amount } else { -amount }
    }

    fn price(&mut self) -> U256 {
        U256::from(self.dice.roll() | 1 << 63)
            << usize::try_from(self.dice.between(22, 42)).unwrap_or(32)
    }

    fn tick(&mut self) -> i32 {
        i32::try_from(self.dice.between(0, 60)).unwrap_or(0) - 30
    }

    fn range(&mut self) -> (i32, i32) {
        let lower = self.dice.between(0, 3);
        let width = self.dice.between(1, 3);
        let at = |place: u64| (i32::try_from(place).unwrap_or(0) - 2) * 10;
        (at(lower), at(lower + width))
    }
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
                    1 => self.v3(pen, pair),
                    _ => self.v4(pen, pair),
                }
            }
        }
    }

    fn v2(&mut self, pen: &mut Pen<'_>, index: usize) {
        let pair = contract(V2, index);
        let [token0, token1] = PAIRS[index];
        if self.made.insert((V2, index)) {
            pen.emit(V2, EventKind::V2PairCreated { token0, token1, pair });
        }
        let [reserve0, reserve1] = [pen.amount(), pen.amount()];
        let sync = EventKind::V2Sync { reserve0, reserve1 };
        let (one, other) = (pen.holder(), pen.holder());
        let [amount0, amount1] = [pen.amount(), pen.amount()];
        match pen.dice.between(0, 5) {
            0 => {
                let value = pen.dice.between(2_000, 90_000);
                *self.shares.entry((index, one)).or_default() += value;
                let (from, to) = (Address::ZERO, one);
                pen.emit(pair, EventKind::V2Transfer { from, to, value: U256::from(value) });
                pen.emit(pair, sync);
                pen.emit(pair, EventKind::V2Mint { sender: other, amount0, amount1 });
            }
            1 => {
                let Some(held) = self.shares.get_mut(&(index, one)).filter(|held| **held > 0)
                else {
                    return;
                };
                let value = pen.dice.between(1, *held);
                *held -= value;
                let value = U256::from(value);
                pen.emit(pair, EventKind::V2Transfer { from: one, to: pair, value });
                pen.emit(pair, EventKind::V2Transfer { from: pair, to: Address::ZERO, value });
                pen.emit(pair, sync);
                pen.emit(pair, EventKind::V2Burn { sender: other, to: one, amount0, amount1 });
            }
            2 => {
                let held = self.shares.get(&(index, one)).copied().unwrap_or_default();
                if held == 0 {
                    return;
                }
                let value = pen.dice.between(1, held);
                *self.shares.entry((index, one)).or_default() -= value;
                *self.shares.entry((index, other)).or_default() += value;
                pen.emit(
                    pair,
                    EventKind::V2Transfer { from: one, to: other, value: U256::from(value) },
                );
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

    fn v3(&mut self, pen: &mut Pen<'_>, index: usize) {
        let pool = contract(V3, index);
        let [token0, token1] = PAIRS[index];
        if self.made.insert((V3, index)) {
            pen.emit(
                V3,
                EventKind::V3PoolCreated { token0, token1, fee: 500, tick_spacing: 10, pool },
            );
            let (sqrt_price_x96, tick) = (pen.price(), pen.tick());
            pen.emit(pool, EventKind::V3Initialize { sqrt_price_x96, tick });
        }
        let [amount0, amount1] = [pen.amount(), pen.amount()];
        match pen.dice.between(0, 9) {
            0 | 1 => self.v3_position(pen, index),
            2 => {
                let (owner, range) = (pen.holder(), pen.range());
                let liquidity = u128::from(pen.dice.between(1, 1 << 40));
                *self.ranges.entry((V3, index, range)).or_default() += liquidity;
                let (tick_lower, tick_upper) = range;
                pen.emit(
                    pool,
                    EventKind::V3Mint {
                        owner,
                        tick_lower,
                        tick_upper,
                        liquidity,
                        amount0,
                        amount1,
                    },
                );
            }
            3 => {
                let Some((range, liquidity)) = self.take_out(pen, V3, index) else { return };
                let (owner, (tick_lower, tick_upper)) = (pen.holder(), range);
                pen.emit(
                    pool,
                    EventKind::V3Burn {
                        owner,
                        tick_lower,
                        tick_upper,
                        liquidity,
                        amount0,
                        amount1,
                    },
                );
                pen.emit(
                    pool,
                    EventKind::V3Collect { owner, tick_lower, tick_upper, amount0, amount1 },
                );
            }
            4 => {
                let (sender, recipient) = (pen.holder(), pen.holder());
                let (paid0, paid1) = (U256::ONE, U256::ZERO);
                pen.emit(
                    pool,
                    EventKind::V3Flash { sender, recipient, amount0, amount1, paid0, paid1 },
                );
            }
            _ => {
                let (sender, recipient) = (pen.holder(), pen.holder());
                let (amount0, amount1) = (pen.signed(), pen.signed());
                let (sqrt_price_x96, tick, liquidity) = (pen.price(), pen.tick(), DEEP);
                pen.emit(
                    pool,
                    EventKind::V3Swap {
                        sender,
                        recipient,
                        amount0,
                        amount1,
                        sqrt_price_x96,
                        liquidity,
                        tick,
                    },
                );
            }
        }
    }

    /// Part of what lies in some range of the pool.
    fn take_out(
        &mut self,
        pen: &mut Pen<'_>,
        dex: Address,
        index: usize,
    ) -> Option<((i32, i32), u128)> {
        let of_pool = |((at, pair, range), held): (&(Address, usize, (i32, i32)), &u128)| {
            (*at == dex && *pair == index && *held > 0).then_some((*range, *held))
        };
        let all: Vec<((i32, i32), u128)> = self.ranges.iter().filter_map(of_pool).collect();
        let (range, held) = *pen.dice.pick(&all)?;
        let part = u128::from(pen.dice.between(1, u64::try_from(held).unwrap_or(u64::MAX)));
        *self.ranges.entry((dex, index, range)).or_default() -= part;
        Some((range, part))
    }

    fn v3_position(&mut self, pen: &mut Pen<'_>, index: usize) {
        let pool = contract(V3, index);
        let [amount0, amount1] = [pen.amount(), pen.amount()];
        let (owner, manager) = (V3_POSITIONS, V3_POSITIONS);
        let found = self.position_of(pen, manager, Some(index));
        let Some((id, held)) = found.filter(|_| pen.dice.chance(70)) else {
            let range = pen.range();
            let held = Held {
                pair: index,
                range,
                liquidity: u128::from(pen.dice.between(1, 1 << 40)),
                owner: pen.holder(),
            };
            let id = self.mint_token(pen, manager, held);
            let (token_id, liquidity, (tick_lower, tick_upper)) =
                (U256::from(id), held.liquidity, range);
            pen.emit(
                pool,
                EventKind::V3Mint { owner, tick_lower, tick_upper, liquidity, amount0, amount1 },
            );
            pen.emit(
                manager,
                EventKind::PositionIncreased { token_id, liquidity, amount0, amount1 },
            );
            return;
        };
        let (token_id, (tick_lower, tick_upper)) = (U256::from(id), held.range);
        if held.liquidity > 0 && pen.dice.chance(60) {
            let liquidity =
                u128::from(pen.dice.between(1, u64::try_from(held.liquidity).unwrap_or(1)));
            self.positions
                .insert((manager, id), Held { liquidity: held.liquidity - liquidity, ..held });
            pen.emit(
                pool,
                EventKind::V3Burn { owner, tick_lower, tick_upper, liquidity, amount0, amount1 },
            );
            pen.emit(
                manager,
                EventKind::PositionDecreased { token_id, liquidity, amount0, amount1 },
            );
            pen.emit(
                pool,
                EventKind::V3Collect { owner, tick_lower, tick_upper, amount0, amount1 },
            );
            let recipient = held.owner;
            pen.emit(
                manager,
                EventKind::PositionCollected { token_id, recipient, amount0, amount1 },
            );
        } else {
            self.move_token(pen, manager, id, held);
        }
    }

    fn v4(&mut self, pen: &mut Pen<'_>, index: usize) {
        let id = key(index);
        let [currency0, currency1] = PAIRS[index];
        if self.made.insert((V4, index)) {
            let (sqrt_price_x96, tick) = (pen.price(), pen.tick());
            let (fee, tick_spacing, hooks) = (3_000, 10, Address::ZERO);
            pen.emit(
                V4,
                EventKind::V4Initialize {
                    id,
                    currency0,
                    currency1,
                    fee,
                    tick_spacing,
                    hooks,
                    sqrt_price_x96,
                    tick,
                },
            );
        }
        match pen.dice.between(0, 8) {
            0 | 1 => self.v4_position(pen, index),
            2 => {
                let (sender, range) = (pen.holder(), pen.range());
                let liquidity = u128::from(pen.dice.between(1, 1 << 40));
                *self.ranges.entry((V4, index, range)).or_default() += liquidity;
                self.modify(
                    pen,
                    index,
                    sender,
                    range,
                    I256::from_raw(U256::from(liquidity)),
                    U256::ZERO,
                );
            }
            3 => {
                let Some((range, liquidity)) = self.take_out(pen, V4, index) else { return };
                let sender = pen.holder();
                self.modify(
                    pen,
                    index,
                    sender,
                    range,
                    -I256::from_raw(U256::from(liquidity)),
                    U256::ZERO,
                );
            }
            4 => {
                let (sender, amount0, amount1) = (pen.holder(), pen.amount(), pen.amount());
                pen.emit(V4, EventKind::V4Donate { id, sender, amount0, amount1 });
            }
            _ => {
                let (sender, amount0, amount1) = (pen.holder(), pen.signed(), pen.signed());
                let (sqrt_price_x96, tick, liquidity, fee) = (pen.price(), pen.tick(), DEEP, 500);
                pen.emit(
                    V4,
                    EventKind::V4Swap {
                        id,
                        sender,
                        amount0,
                        amount1,
                        sqrt_price_x96,
                        liquidity,
                        tick,
                        fee,
                    },
                );
            }
        }
    }

    #[expect(clippy::unused_self, reason = "reads like its neighbours")]
    fn modify(
        &self,
        pen: &mut Pen<'_>,
        index: usize,
        sender: Address,
        (tick_lower, tick_upper): (i32, i32),
        liquidity_delta: I256,
        salt: U256,
    ) {
        let (id, salt) = (key(index), salt.into());
        pen.emit(
            V4,
            EventKind::V4ModifyLiquidity {
                id,
                sender,
                tick_lower,
                tick_upper,
                liquidity_delta,
                salt,
            },
        );
    }

    fn v4_position(&mut self, pen: &mut Pen<'_>, index: usize) {
        let manager = V4_POSITIONS;
        let found = self.position_of(pen, manager, Some(index));
        let Some((id, held)) = found.filter(|_| pen.dice.chance(70)) else {
            let range = pen.range();
            let held = Held {
                pair: index,
                range,
                liquidity: u128::from(pen.dice.between(1, 1 << 40)),
                owner: pen.holder(),
            };
            let id = self.mint_token(pen, manager, held);
            self.modify(
                pen,
                index,
                manager,
                range,
                I256::from_raw(U256::from(held.liquidity)),
                U256::from(id),
            );
            return;
        };
        let (token_id, subscriber) = (U256::from(id), HOLDERS[0]);
        match pen.dice.between(0, 3) {
            0 if held.liquidity > 0 => {
                let part =
                    u128::from(pen.dice.between(1, u64::try_from(held.liquidity).unwrap_or(1)));
                self.positions
                    .insert((manager, id), Held { liquidity: held.liquidity - part, ..held });
                self.modify(
                    pen,
                    index,
                    manager,
                    held.range,
                    -I256::from_raw(U256::from(part)),
                    token_id,
                );
            }
            1 => pen.emit(manager, EventKind::PositionSubscribed { token_id, subscriber }),
            2 => pen.emit(manager, EventKind::PositionUnsubscribed { token_id, subscriber }),
            _ => self.move_token(pen, manager, id, held),
        }
    }

    /// Some token of a position manager.
    fn position_of(
        &self,
        pen: &mut Pen<'_>,
        manager: Address,
        pair: Option<usize>,
    ) -> Option<(u64, Held)> {
        let all: Vec<(u64, Held)> = self
            .positions
            .iter()
            .filter(|((at, _), held)| *at == manager && pair.is_none_or(|pair| held.pair == pair))
            .map(|((_, id), held)| (*id, *held))
            .collect();
        pen.dice.pick(&all).copied()
    }

    fn mint_token(&mut self, pen: &mut Pen<'_>, manager: Address, held: Held) -> u64 {
        self.tokens += 1;
        let id = self.tokens;
        self.positions.insert((manager, id), held);
        let (from, to, token_id) = (Address::ZERO, held.owner, U256::from(id));
        pen.emit(manager, EventKind::Erc721Transfer { from, to, token_id });
        id
    }

    /// To somebody else; one without liquidity may be burnt.
    fn move_token(&mut self, pen: &mut Pen<'_>, manager: Address, id: u64, held: Held) {
        let (from, token_id) = (held.owner, U256::from(id));
        let to = if held.liquidity == 0 { Address::ZERO } else { pen.holder() };
        if to.is_zero() {
            self.positions.remove(&(manager, id));
        } else {
            self.positions.insert((manager, id), Held { owner: to, ..held });
        }
        pen.emit(manager, EventKind::Erc721Transfer { from, to, token_id });
    }

    fn erc721(&mut self, pen: &mut Pen<'_>) {
        let id = pen.dice.between(1, 12);
        let from = self.apes.get(&id).copied().unwrap_or_default();
        // minted, moved or burnt; who was burnt comes back
        let to = if from.is_zero() || pen.dice.chance(75) { pen.holder() } else { Address::ZERO };
        self.apes.insert(id, to);
        pen.emit(APES, EventKind::Erc721Transfer { from, to, token_id: U256::from(id) });
    }

    fn erc1155(&mut self, pen: &mut Pen<'_>) {
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
