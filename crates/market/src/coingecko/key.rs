//! `/key`: what the plan allows.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::Deserialize;

use super::CoinGecko;
use crate::{
    client::Call,
    error::MarketError,
    json::{self, Number},
};

/// Between two questions for what is left: others may use the same key.
const AGAIN: Duration = Duration::from_secs(3_600);

/// What is known of the plan of a paid key.
#[derive(Debug, Default)]
pub(super) struct Plan(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// When it is asked for again, by the uptime.
    next: Duration,
    /// Calls left in this month when it was asked for last.
    left: Option<u64>,
}

impl Plan {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the plan of a key allows and what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Calls per minute.
    pub per_minute: u32,
    /// Calls left in this month.
    pub left_this_month: Option<u64>,
}

#[derive(Deserialize)]
struct Told<'a> {
    #[serde(borrow)]
    rate_limit_request_per_minute: Number<'a>,
    #[serde(borrow, default)]
    current_remaining_monthly_calls: Option<Number<'a>>,
}

impl CoinGecko {
    /// Before any other call: asks once an hour what the plan of a paid key allows, and keeps to it. Keys without a paid
    /// plan are not told; who cannot be told asks as before.
    ///
    /// # Errors
    /// [`MarketError::Wait`] while the calls of the month are used up.
    pub(super) async fn keep_to_plan(&self) -> Result<(), MarketError> {
        let now = self.http.clock().uptime();
        let due = {
            let mut known = self.plan.lock();
            let due = self.paid && now >= known.next;
            if due {
                known.next = now + AGAIN;
            }
            due
        };
        if due {
            match self.learn_budget(self.per_minute).await {
                Ok(budget) => self.plan.lock().left = budget.left_this_month,
                Err(error) => tracing::debug!(%error, "the plan of the key is not known"),
            }
        }
        let known = self.plan.lock();
        if known.left == Some(0) {
            let (source_name, wait) = (self.http.source(), known.next.saturating_sub(now));
            let why = "the calls of the key's plan are used up for this month".to_owned();
            return Err(MarketError::Wait { source_name, wait, why });
        }
        Ok(())
    }

    /// Asks what the key's plan allows, and keeps to it from now on, unless a rate is configured that is lower.
    ///
    /// # Errors
    /// [`MarketError`]; the rate stays then as it was.
    pub async fn learn_budget(&self, configured: Option<u32>) -> Result<Budget, MarketError> {
        let answer = self.http.get(&Call::new("key")).await?;
        let plan: Told<'_> = json::read(self.http.source(), &answer.body)?;
        let rate = plan.rate_limit_request_per_minute.whole().ok();
        let per_minute = rate.and_then(|rate| u32::try_from(rate).ok()).filter(|rate| *rate > 0);
        let per_minute = per_minute.ok_or_else(|| self.http.odd("a rate that is none"))?;
        let left = plan.current_remaining_monthly_calls.and_then(|left| left.whole().ok());
        if let Some(left) = left {
            self.http.calls_left(left);
        }
        self.http.set_per_minute(configured.map_or(per_minute, |own| own.min(per_minute)));
        Ok(Budget { per_minute, left_this_month: left })
    }
}
