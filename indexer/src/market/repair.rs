//! Gaps of the last days, found and filled by the clock.

use domain::{
    candle::Resolution,
    market::{Asset, Millis, Span},
};
use futures::{FutureExt as _, future::BoxFuture};
use store::market::Outcome;

use super::{
    backfill::{BackfillError, Seller, Wanted},
    collector::Collector,
    jobs::{Report, Work},
};

/// Fills the last days of all tokens that somebody has candles of.
#[derive(Debug)]
pub struct Repair {
    /// The collector.
    pub collector: Collector,
    /// The tokens, and who may be asked for each.
    pub tokens: Vec<(Asset, Vec<Seller>)>,
    /// Length of the candles.
    pub resolution: Resolution,
    /// How far it looks back, in milliseconds.
    pub back: Millis,
}

impl Repair {
    async fn repair(&self) -> Report {
        let now = self.collector.now();
        let span = Span { from: now.saturating_sub(self.back), to: now };
        let (mut new, mut filled, mut fault) = (0, 0, None);
        for (asset, sellers) in &self.tokens {
            let (asset, resolution, sellers) = (*asset, self.resolution, sellers.clone());
            let wanted = Wanted { asset, resolution, span, sellers };
            match self.collector.fill(&wanted, &|_| {}).await {
                Ok(done) => {
                    new += done.new;
                    filled += 1;
                }
                // it has no candles: nothing to repair
                Err(BackfillError::NotServed(_)) => filled += 1,
                Err(error) => {
                    fault.get_or_insert_with(|| error.to_string());
                }
            }
        }
        // of all of them at once: each pass reads what stands there
        let of = |(asset, sellers): &(Asset, Vec<Seller>)| {
            (*asset, sellers.iter().map(|seller| seller.feed.clone()).collect())
        };
        let of: Vec<_> = self.tokens.iter().map(of).collect();
        if let Err(error) = self.collector.past_sheets(&of, self.resolution).await {
            fault.get_or_insert_with(|| error.to_string());
        }
        let outcome = match (filled, &fault) {
            (_, None) => Outcome::Done,
            (0, Some(_)) => Outcome::Failed,
            (_, Some(_)) => Outcome::Partly,
        };
        let mut detail = format!("{new} new candles, {filled} of {} tokens", self.tokens.len());
        if let Some(fault) = fault {
            detail = format!("{detail}; {fault}");
        }
        Report { outcome, detail }
    }
}

impl Work for Repair {
    fn run(&self) -> BoxFuture<'_, Report> {
        self.repair().boxed()
    }
}
