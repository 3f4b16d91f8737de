//! What a swap was worth.

use alloy_primitives::U256;
use async_graphql::SimpleObject;
use domain::{decimal::Decimal, entity::Token, market::Millis};

use super::{
    millis::UnixMillis,
    price::{MarketPrice, PriceStatus, USD},
};

/// What a swap was worth on the market, by the prices of its block's time as they were known then; of a time from before
/// prices were collected, as they became known first. A later correction does not change it; it shows where corrections
/// are asked for.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct SwapUsd {
    /// The value of what was swapped, exact: that of the token with the better price, of two that are equally good the
    /// mean of both; null where neither has one.
    pub value: Option<String>,
    /// In what: always `USD`.
    pub currency: &'static str,
    /// What moved of token0 at its price.
    pub amount0: Option<String>,
    /// What moved of token1 at its price.
    pub amount1: Option<String>,
    /// How far to trust the value: that of the better price.
    pub status: PriceStatus,
    /// The block's time.
    pub at: UnixMillis,
    /// The price of token0 then.
    pub price0: MarketPrice,
    /// The price of token1 then.
    pub price1: MarketPrice,
}

/// Decimals of the native currency, which no contract tells.
const NATIVE_DECIMALS: u8 = 18;

/// What moved of a token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moved<'a> {
    /// In smallest units.
    pub(crate) amount: U256,
    /// The token.
    pub(crate) token: &'a Token,
}

impl Moved<'_> {
    /// `None` without a price, or where nobody knows what a whole token is.
    fn worth(self, price: &MarketPrice) -> Option<Decimal> {
        let price: Decimal = price.value.as_ref()?.parse().ok()?;
        let native = self.token.address.is_zero().then_some(NATIVE_DECIMALS);
        let decimals = self.token.decimals.or(native)?;
        Some(Decimal::from_units(self.amount, decimals) * price)
    }
}

impl SwapUsd {
    /// The worth of what moved.
    pub(crate) fn new(moved: [Moved<'_>; 2], prices: [MarketPrice; 2], at: Millis) -> Self {
        let [price0, price1] = prices;
        let [amount0, amount1] = [moved[0].worth(&price0), moved[1].worth(&price1)];
        let (value, status) = match (amount0, amount1) {
            (Some(one), Some(other)) if price0.status == price1.status => {
                (Some((one + other) * Decimal::from_parts(5, -1)), price0.status)
            }
            (Some(one), other) if other.is_none() || price0.status < price1.status => {
                (Some(one), price0.status)
            }
            (_, Some(other)) => (Some(other), price1.status),
            _ => (None, PriceStatus::None),
        };
        let text = |value: Option<Decimal>| value.map(|value| value.to_string());
        Self {
            value: text(value),
            currency: USD,
            amount0: text(amount0),
            amount1: text(amount1),
            status,
            at: UnixMillis(at),
            price0,
            price1,
        }
    }
}
