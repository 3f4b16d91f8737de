//! `/key`: what the plan allows.

use serde::Deserialize;

use super::CoinGecko;
use crate::{
    client::Call,
    error::MarketError,
    json::{self, Number},
};

/// What the plan of a key allows and what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Calls per minute.
    pub per_minute: u32,
    /// Calls left in this month.
    pub left_this_month: Option<u64>,
}

#[derive(Deserialize)]
struct Plan<'a> {
    #[serde(borrow)]
    rate_limit_request_per_minute: Number<'a>,
    #[serde(borrow, default)]
    current_remaining_monthly_calls: Option<Number<'a>>,
}

impl CoinGecko {
    /// Asks what the key's plan allows, and keeps to it from now on, unless a rate is configured that is lower.
    ///
    /// # Errors
    /// [`MarketError`]; the rate stays then as it was.
    pub async fn learn_budget(&self, configured: Option<u32>) -> Result<Budget, MarketError> {
        let answer = self.http.get(&Call::new("key")).await?;
        let plan: Plan<'_> = json::read(self.http.source(), &answer.body)?;
        let rate = plan.rate_limit_request_per_minute.whole().ok();
        let per_minute = rate.and_then(|rate| u32::try_from(rate).ok()).filter(|rate| *rate > 0);
        let per_minute = per_minute.ok_or_else(|| self.http.odd("a rate that is none"))?;
        let left = plan.current_remaining_monthly_calls.and_then(|left| left.whole().ok());
        self.http.set_per_minute(configured.map_or(per_minute, |own| own.min(per_minute)));
        Ok(Budget { per_minute, left_this_month: left })
    }
}
