//! Candles of the past: what is missing of a span is asked for, page by page, and nothing else.
//!
//! Sources are asked by rank: the first for all that it has not answered for, each further one for what no other has. What
//! is stored is known by the store, so whoever is interrupted starts again, and asks for the rest.

use std::{sync::Arc, time::Duration};

use domain::{
    candle::Resolution,
    market::{Asset, Feed, Millis, Source, Span, gaps},
};
use market::{MarketError, PriceSource, Series};
use store::{
    StoreError,
    market::{BarQuery, BarSeries},
};

use super::collector::Collector;

/// Tries of one page.
const TRIES: u32 = 5;
/// Before the second one; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// A source that wants to be left alone for longer is left.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Who is asked for a token's candles.
#[derive(Debug, Clone)]
pub struct Seller {
    /// Whom.
    pub asked: Arc<dyn PriceSource>,
    /// The feed.
    pub feed: Feed,
}

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The token.
    pub asset: Asset,
    /// Length of the candles.
    pub resolution: Resolution,
    /// Candles that begin in it.
    pub span: Span,
    /// Who may be asked, by rank.
    pub sellers: Vec<Seller>,
}

/// How far a backfill is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Who is asked.
    pub source: Source,
    /// How much time was answered for, in milliseconds.
    pub answered: Millis,
    /// Of so much that was missing of this source.
    pub missing: Millis,
    /// Candles that are new.
    pub new: u64,
}

/// What a backfill did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filled {
    /// Candles that are new.
    pub new: u64,
    /// Candles that say something else than before.
    pub changed: u64,
    /// Candles that were refused, which stay missing.
    pub refused: u64,
    /// Pages that were asked for.
    pub pages: u64,
    /// Documents with sheets of the past that were made of candles.
    pub sheets: u64,
}

/// Why it was not made.
#[derive(Debug, thiserror::Error)]
pub enum BackfillError {
    /// From the store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// From a source.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// Nobody has such candles.
    #[error(
        "none of its sources serves candles of {0}: give it a feed of one that does, or another --resolution"
    )]
    NotServed(Resolution),
    /// A source that answers and does not move on.
    #[error("{0} gives the same page again and again")]
    Endless(Source),
}

impl Collector {
    /// Fills what is missing, and makes the sheets of it. May be dropped at any time, and made again: it goes on where it
    /// was.
    ///
    /// # Errors
    /// [`BackfillError`]: of a source that fails the first fault, after the others were asked.
    pub async fn backfill(
        &self,
        wanted: &Wanted,
        tell: &(dyn Fn(Moved) + Sync),
    ) -> Result<Filled, BackfillError> {
        let filled = self.fill(wanted, tell).await;
        if matches!(filled, Err(BackfillError::Store(_) | BackfillError::NotServed(_))) {
            return filled;
        }
        // of what came, whoever failed
        let feeds = wanted.sellers.iter().map(|seller| seller.feed.clone()).collect();
        let sheets = self.past_sheets(&[(wanted.asset, feeds)], wanted.resolution).await?;
        filled.map(|filled| Filled { sheets, ..filled })
    }

    /// The same without sheets, for who makes those of several tokens together: [`Collector::past_sheets`].
    ///
    /// # Errors
    /// Like [`Collector::backfill`].
    pub async fn fill(
        &self,
        wanted: &Wanted,
        tell: &(dyn Fn(Moved) + Sync),
    ) -> Result<Filled, BackfillError> {
        let Wanted { resolution, sellers, .. } = wanted;
        let serves = |seller: &&Seller| seller.asked.resolutions().contains(resolution);
        let mut sellers: Vec<&Seller> = sellers.iter().filter(serves).collect();
        sellers.sort_by_key(|seller| seller.feed.clone());
        if sellers.is_empty() {
            return Err(BackfillError::NotServed(*resolution));
        }
        let (mut filled, mut first_fault) = (Filled::default(), None);
        for (rank, seller) in sellers.into_iter().enumerate() {
            match self.fill_from(wanted, seller, rank == 0, &mut filled, tell).await {
                Ok(()) => {}
                Err(BackfillError::Store(error)) => return Err(error.into()),
                Err(error) => {
                    first_fault.get_or_insert(error);
                }
            }
        }
        first_fault.map_or(Ok(filled), Err)
    }

    /// What is missing of a series of one feed, up to now.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn gaps(
        &self,
        asset: Asset,
        feed: &Feed,
        resolution: Resolution,
        span: Span,
    ) -> Result<Vec<Span>, StoreError> {
        let span = self.past(resolution, span);
        let series = BarSeries { asset, feed: feed.clone(), resolution };
        self.market().reader().bar_gaps(&series, span).await
    }

    /// The part of a span whose periods are over.
    fn past(&self, resolution: Resolution, span: Span) -> Span {
        // sources say a candle some seconds after it is over
        let now = self.now().saturating_sub(MARGIN);
        Span { to: span.to.min(gaps::start_of(resolution, now)), ..span }
    }

    /// Before this, a candle that a source does not have will not come any more.
    fn settled(&self, resolution: Resolution) -> Millis {
        gaps::start_of(resolution, self.now().saturating_sub(LATEST))
    }

    async fn fill_from(
        &self,
        wanted: &Wanted,
        seller: &Seller,
        is_first: bool,
        filled: &mut Filled,
        tell: &(dyn Fn(Moved) + Sync),
    ) -> Result<(), BackfillError> {
        let Wanted { asset, resolution, span, .. } = wanted;
        let missing = if is_first {
            self.gaps(*asset, &seller.feed, *resolution, *span).await?
        } else {
            self.gaps_of_all(wanted, &seller.feed).await?
        };
        let source = seller.feed.source;
        let total = missing.iter().map(|gap| gap.to - gap.from).sum();
        let mut moved = Moved { source, answered: 0, missing: total, new: 0 };
        tell(moved);
        for gap in missing {
            let (mut from, mut noted) = (gap.from, false);
            while from < gap.to {
                let Series { bars, until } =
                    self.page(seller, *resolution, Span { from, to: gap.to }).await?;
                filled.pages += 1;
                let until = until.min(gap.to);
                if until <= from {
                    return Err(BackfillError::Endless(source));
                }
                let series =
                    BarSeries { asset: *asset, feed: seller.feed.clone(), resolution: *resolution };
                if !noted && !bars.is_empty() {
                    // before the candles: who is killed behind them knows what is left to do
                    self.market().mark_due(&series, Span { from, to: gap.to }).await?;
                    noted = true;
                }
                let (refused, put) = self.bars(*asset, &seller.feed, *resolution, &bars).await?;
                filled.new += put.new;
                filled.changed += put.changed;
                filled.refused += u64::try_from(refused.len()).unwrap_or(u64::MAX);
                // after the candles: what is noted as answered is not asked again
                let answered = Span { from, to: until.min(self.settled(*resolution)) };
                for span in without(answered, &refused, *resolution) {
                    self.market().mark_answered(&series, span).await?;
                }
                moved.answered += until - from;
                moved.new += put.new;
                tell(moved);
                from = until;
            }
        }
        Ok(())
    }

    /// What nobody has, and this feed was not asked for.
    async fn gaps_of_all(&self, wanted: &Wanted, feed: &Feed) -> Result<Vec<Span>, StoreError> {
        let (asset, resolution) = (wanted.asset, wanted.resolution);
        let span = self.past(resolution, wanted.span);
        let reader = self.market().reader();
        let Span { from, to } = span;
        let query = BarQuery { asset, resolution, from, to, feed: None, limit: u32::MAX };
        let starts: Vec<Millis> =
            reader.bars(&query).await?.into_iter().map(|bar| bar.bar.start).collect();
        let answered =
            reader.answered(&BarSeries { asset, feed: feed.clone(), resolution }).await?;
        Ok(gaps::gaps(span, resolution, &starts, &answered))
    }

    /// One page, with patience.
    async fn page(
        &self,
        seller: &Seller,
        resolution: Resolution,
        Span { from, to }: Span,
    ) -> Result<Series, MarketError> {
        let mut tries = 0;
        loop {
            let error = match seller.asked.bars(&seller.feed.id, resolution, from, to).await {
                Ok(series) => return Ok(series),
                Err(error) => error,
            };
            tries += 1;
            let pause = match &error {
                MarketError::Wait { wait, .. } => *wait,
                _ => FIRST_PAUSE * 2_u32.pow(tries - 1),
            };
            if !error.is_transient() || tries >= TRIES || pause > LONGEST_WAIT {
                return Err(error);
            }
            tracing::info!(%error, seconds = pause.as_secs(), "candles are asked for again after a while");
            self.clock().sleep(pause).await;
        }
    }
}

/// A candle is asked for so long after its end, in milliseconds.
const MARGIN: Millis = 10_000;
/// A candle may come so long after its end, in milliseconds: until then, that there is none is no answer.
const LATEST: Millis = 3_600_000;

/// A span without the periods that begin at these times.
fn without(span: Span, starts: &[Millis], resolution: Resolution) -> Vec<Span> {
    let mut starts: Vec<Millis> = starts.to_vec();
    starts.sort_unstable();
    let (mut spans, mut from) = (Vec::new(), span.from);
    for start in starts.into_iter().filter(|start| span.contains(*start)) {
        spans.push(Span { from, to: start });
        from = gaps::next_after(resolution, gaps::start_of(resolution, start));
    }
    spans.push(Span { from, to: span.to });
    spans.retain(|span| !span.is_empty());
    spans
}

#[cfg(test)]
mod tests;
