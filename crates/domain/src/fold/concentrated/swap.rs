//! Swaps.

use alloy_primitives::{Address, I256};

use crate::{
    decimal::Decimal,
    entity::{Pool, PoolState},
    event::EventMeta,
    figures::{Factory, TokenFigures},
    fold::{
        FoldError, Key,
        apply::Step,
        interval::{TokenSeen, Volume},
        tracked::SwapValue,
        v3::is_ignored_swap,
        world::{Market, World},
    },
    ids::PoolId,
    pricing::token_prices,
    row::Swap,
};

/// A swap as its event tells it.
pub(in crate::fold) struct Swapped {
    /// The pool.
    pub(in crate::fold) id: PoolId,
    /// Caller.
    pub(super) sender: Address,
    /// Receiver of the output.
    pub(super) recipient: Address,
    /// Deltas of token0 and token1: of the pool (V3) or of the swapper (V4).
    pub(super) amounts: [I256; 2],
    /// The pool's state after it.
    pub(in crate::fold) state: PoolState,
    /// V4: the fee that was taken, in pips.
    pub(in crate::fold) fee: Option<u32>,
    /// What the protocol took of the fees, where the event tells.
    pub(in crate::fold) protocol_fees: Option<[u128; 2]>,
}

/// Amounts in whole tokens, from the pool's point of view.
struct Amounts {
    signed: [Decimal; 2],
    absolute: [Decimal; 2],
}

impl Swapped {
    /// V4's manager speaks of the swapper's balance; we speak of the pool's. Both are int128, so negation fits.
    pub(in crate::fold) fn pool_delta(&self, i: usize) -> I256 {
        if self.fee.is_some() { self.amounts[i].wrapping_neg() } else { self.amounts[i] }
    }

    /// Like the reference, which turns V4's sign after it has cut the amount.
    fn in_tokens(&self, world: &World<'_>) -> Amounts {
        let signed = [0, 1].map(|i| {
            let amount = Decimal::from_signed_units(self.amounts[i], world.sides[i].decimals);
            if self.fee.is_some() { -amount } else { amount }
        });
        Amounts { signed, absolute: signed.map(Decimal::abs) }
    }
}

impl Step<'_> {
    /// Folds a swap.
    pub(super) fn swapped(&mut self, meta: &EventMeta, swap: &Swapped) -> Result<(), FoldError> {
        let id = swap.id;
        self.swap_growth(swap)?;
        let usd = match self.world(id)? {
            Some(world) if !is_ignored_swap(id, self.block.number) => self.count(&world, swap)?,
            world => {
                self.change_pool(id, |pool| after(pool, swap))?;
                if let Some(world) = world {
                    // the contract counts what the reference ignores
                    let amounts = swap.in_tokens(&world).signed;
                    self.change_pool(id, |pool| pool.figures.add_beside(amounts))?;
                }
                Decimal::ZERO
            }
        };
        let (sqrt_price_x96, tick) = match swap.state {
            PoolState::Concentrated { sqrt_price_x96, tick, .. } => {
                (Some(sqrt_price_x96), Some(tick))
            }
            PoolState::Reserves { .. } => (None, None),
        };
        let row = Swap {
            meta: self.row_meta(meta, 0),
            pool: id,
            sender: swap.sender,
            recipient: swap.recipient,
            amount0: swap.pool_delta(0),
            amount1: swap.pool_delta(1),
            sqrt_price_x96,
            tick,
            amount_usd: usd,
            pair: None,
        };
        self.keep_swap(row, usd)
    }

    /// Counts the swap in all figures; its tracked value in USD.
    fn count(&mut self, world: &World<'_>, swap: &Swapped) -> Result<Decimal, FoldError> {
        let amounts = swap.in_tokens(world);
        let fee = swap.fee.unwrap_or(world.fee_tier);
        let value = SwapValue::of(&world.sides, amounts.absolute, world.eth, fee);
        let volume = Volume { amounts: amounts.absolute, value };
        let (seen, market);
        if swap.fee.is_some() {
            // V4's handler saves the pool last: prices and rows see it as the event before left it
            (seen, market) = (world.seen, self.market(world)?);
            self.count_pool(world, swap, &amounts, &value)?;
        } else {
            self.count_pool(world, swap, &amounts, &value)?;
            (seen, market) = (self.pool_seen(world)?, self.market(world)?);
        }
        let tvl_eth = self.change_pool(world.pool, |pool| revalue(pool, &market))?;
        self.count_factory(world, &value, tvl_eth.unwrap_or_default(), &market)?;
        let tokens = [
            self.count_token(world, 0, &amounts, &value, &market)?,
            self.count_token(world, 1, &amounts, &value, &market)?,
        ];
        let raw = swap.amounts.map(I256::unsigned_abs);
        self.swap_candles(world, raw, &value, &tokens)?;
        self.rows_of_periods(world, &seen, tokens, Some(&volume))?;
        Ok(value.usd)
    }

    fn count_pool(
        &mut self,
        world: &World<'_>,
        swap: &Swapped,
        amounts: &Amounts,
        value: &SwapValue,
    ) -> Result<(), FoldError> {
        let prices = match swap.state {
            PoolState::Concentrated { sqrt_price_x96, .. } => {
                let [side0, side1] = &world.sides;
                token_prices(sqrt_price_x96, side0.decimals, side1.decimals)
            }
            PoolState::Reserves { .. } => Default::default(),
        };
        self.change_pool(world.pool, |pool| {
            after(pool, swap);
            let figures = &mut pool.figures;
            if let Some(fee) = swap.fee {
                figures.fee_tier = fee;
            }
            figures.volume_token0 += amounts.absolute[0];
            figures.volume_token1 += amounts.absolute[1];
            figures.volume_usd += value.usd;
            figures.untracked_volume_usd += value.untracked;
            figures.fees_usd += value.fees_usd;
            figures.tx_count += 1;
            figures.total_value_locked_token0 += amounts.signed[0];
            figures.total_value_locked_token1 += amounts.signed[1];
            (figures.token0_price, figures.token1_price) = prices;
        })?;
        Ok(())
    }

    fn count_factory(
        &mut self,
        world: &World<'_>,
        value: &SwapValue,
        tvl_eth: Decimal,
        market: &Market,
    ) -> Result<(), FoldError> {
        self.change::<Factory>(&Key::Factory(world.dex.factory), |factory| {
            factory.tx_count += 1;
            factory.total_volume_eth += value.eth;
            factory.total_volume_usd += value.usd;
            factory.untracked_volume_usd += value.untracked;
            factory.total_fees_eth += value.fees_eth;
            factory.total_fees_usd += value.fees_usd;
            factory.total_value_locked_eth -= world.tvl_eth;
            factory.total_value_locked_eth += tvl_eth;
            factory.total_value_locked_usd = factory.total_value_locked_eth * market.eth;
            factory.eth_price_usd = market.eth;
        })
    }

    /// Both tokens get the full volume in USD and the full fee.
    fn count_token(
        &mut self,
        world: &World<'_>,
        i: usize,
        amounts: &Amounts,
        value: &SwapValue,
        market: &Market,
    ) -> Result<TokenSeen, FoldError> {
        let (token, derived) = (world.sides[i].token, market.derived[i]);
        let mut seen = TokenSeen { token, price_usd: derived * market.eth, ..TokenSeen::default() };
        let key = Key::TokenFigures(world.dex.factory, token);
        self.change::<TokenFigures>(&key, |figures| {
            figures.volume += amounts.absolute[i];
            figures.volume_usd += value.usd;
            figures.untracked_volume_usd += value.untracked;
            figures.fees_usd += value.fees_usd;
            figures.tx_count += 1;
            figures.total_value_locked += amounts.signed[i];
            figures.derived_eth = derived;
            figures.total_value_locked_usd = figures.total_value_locked * derived * market.eth;
            (seen.tvl, seen.tvl_usd) = (figures.total_value_locked, figures.total_value_locked_usd);
        })?;
        Ok(seen)
    }
}

/// The pool on the chain after the swap.
const fn after(pool: &mut Pool, swap: &Swapped) {
    pool.state = swap.state;
    pool.swap_count += 1;
}

/// The pool's locked value at these prices; in the reference token.
fn revalue(pool: &mut Pool, market: &Market) -> Decimal {
    let figures = &mut pool.figures;
    let [derived0, derived1] = market.derived;
    let eth =
        figures.total_value_locked_token0 * derived0 + figures.total_value_locked_token1 * derived1;
    figures.total_value_locked_eth = eth;
    figures.total_value_locked_usd = eth * market.eth;
    eth
}
