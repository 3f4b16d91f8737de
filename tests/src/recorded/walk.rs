//! Follows a pool from swap to swap by step maths. A day's logs do not tell the ticks from before, so they are learnt: what
//! one crossing teaches, every later one has to confirm.

use std::collections::BTreeMap;

use alloy_primitives::{I256, U256};
use anyhow::{Context, Result, ensure};
use domain::{
    amm::{
        Amount,
        fee::Fee,
        liquidity::amounts,
        swap::{Pool, swap},
        tick_map::{TickLiquidity, TickMap},
    },
    event::EventKind,
};

use super::day::DayPool;

/// How the swaps of a day were checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Reproduced within one range of ticks.
    pub within: usize,
    /// Reproduced across ticks that were known before.
    pub known: usize,
    /// Reproduced across at most one initialised tick that was unknown, and learnt by it.
    pub learnt: usize,
    /// Too many unknown ticks at once.
    pub unknown: usize,
    /// Reproduced as exact output, or as stopped by a price limit, rather than as exact input.
    pub not_exact_in: usize,
    /// Positions whose token amounts were reproduced.
    pub positions: usize,
}

/// What is known of a usable tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// No liquidity references it.
    Free,
    /// Net liquidity; gross where its whole history is known.
    Used { net: i128, gross: Option<u128> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    sqrt_price_x96: U256,
    tick: i32,
    liquidity: u128,
}

/// What an event says of a swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    amounts: (I256, I256),
    after: Standing,
}

/// A swap that fits what was told.
#[derive(Debug, Clone, Copy)]
struct Explained {
    /// The one unknown tick that must be in use, with its net liquidity.
    used: Option<(i32, i128)>,
    exact_in: bool,
}

/// A pool on its way through the day.
#[derive(Debug)]
pub struct Walk {
    pool: DayPool,
    standing: Option<Standing>,
    known: BTreeMap<i32, Known>,
    /// What positions have changed of each tick so far, gross and net.
    moved: BTreeMap<i32, (i128, i128)>,
    /// The ticks as they must have been before the first event.
    base: BTreeMap<i32, Known>,
    /// What was checked so far.
    pub counts: Counts,
}

impl Walk {
    /// A pool of which nothing is known.
    #[must_use]
    pub fn new(pool: DayPool) -> Self {
        Self::with(pool, BTreeMap::new())
    }

    /// The same walk from the beginning, with what this one has learnt.
    #[must_use]
    pub fn again(&self) -> Self {
        Self::with(self.pool, self.base.clone())
    }

    fn with(pool: DayPool, known: BTreeMap<i32, Known>) -> Self {
        let moved = BTreeMap::new();
        Self { pool, standing: None, base: known.clone(), known, moved, counts: Counts::default() }
    }

    /// Price, tick and liquidity now; none before the first swap.
    #[must_use]
    pub fn standing(&self) -> Option<(U256, i32, u128)> {
        self.standing.map(|stands| (stands.sqrt_price_x96, stands.tick, stands.liquidity))
    }

    /// Checks an event against the standing before it, and moves on.
    ///
    /// # Errors
    /// When the maths say something else than the event.
    pub fn event(&mut self, kind: &EventKind) -> Result<()> {
        match *kind {
            EventKind::V3Swap { amount0, amount1, sqrt_price_x96, liquidity, tick, .. } => {
                let after = Standing { sqrt_price_x96, tick, liquidity };
                if let Some(before) = self.standing {
                    self.swap(before, Told { amounts: (amount0, amount1), after })
                        .with_context(|| format!("{kind:?} after {before:?}"))?;
                }
                self.standing = Some(after);
                Ok(())
            }
            EventKind::V3Mint { tick_lower, tick_upper, liquidity, amount0, amount1, .. } => {
                self.position((tick_lower, tick_upper), liquidity, true, (amount0, amount1))
            }
            EventKind::V3Burn { tick_lower, tick_upper, liquidity, amount0, amount1, .. } => {
                self.position((tick_lower, tick_upper), liquidity, false, (amount0, amount1))
            }
            _ => Ok(()),
        }
    }

    fn position(
        &mut self,
        (lower, upper): (i32, i32),
        size: u128,
        mint: bool,
        told: (U256, U256),
    ) -> Result<()> {
        let delta = if mint { i128::try_from(size)? } else { -i128::try_from(size)? };
        for (tick, net) in [(lower, delta), (upper, -delta)] {
            self.tick_changed(tick, delta, net)?;
        }
        let Some(standing) = &mut self.standing else { return Ok(()) };
        let found = amounts(standing.sqrt_price_x96, standing.tick, (lower, upper), size, mint)?;
        ensure!(found == told, "a position of {found:?} tokens, told as {told:?}");
        if (lower..upper).contains(&standing.tick) {
            standing.liquidity =
                standing.liquidity.checked_add_signed(delta).context("more burnt than there is")?;
        }
        self.counts.positions += 1;
        Ok(())
    }

    fn tick_changed(&mut self, tick: i32, delta: i128, change: i128) -> Result<()> {
        let moved = self.moved.entry(tick).or_default();
        *moved = (moved.0 + delta, moved.1 + change);
        let Some(known) = self.known.get(&tick).copied().filter(|_| delta != 0) else {
            return Ok(());
        };
        let (net, gross) = match known {
            Known::Free => (0, Some(0)),
            Known::Used { net, gross } => (net, gross),
        };
        let net = net.checked_add(change).context("net liquidity")?;
        let gross = gross
            .map(|gross: u128| gross.checked_add_signed(delta).context("gross liquidity"))
            .transpose()?;
        match gross {
            Some(0) => self.known.insert(tick, Known::Free),
            // nothing left, or two positions that cancel out: it cannot be told
            None if net == 0 => self.known.remove(&tick),
            gross => self.known.insert(tick, Known::Used { net, gross }),
        };
        Ok(())
    }

    fn swap(&mut self, before: Standing, told: Told) -> Result<()> {
        let (low, high) = (before.tick.min(told.after.tick), before.tick.max(told.after.tick));
        let first = (low.div_euclid(self.pool.spacing) + 1) * self.pool.spacing;
        let step = usize::try_from(self.pool.spacing)?;
        let passed: Vec<i32> = (first..=high).step_by(step).collect();
        let (known, unknown): (Vec<i32>, Vec<i32>) =
            passed.iter().partition(|tick| self.known.contains_key(tick));
        let known: BTreeMap<i32, i128> = known
            .into_iter()
            .filter_map(|tick| match self.known.get(&tick) {
                Some(Known::Used { net, .. }) => Some((tick, *net)),
                _ => None,
            })
            .collect();
        if unknown.is_empty() {
            let exact_in = self.reproduces(before, told, &known)?;
            let exact_in = exact_in.context("the step maths say something else")?;
            self.counts.not_exact_in += usize::from(!exact_in);
            *(if passed.is_empty() { &mut self.counts.within } else { &mut self.counts.known }) +=
                1;
            return Ok(());
        }
        let Some(Explained { used: learnt, exact_in }) =
            self.explain(before, told, &known, &unknown)?
        else {
            self.counts.unknown += 1;
            return Ok(());
        };
        for tick in unknown {
            let fact = match learnt {
                Some((used, net)) if used == tick => Known::Used { net, gross: None },
                _ => Known::Free,
            };
            self.learn(tick, fact);
        }
        self.counts.learnt += 1;
        self.counts.not_exact_in += usize::from(!exact_in);
        Ok(())
    }

    /// Notes what a tick is now, and what it must have been in the beginning.
    fn learn(&mut self, tick: i32, fact: Known) {
        self.known.insert(tick, fact);
        let (gross, net) = self.moved.get(&tick).copied().unwrap_or_default();
        let before = match fact {
            Known::Free if (gross, net) == (0, 0) => Some(Known::Free),
            Known::Free => u128::try_from(-gross)
                .ok()
                .map(|gross| Known::Used { net: -net, gross: Some(gross) }),
            Known::Used { net: now, .. } if now != net => {
                Some(Known::Used { net: now - net, gross: None })
            }
            // not in use, or in use by positions that cancel out
            Known::Used { .. } => None,
        };
        if let Some(before) = before {
            self.base.insert(tick, before);
        }
    }

    /// With at most one unknown tick in use, its net liquidity follows from the liquidity told; the amounts and the price
    /// then show whether that is what happened.
    fn explain(
        &self,
        before: Standing,
        told: Told,
        known: &BTreeMap<i32, i128>,
        unknown: &[i32],
    ) -> Result<Option<Explained>> {
        let upwards = told.after.tick > before.tick;
        let gained = i128::try_from(told.after.liquidity)? - i128::try_from(before.liquidity)?;
        let crossed: i128 = known.values().sum();
        let rest = if upwards { gained } else { -gained } - crossed;
        if rest == 0
            && let Some(exact_in) = self.reproduces(before, told, known)?
        {
            return Ok(Some(Explained { used: None, exact_in }));
        }
        for tick in unknown {
            let mut guess = known.clone();
            guess.insert(*tick, rest);
            if let Some(exact_in) = self.reproduces(before, told, &guess)? {
                return Ok(Some(Explained { used: Some((*tick, rest)), exact_in }));
            }
        }
        Ok(None)
    }

    /// Whether a swap over these ticks does what was told; then whether as one of exact input.
    fn reproduces(
        &self,
        before: Standing,
        told: Told,
        ticks: &BTreeMap<i32, i128>,
    ) -> Result<Option<bool>> {
        let ticks = ticks.iter().map(|(index, net)| TickLiquidity {
            index: *index,
            gross: net.unsigned_abs().max(1),
            net: *net,
        });
        let map = TickMap::from_ticks(self.pool.spacing, ticks)?;
        let pool = Pool {
            sqrt_price_x96: before.sqrt_price_x96,
            tick: before.tick,
            liquidity: before.liquidity,
            fee: Fee::V3 { pips: self.pool.fee_pips, protocol: 0 },
            ticks: &map,
        };
        let zero_for_one = told.amounts.0.is_positive();
        let (paid, got) =
            if zero_for_one { told.amounts } else { (told.amounts.1, told.amounts.0) };
        let limit = Some(told.after.sqrt_price_x96).filter(|limit| *limit != pool.sqrt_price_x96);
        let ways = [
            (Amount::ExactIn(paid.unsigned_abs()), None),
            (Amount::ExactOut(got.unsigned_abs()), None),
            (Amount::ExactIn(U256::MAX >> 1), limit),
        ];
        for (amount, limit) in ways {
            // a wrong guess may ask for what cannot be
            let Ok(done) = swap(&pool, zero_for_one, amount, limit) else { continue };
            let after = Standing {
                sqrt_price_x96: done.sqrt_price_x96,
                tick: done.tick,
                liquidity: done.liquidity,
            };
            if (Told { amounts: done.deltas(), after }) == told {
                return Ok(Some(limit.is_none() && matches!(amount, Amount::ExactIn(_))));
            }
        }
        Ok(None)
    }
}
