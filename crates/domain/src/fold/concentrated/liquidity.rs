//! Liquidity that comes and goes, and tokens that move beside swaps.

use alloy_primitives::{Address, I256, U256};

use crate::{
    decimal::Decimal,
    entity::{Pool, PoolState},
    event::EventMeta,
    figures::{Factory, TokenFigures},
    fold::{
        FoldError, Key,
        apply::Step,
        interval::TokenSeen,
        tracked::{tracked, value},
        v4::amounts_of_range,
        world::World,
    },
    ids::PoolId,
    row::{LiquidityEvent, LiquidityKind},
};

/// A change of the liquidity between two ticks.
pub(super) struct RangeChange {
    /// The pool.
    pub(super) id: PoolId,
    /// Whether it came or went; a V4 change of nothing is a collect.
    pub(super) kind: LiquidityKind,
    /// Owner, or caller where no owner is named.
    pub(super) owner: Address,
    /// Lower and upper tick.
    pub(super) range: (i32, i32),
    /// Change of liquidity.
    pub(super) delta: i128,
    /// Amounts in smallest units, where the event names them (V3).
    pub(super) amounts: Option<[U256; 2]>,
}

/// Tokens that moved without a change of liquidity.
pub(super) struct Moved {
    /// The pool.
    pub(super) id: PoolId,
    /// What for.
    pub(super) kind: LiquidityKind,
    /// Owner, or caller where no owner is named.
    pub(super) owner: Address,
    /// Lower and upper tick, where there is a range.
    pub(super) range: Option<(i32, i32)>,
    /// Amounts in smallest units.
    pub(super) amounts: [U256; 2],
}

/// What an event does to locked amounts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Locked {
    /// They grow by the (signed) amounts.
    Add,
    /// They shrink by the amounts.
    Remove,
    /// They stay: what a V3 burn frees leaves with the collect.
    Keep,
}

impl Step<'_> {
    /// Folds a change of liquidity.
    pub(super) fn range_changed(
        &mut self,
        meta: &EventMeta,
        change: &RangeChange,
    ) -> Result<(), FoldError> {
        let (id, delta, (lower, upper)) = (change.id, change.delta, change.range);
        let world = self.world(id)?;
        let in_range = self.change_pool(id, |pool| {
            pool.liquidity_event_count += 1;
            in_range(pool, change)
        })?;
        if in_range.flatten().is_none() {
            return Err(self.out_of_range("liquidity", Key::Pool(id), meta));
        }
        // positions are brought up to date between a tick's beginning and its end
        if delta <= 0 {
            self.note_inside(meta, id, change.owner, change.range)?;
        }
        if delta != 0 {
            self.tick_changed(meta, id, lower, delta, delta)?;
            self.tick_changed(meta, id, upper, delta, -delta)?;
        }
        if delta > 0 {
            self.note_inside(meta, id, change.owner, change.range)?;
        }
        self.tick_day(id, lower)?;
        self.tick_day(id, upper)?;
        let amount_usd = match &world {
            Some(world) => self.count_range(meta, world, change)?,
            None => Decimal::ZERO,
        };
        self.keep_liquidity(LiquidityEvent {
            meta: self.row_meta(meta, 0),
            pool: id,
            kind: change.kind,
            owner: change.owner,
            range: Some(change.range),
            liquidity_delta: I256::try_from(delta).ok(),
            amount0: change.amounts.map(|amounts| amounts[0]),
            amount1: change.amounts.map(|amounts| amounts[1]),
            amount_usd,
        })
    }

    /// Folds a collect, a flash loan or a donation. The reference counts only the first.
    pub(super) fn moved(&mut self, meta: &EventMeta, moved: &Moved) -> Result<(), FoldError> {
        let world = self.world(moved.id)?;
        self.change_pool(moved.id, |pool| pool.liquidity_event_count += 1)?;
        let amount_usd = match &world {
            Some(world) if moved.kind == LiquidityKind::Collect => {
                let amounts = in_tokens(world, moved.amounts);
                let usd = tracked(&world.sides, amounts);
                self.change_pool(moved.id, |pool| {
                    let figures = &mut pool.figures;
                    figures.collected_fees_token0 += amounts[0];
                    figures.collected_fees_token1 += amounts[1];
                    figures.collected_fees_usd += usd;
                })?;
                self.count_liquidity(world, amounts, Locked::Remove)?;
                usd
            }
            _ => Decimal::ZERO,
        };
        self.keep_liquidity(LiquidityEvent {
            meta: self.row_meta(meta, 0),
            pool: moved.id,
            kind: moved.kind,
            owner: moved.owner,
            range: moved.range,
            liquidity_delta: None,
            amount0: Some(moved.amounts[0]),
            amount1: Some(moved.amounts[1]),
            amount_usd,
        })
    }

    /// Counts a change of liquidity in all figures; its value in USD.
    fn count_range(
        &mut self,
        meta: &EventMeta,
        world: &World<'_>,
        change: &RangeChange,
    ) -> Result<Decimal, FoldError> {
        let (amounts, locked) = match (change.amounts, change.kind) {
            (Some(amounts), LiquidityKind::Burn) => (in_tokens(world, amounts), Locked::Keep),
            (Some(amounts), _) => (in_tokens(world, amounts), Locked::Add),
            (None, _) => {
                let amounts = amounts_of_range(world, change.range, change.delta)
                    .ok_or_else(|| self.out_of_range("amount", Key::Pool(change.id), meta))?;
                (amounts, Locked::Add)
            }
        };
        self.count_liquidity(world, amounts, locked)?;
        Ok(value(&world.sides, amounts))
    }

    /// Nothing is priced anew: prices are those from before the event.
    fn count_liquidity(
        &mut self,
        world: &World<'_>,
        amounts: [Decimal; 2],
        locked: Locked,
    ) -> Result<(), FoldError> {
        let tvl_eth = self.change_pool(world.pool, |pool| {
            let figures = &mut pool.figures;
            figures.tx_count += 1;
            if locked != Locked::Keep {
                lock(&mut figures.total_value_locked_token0, amounts[0], locked);
                lock(&mut figures.total_value_locked_token1, amounts[1], locked);
                figures.total_value_locked_eth = figures.total_value_locked_token0
                    * world.sides[0].derived_eth
                    + figures.total_value_locked_token1 * world.sides[1].derived_eth;
                figures.total_value_locked_usd = figures.total_value_locked_eth * world.eth;
            }
            figures.total_value_locked_eth
        })?;
        self.change::<Factory>(&Key::Factory(world.dex.factory), |factory| {
            factory.tx_count += 1;
            if locked != Locked::Keep {
                factory.total_value_locked_eth -= world.tvl_eth;
                factory.total_value_locked_eth += tvl_eth.unwrap_or_default();
                factory.total_value_locked_usd = factory.total_value_locked_eth * world.eth;
            }
        })?;
        let mut tokens = [TokenSeen::default(); 2];
        for (i, seen) in tokens.iter_mut().enumerate() {
            let side = &world.sides[i];
            (seen.token, seen.price_usd) = (side.token, side.price_usd);
            let key = Key::TokenFigures(world.dex.factory, side.token);
            self.change::<TokenFigures>(&key, |figures| {
                figures.tx_count += 1;
                if locked != Locked::Keep {
                    lock(&mut figures.total_value_locked, amounts[i], locked);
                    figures.total_value_locked_usd = figures.total_value_locked * side.price_usd;
                }
                (seen.tvl, seen.tvl_usd) =
                    (figures.total_value_locked, figures.total_value_locked_usd);
            })?;
        }
        // rows see the pool as the event before left it
        self.rows_of_periods(world, &world.seen, tokens, None)
    }
}

fn in_tokens(world: &World<'_>, amounts: [U256; 2]) -> [Decimal; 2] {
    [0, 1].map(|i| Decimal::from_units(amounts[i], world.sides[i].decimals))
}

fn lock(total: &mut Decimal, amount: Decimal, locked: Locked) {
    match locked {
        Locked::Add => *total += amount,
        Locked::Remove => *total -= amount,
        Locked::Keep => {}
    }
}

/// Liquidity in range follows changes around the current tick; there is none before the first price. `None` when it
/// leaves its range.
fn in_range(pool: &mut Pool, change: &RangeChange) -> Option<()> {
    if let PoolState::Concentrated { sqrt_price_x96, tick, liquidity } = &mut pool.state
        && !sqrt_price_x96.is_zero()
        && (change.range.0..change.range.1).contains(tick)
    {
        *liquidity = liquidity.checked_add_signed(change.delta)?;
    }
    Some(())
}
