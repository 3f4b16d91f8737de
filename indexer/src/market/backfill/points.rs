//! The past of sources that keep single values and no candles: rounds of Chainlink, points of `DefiLlama` and `CoinGecko`.
//!
//! They are stored as what they are, observations of their own time, and sheets are made of them as of closes.

use domain::market::{Span, gaps};
use futures::{
    FutureExt as _,
    future::{BoxFuture, ready},
};
use market::{MarketError, Points};
use store::market::BarSeries;

use super::{BackfillError, Filled, Moved, Seller, Wanted};
use crate::market::collector::Collector;

impl Collector {
    /// All of the span that this feed has not answered for.
    pub(super) async fn points_from(
        &self,
        wanted: &Wanted,
        seller: &Seller,
        (filled, noted_all): (&mut Filled, &mut Vec<Span>),
        tell: &(dyn Fn(Moved) + Sync),
    ) -> Result<(), BackfillError> {
        let Wanted { asset, resolution, .. } = *wanted;
        let (feed, source) = (&seller.feed, seller.feed.source);
        let series = BarSeries { asset, feed: feed.clone(), resolution };
        let answered = self.market().reader().answered(&series).await?;
        let missing = gaps::gaps(self.past(resolution, wanted.span), resolution, &[], &answered);
        let total = missing.iter().map(|gap| gap.to - gap.from).sum();
        let mut moved = Moved { source, answered: 0, missing: total, new: 0 };
        let values = filled.values.get_or_insert_default();
        tell(moved);
        for gap in missing {
            let (mut from, mut noted) = (gap.from, false);
            while from < gap.to {
                let Points { said, until } =
                    self.patiently(|| points(seller, Span { from, to: gap.to })).await?;
                filled.pages += 1;
                let until = until.min(gap.to);
                if until <= from {
                    // up to here is all that there is yet
                    break;
                }
                if !noted && !said.is_empty() {
                    // before the values: who is killed behind them knows what is left to do
                    let span = Span { from, to: gap.to };
                    self.market().mark_due(&series, span).await?;
                    noted_all.push(span);
                    noted = true;
                }
                let (refused, new) = self.past_observations(asset, feed, &said).await?;
                *values += new;
                filled.refused += refused;
                // after the values: what is noted as answered is not asked again
                let answered = Span { from, to: until.min(self.settled(resolution)) };
                self.market().mark_answered(&series, answered).await?;
                moved.answered += until - from;
                moved.new += new;
                tell(moved);
                from = until;
            }
        }
        Ok(())
    }
}

/// One page. Who is asked here keeps points.
fn points(seller: &Seller, Span { from, to }: Span) -> BoxFuture<'_, Result<Points, MarketError>> {
    let page = seller.asked.points(&seller.feed.id, from, to);
    page.unwrap_or_else(|| ready(Ok(Points { said: Vec::new(), until: to })).boxed())
}
