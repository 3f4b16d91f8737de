//! Candles of V2: a sync makes prices, a swap moves volume at the prices that its sync made.

use alloy_primitives::U256;

use super::{
    super::{
        FoldError,
        apply::Step,
        candle::{Traded, with_pool},
    },
    Pair,
};
use crate::{
    candle::{Candle, Subject, cut_usd},
    decimal::Decimal,
    entity::Pool,
    figures::TokenFigures,
};

impl Step<'_> {
    /// New reserves, after they were counted: the prices of the tokens in the reference token, and of that in USD.
    pub(super) fn v2_sync_candles(
        &mut self,
        pair: &Pair<'_>,
        derived: [Decimal; 2],
        eth: Decimal,
    ) -> Result<(), FoldError> {
        let prices = derived.map(|derived| derived * eth);
        self.v2_candles(pair, prices, prices, None)
    }

    /// A swap, after it was counted; `prices` are its tokens' in USD.
    pub(super) fn v2_swap_candles(
        &mut self,
        pair: &Pair<'_>,
        prices: [Decimal; 2],
        ins: [U256; 2],
        outs: [U256; 2],
        usd: Decimal,
    ) -> Result<(), FoldError> {
        let raw = [0, 1].map(|i| ins[i].saturating_add(outs[i]));
        let fees_usd = (usd * Decimal::from(u64::from(pair.dex.fee_pips))).scaled(-6);
        // the sync before it has made its price
        let traded = Traded { raw, usd, fees_usd };
        self.v2_candles(pair, [Decimal::ZERO; 2], prices, Some(&traded))
    }

    /// Adds an event to the pair's candles and its tokens'. `made` are the prices in USD that the event made, `stand`
    /// those that stand after it.
    fn v2_candles(
        &mut self,
        pair: &Pair<'_>,
        made: [Decimal; 2],
        stand: [Decimal; 2],
        traded: Option<&Traded>,
    ) -> Result<(), FoldError> {
        let now = self.block.timestamp;
        let Some(pool) = self.find::<Pool>(&pair.key())? else { return Ok(()) };
        let step = match traded {
            Some(traded) => traded.to(Candle::at(now, Decimal::ZERO), traded.raw),
            None => Candle::at(now, pool.figures.token1_price),
        };
        let step = with_pool(step, pool);
        self.candles.add(Subject::Pool(pair.id()), step);
        for (i, key) in pair.token_keys().iter().enumerate() {
            let locked = self
                .find::<TokenFigures>(key)?
                .map_or(Decimal::ZERO, |figures| figures.total_value_locked);
            let step = Candle::at(now, made[i]);
            let step = match traded {
                Some(traded) => traded.to(step, [traded.raw[i], U256::ZERO]),
                None => step,
            };
            let subject = Subject::Token { factory: pair.dex.factory, token: pair.tokens[i] };
            let tvl_usd = cut_usd(locked * stand[i]);
            self.candles.add(subject, Candle { tvl_usd, ..step });
        }
        Ok(())
    }
}
