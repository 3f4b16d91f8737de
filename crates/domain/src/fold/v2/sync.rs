//! `Sync`: new reserves, and with them prices and locked values.

use alloy_primitives::U256;

use super::{
    super::{FoldError, apply::Step},
    Pair, tracked,
};
use crate::{
    decimal::Decimal,
    entity::PoolState,
    figures::{Factory, TokenFigures},
};

impl Step<'_> {
    /// Folds new reserves.
    pub(in crate::fold) fn v2_sync(
        &mut self,
        pair: &Pair<'_>,
        raw: [U256; 2],
    ) -> Result<(), FoldError> {
        let [reserve0, reserve1] = [0, 1].map(|i| Decimal::from_units(raw[i], pair.decimals[i]));
        // saved before prices are derived, with the locked value from before
        self.change_pool(pair.id(), |pool| {
            pool.state = PoolState::Reserves { reserve0: raw[0], reserve1: raw[1] };
            let figures = &mut pool.figures;
            figures.total_value_locked_token0 = reserve0;
            figures.total_value_locked_token1 = reserve1;
            figures.token0_price = reserve0.safe_div(reserve1);
            figures.token1_price = reserve1.safe_div(reserve0);
        })?;
        let eth = self.v2_eth(pair)?;
        // each from the other's stored price, so both before either is saved
        let derived0 = self.v2_derived(pair.dex, pair.tokens[0], eth)?;
        let derived1 = self.v2_derived(pair.dex, pair.tokens[1], eth)?;

        let prices = [derived0 * eth, derived1 * eth];
        let tracked_eth = tracked::liquidity(pair, [reserve0, reserve1], prices).safe_div(eth);
        let reserve_eth = reserve0 * derived0 + reserve1 * derived1;
        self.change_pool(pair.id(), |pool| {
            pool.figures.tracked_reserve_eth = tracked_eth;
            pool.figures.total_value_locked_eth = reserve_eth;
            pool.figures.total_value_locked_usd = reserve_eth * eth;
        })?;
        self.change::<Factory>(&pair.factory(), |factory| {
            factory.eth_price_usd = eth;
            factory.total_value_locked_eth -= pair.tracked_reserve_eth;
            factory.total_value_locked_eth += tracked_eth;
            factory.total_value_locked_usd = factory.total_value_locked_eth * eth;
        })?;
        let sides = [(reserve0, derived0), (reserve1, derived1)];
        for (i, (key, (reserve, derived))) in pair.token_keys().iter().zip(sides).enumerate() {
            self.change::<TokenFigures>(key, |token| {
                token.total_value_locked -= pair.reserves[i];
                token.total_value_locked += reserve;
                token.derived_eth = derived;
            })?;
        }
        self.v2_sync_candles(pair, [derived0, derived1], eth)
    }
}
