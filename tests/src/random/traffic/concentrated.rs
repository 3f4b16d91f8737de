//! V3 and V4: pools with liquidity in ranges, some of it in tokens of a position manager.

use alloy_primitives::{Address, I256, U256};
use domain::event::EventKind;

use super::{HOLDERS, Pen, Traffic, tokens::Held};
use crate::random::market::{PAIRS, V3, V3_POSITIONS, V4, V4_POSITIONS, contract, key};

/// The lower and the upper tick.
pub(super) type Range = (i32, i32);

/// Liquidity that swaps speak of: more than ever leaves by a burn.
const DEEP: u128 = 1 << 100;

/// The kind of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Concentrated {
    V3,
    V4,
}

use Concentrated::{V3 as Three, V4 as Four};

#[derive(Debug, Clone, Copy)]
struct Pool {
    kind: Concentrated,
    pair: usize,
}

impl Traffic {
    pub(super) fn concentrated(&mut self, pen: &mut Pen<'_>, kind: Concentrated, pair: usize) {
        let pool = Pool { kind, pair };
        if self.made.insert((pool.factory(), pair)) {
            pool.create(pen);
        }
        match pen.dice.between(0, 9) {
            0 | 1 => self.position(pen, pool),
            2 => {
                let (owner, range, liquidity) = (pen.holder(), pen.range(), pen.liquidity());
                *self.ranges.entry((pool.factory(), pair, range)).or_default() += liquidity;
                pool.put_in(pen, owner, range, liquidity, None);
            }
            3 => {
                let Some((range, part)) = self.part_of_a_range(pen, pool) else { return };
                let owner = pen.holder();
                pool.take_out(pen, owner, range, part, None);
            }
            4 => pool.lend_or_give(pen),
            _ => pool.swap(pen),
        }
    }

    /// Part of what lies in some range of the pool leaves it.
    fn part_of_a_range(&mut self, pen: &mut Pen<'_>, pool: Pool) -> Option<(Range, u128)> {
        let mut ranges: Vec<(Range, &mut u128)> = self
            .ranges
            .iter_mut()
            .filter(|((at, pair, _), held)| {
                *at == pool.factory() && *pair == pool.pair && **held > 0
            })
            .map(|((.., range), held)| (*range, held))
            .collect();
        let place = pen.dice.index(ranges.len());
        let (range, held) = ranges.get_mut(place)?;
        let part = pen.part(**held);
        **held -= part;
        Some((*range, part))
    }

    /// A token of the position manager is made, or something happens to one.
    fn position(&mut self, pen: &mut Pen<'_>, pool: Pool) {
        let (manager, pair) = (pool.manager(), pool.pair);
        let Some(token) = self.position_of(pen, manager, pair) else {
            let token = self.mint_token(pen, manager, pair);
            let (_, Held { range, liquidity, .. }) = token;
            pool.put_in(pen, manager, range, liquidity, Some(token));
            return;
        };
        let (id, held) = token;
        let (token_id, subscriber) = (U256::from(id), HOLDERS[0]);
        match (pool.kind, pen.dice.between(0, 3)) {
            (_, 0) | (Three, 1) if held.liquidity > 0 => {
                let part = self.take_from_token(pen, manager, token);
                pool.take_out(pen, manager, held.range, part, Some(token));
            }
            (Four, 1) => pen.emit(manager, EventKind::PositionSubscribed { token_id, subscriber }),
            (Four, 2) => {
                pen.emit(manager, EventKind::PositionUnsubscribed { token_id, subscriber });
            }
            _ => self.move_token(pen, manager, token),
        }
    }
}

impl Pool {
    const fn factory(self) -> Address {
        match self.kind {
            Three => V3,
            Four => V4,
        }
    }

    const fn manager(self) -> Address {
        match self.kind {
            Three => V3_POSITIONS,
            Four => V4_POSITIONS,
        }
    }

    fn create(self, pen: &mut Pen<'_>) {
        let [token0, token1] = PAIRS[self.pair];
        let (sqrt_price_x96, tick) = (pen.price(), pen.tick());
        match self.kind {
            Three => {
                let (pool, fee, tick_spacing) = (contract(V3, self.pair), 500, 10);
                let created = EventKind::V3PoolCreated { token0, token1, fee, tick_spacing, pool };
                pen.emit(V3, created);
                pen.emit(pool, EventKind::V3Initialize { sqrt_price_x96, tick });
            }
            Four => pen.emit(
                V4,
                EventKind::V4Initialize {
                    id: key(self.pair),
                    currency0: token0,
                    currency1: token1,
                    fee: 3_000,
                    tick_spacing: 10,
                    hooks: Address::ZERO,
                    sqrt_price_x96,
                    tick,
                },
            ),
        }
    }

    /// Liquidity comes into a range; the manager tells of its tokens itself where the pool does not.
    fn put_in(
        self,
        pen: &mut Pen<'_>,
        owner: Address,
        range: Range,
        liquidity: u128,
        token: Option<(u64, Held)>,
    ) {
        if self.kind == Four {
            return self.modify(pen, owner, range, I256::from_raw(U256::from(liquidity)), token);
        }
        let (tick_lower, tick_upper) = range;
        let [amount0, amount1] = [pen.amount(), pen.amount()];
        pen.emit(
            contract(V3, self.pair),
            EventKind::V3Mint { owner, tick_lower, tick_upper, liquidity, amount0, amount1 },
        );
        if let Some((id, _)) = token {
            let token_id = U256::from(id);
            let told = EventKind::PositionIncreased { token_id, liquidity, amount0, amount1 };
            pen.emit(self.manager(), told);
        }
    }

    /// Liquidity leaves a range.
    fn take_out(
        self,
        pen: &mut Pen<'_>,
        owner: Address,
        range: Range,
        liquidity: u128,
        token: Option<(u64, Held)>,
    ) {
        if self.kind == Four {
            return self.modify(pen, owner, range, -I256::from_raw(U256::from(liquidity)), token);
        }
        let (pool, manager, (tick_lower, tick_upper)) =
            (contract(V3, self.pair), self.manager(), range);
        let [amount0, amount1] = [pen.amount(), pen.amount()];
        let burn = EventKind::V3Burn { owner, tick_lower, tick_upper, liquidity, amount0, amount1 };
        pen.emit(pool, burn);
        let told = token.map(|(id, held)| (U256::from(id), held.owner));
        if let Some((token_id, _)) = told {
            let told = EventKind::PositionDecreased { token_id, liquidity, amount0, amount1 };
            pen.emit(manager, told);
        }
        let collect = EventKind::V3Collect { owner, tick_lower, tick_upper, amount0, amount1 };
        pen.emit(pool, collect);
        if let Some((token_id, recipient)) = told {
            let told = EventKind::PositionCollected { token_id, recipient, amount0, amount1 };
            pen.emit(manager, told);
        }
    }

    /// V4 has one event for both, and the token in it.
    fn modify(
        self,
        pen: &mut Pen<'_>,
        sender: Address,
        (tick_lower, tick_upper): Range,
        liquidity_delta: I256,
        token: Option<(u64, Held)>,
    ) {
        let (id, salt) = (key(self.pair), U256::from(token.map_or(0, |(id, _)| id)).into());
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

    fn lend_or_give(self, pen: &mut Pen<'_>) {
        let (sender, recipient) = (pen.holder(), pen.holder());
        let (amount0, amount1) = (pen.amount(), pen.amount());
        match self.kind {
            Three => {
                let (pool, paid0, paid1) = (contract(V3, self.pair), U256::ONE, U256::ZERO);
                pen.emit(
                    pool,
                    EventKind::V3Flash { sender, recipient, amount0, amount1, paid0, paid1 },
                );
            }
            Four => {
                let id = key(self.pair);
                pen.emit(V4, EventKind::V4Donate { id, sender, amount0, amount1 });
            }
        }
    }

    fn swap(self, pen: &mut Pen<'_>) {
        let (sender, recipient) = (pen.holder(), pen.holder());
        let (amount0, amount1) = (pen.signed(), pen.signed());
        let (sqrt_price_x96, tick, liquidity) = (pen.price(), pen.tick(), DEEP);
        let (at, swap) = match self.kind {
            Three => (
                contract(V3, self.pair),
                EventKind::V3Swap {
                    sender,
                    recipient,
                    amount0,
                    amount1,
                    sqrt_price_x96,
                    liquidity,
                    tick,
                    protocol_fees: None,
                },
            ),
            Four => (
                V4,
                EventKind::V4Swap {
                    id: key(self.pair),
                    sender,
                    amount0,
                    amount1,
                    sqrt_price_x96,
                    liquidity,
                    tick,
                    fee: 500,
                },
            ),
        };
        pen.emit(at, swap);
    }
}
