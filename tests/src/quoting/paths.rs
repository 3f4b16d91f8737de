//! The best path of all there are, found by asking the real quoters for every leg of every path.

use alloy_primitives::{Address, U256};
use anyhow::Result;
use domain::amm::{
    Amount,
    tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO},
};

use super::{
    ask::Ask,
    known::Answer,
    scene::{Moment, Scene},
};

/// What looking at everything found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Best {
    /// What comes out at most (exact in), or goes in at least (exact out); none when no path can do it.
    pub amount: Option<U256>,
    /// Legs of that path.
    pub legs: usize,
    /// Paths that reached the end.
    pub paths: usize,
}

/// A path under way: its tokens from where the amount is fixed, and the amount here.
#[derive(Debug, Clone)]
struct Way {
    tokens: Vec<Address>,
    amount: U256,
}

impl Scene {
    /// The best single path of at most so many legs, by the contracts' answers at the moment's block, leg by leg. A path
    /// visits no token twice.
    ///
    /// # Errors
    /// When a quoter says what no quoter says.
    pub async fn best_path(
        &self,
        now: &Moment,
        ends: (Address, Address),
        amount: Amount,
        legs: usize,
    ) -> Result<Best> {
        let exact_in = amount.is_exact_in();
        // exact out is walked from the output
        let (start, goal) = if exact_in { ends } else { (ends.1, ends.0) };
        let mut best = Best::default();
        let mut ways = vec![Way { tokens: vec![start], amount: amount.value() }];
        for leg in 1..=legs {
            let (mut asks, mut nexts) = (Vec::new(), Vec::new());
            for way in &ways {
                for (ask, token) in next_legs(now, way, amount) {
                    if leg < legs || token == goal {
                        asks.push(ask);
                        nexts.push((way, token));
                    }
                }
            }
            let told = self.told(now, &asks).await?;
            let mut longer = Vec::new();
            for ((ask, told), (way, token)) in asks.iter().zip(told).zip(nexts) {
                let Some(amount) = told.ok().and_then(|answer| whole(now, ask, answer)) else {
                    continue;
                };
                if token == goal {
                    best.paths += 1;
                    let is_better = best
                        .amount
                        .is_none_or(|known| if exact_in { amount > known } else { amount < known });
                    if is_better {
                        (best.amount, best.legs) = (Some(amount), leg);
                    }
                    continue;
                }
                let tokens = way.tokens.iter().copied().chain([token]).collect();
                longer.push(Way { tokens, amount });
            }
            ways = longer;
        }
        Ok(best)
    }
}

/// The legs that lead on, with the token that each leads to.
fn next_legs(now: &Moment, way: &Way, like: Amount) -> Vec<(Ask, Address)> {
    let Some(here) = way.tokens.last().copied() else { return Vec::new() };
    let mut legs = Vec::new();
    for (place, known) in now.pools.iter().enumerate() {
        let (zero, one) = (known.pool.token0, known.pool.token1);
        let token = match here {
            _ if here == zero => one,
            _ if here == one => zero,
            _ => continue,
        };
        // V4's quoter takes no more
        if !way.tokens.contains(&token) && way.amount.bit_len() < 128 {
            let zero_for_one = (here == zero) == like.is_exact_in();
            legs.push((Ask::new(place, zero_for_one, like.with(way.amount)), token));
        }
    }
    legs
}

/// The amount that a leg leads on with; none when the pool took only a part, or gives nothing.
fn whole(now: &Moment, ask: &Ask, answer: Answer) -> Option<U256> {
    let ends = [MIN_SQRT_RATIO + U256::ONE, MAX_SQRT_RATIO - U256::ONE];
    let partly = now.pools[ask.pool].is_v3()
        && answer.sqrt_price_x96.is_some_and(|price| ends.contains(&price));
    (!partly && !answer.amount.is_zero()).then_some(answer.amount)
}
