//! Candles of a block: every event that makes a price or moves volume adds a step, and the steps of a subject are one.

use std::collections::BTreeMap;

use alloy_primitives::U256;

use super::{
    FoldError, Key,
    apply::Step,
    interval::TokenSeen,
    tracked::SwapValue,
    world::{Market, World},
};
use crate::{
    candle::{Candle, CandleStep, Subject, cut_usd},
    decimal::Decimal,
    entity::{Pool, PoolState},
    figures::TokenFigures,
    pricing::token_prices,
};

#[cfg(test)]
mod tests;

/// The steps of the block under way.
#[derive(Debug, Default)]
pub(super) struct Candles(BTreeMap<Subject, Candle>);

impl Candles {
    /// Adds what an event did.
    pub(super) fn add(&mut self, subject: Subject, event: Candle) {
        match self.0.get_mut(&subject) {
            Some(candle) => candle.merge(&event),
            None => {
                self.0.insert(subject, event);
            }
        }
    }

    pub(super) fn into_steps(self) -> Vec<CandleStep> {
        self.0.into_iter().map(|(subject, candle)| CandleStep { subject, candle }).collect()
    }
}

/// Volume of a swap.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Traded {
    /// What moved of token0 and token1, in smallest units.
    pub(super) raw: [U256; 2],
    /// Tracked, in USD.
    pub(super) usd: Decimal,
    /// Fees, in USD.
    pub(super) fees_usd: Decimal,
}

impl Traded {
    /// Adds it to a step.
    pub(super) fn to(&self, step: Candle, [volume0, volume1]: [U256; 2]) -> Candle {
        let (volume_usd, fees_usd) = (cut_usd(self.usd), cut_usd(self.fees_usd));
        Candle { volume0, volume1, volume_usd, fees_usd, swap_count: 1, ..step }
    }
}

impl Step<'_> {
    /// A swap of a V3 or V4 pool, after it was counted.
    pub(super) fn swap_candles(
        &mut self,
        world: &World<'_>,
        raw: [U256; 2],
        value: &SwapValue,
        tokens: &[TokenSeen; 2],
    ) -> Result<(), FoldError> {
        let traded = Traded { raw, usd: value.usd, fees_usd: value.fees_usd };
        let now = self.block.timestamp;
        let Some(pool) = self.find::<Pool>(&Key::Pool(world.pool))? else { return Ok(()) };
        let step = Candle::at(now, pool.figures.token1_price);
        let step = with_pool(traded.to(step, raw), pool);
        self.candles.add(Subject::Pool(world.pool), step);
        for (token, raw) in tokens.iter().zip(raw) {
            let subject = Subject::Token { factory: world.dex.factory, token: token.token };
            let step = traded.to(Candle::at(now, token.price_usd), [raw, U256::ZERO]);
            self.candles.add(subject, Candle { tvl_usd: cut_usd(token.tvl_usd), ..step });
        }
        Ok(())
    }

    /// The first price of a V3 or V4 pool, after its tokens were priced.
    pub(super) fn first_candles(
        &mut self,
        world: &World<'_>,
        market: &Market,
    ) -> Result<(), FoldError> {
        let now = self.block.timestamp;
        let [side0, side1] = &world.sides;
        let (_, price) = token_prices(world.seen.sqrt_price, side0.decimals, side1.decimals);
        let Some(pool) = self.find::<Pool>(&Key::Pool(world.pool))? else { return Ok(()) };
        let step = with_pool(Candle::at(now, price), pool);
        self.candles.add(Subject::Pool(world.pool), step);
        for (side, derived) in world.sides.iter().zip(market.derived) {
            let price = derived * market.eth;
            if price.is_zero() {
                continue;
            }
            let (factory, token) = (world.dex.factory, side.token);
            let figures = self.find::<TokenFigures>(&Key::TokenFigures(factory, token))?;
            let tvl = figures.map_or(Decimal::ZERO, |figures| figures.total_value_locked_usd);
            let step = Candle { tvl_usd: cut_usd(tvl), ..Candle::at(now, price) };
            self.candles.add(Subject::Token { factory, token }, step);
        }
        Ok(())
    }
}

/// A step with the pool as it stands after it.
pub(super) fn with_pool(step: Candle, pool: &Pool) -> Candle {
    let liquidity = match pool.state {
        PoolState::Concentrated { liquidity, .. } => liquidity,
        PoolState::Reserves { .. } => 0,
    };
    Candle { tvl_usd: cut_usd(pool.figures.total_value_locked_usd), liquidity, ..step }
}
