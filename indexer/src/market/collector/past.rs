//! What feeds said in the past, asked for today.

use domain::market::{Asset, Feed, Observation, door};
use market::Said;
use store::StoreError;

use super::{Collector, Parts};

impl Collector {
    /// Stores values of the past of a feed of a token; those that cannot be are counted and left out. How many were
    /// refused, and how many are new. What the feed says now is not touched.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn past_observations(
        &self,
        asset: Asset,
        feed: &Feed,
        said: &[Said],
    ) -> Result<(u64, u64), StoreError> {
        let Parts { book, rules, market, clock, .. } = &self.0.parts;
        let Some((token, quote)) = book.hearing(feed).find(|(token, _)| token.asset == asset)
        else {
            return Ok((0, 0));
        };
        let (now, mut good, mut refused) = (clock.now(), Vec::with_capacity(said.len()), 0);
        for one in said {
            let observation = Observation {
                asset,
                quote,
                value: one.value,
                feed: feed.clone(),
                source_time: one.time,
                fetched_at: now,
                confidence: one.confidence,
                liquidity: one.liquidity,
                raw: one.raw,
            };
            let judged = door::identity(
                (one.symbol.as_deref(), one.decimals),
                (Some(&token.symbol), token.decimals),
            );
            // its past is not held against what it says now
            match judged.and_then(|()| door::check(&observation, None, &[], now, rules)) {
                Ok(_) => good.push(observation),
                Err(reason) => {
                    self.tell(token, feed, one, reason);
                    refused += 1;
                }
            }
        }
        Ok((refused, market.put_observations(&good).await?))
    }
}
