//! The past: what is missing of a span is asked for, page by page, and nothing else.
//!
//! Sources of candles are asked by rank: the first for all that it has not answered for, each further one for what no other
//! has. Where none of them has such candles, those that keep single values are asked for these (`points`). What is
//! stored is known by the store, so whoever is interrupted starts again, and asks for the rest.

use std::{sync::Arc, time::Duration};

use domain::{
    candle::Resolution,
    market::{Asset, Feed, Millis, Source, Span, gaps},
};
use futures::future::BoxFuture;
use market::{MarketError, PriceSource, Series};
use store::{
    StoreError,
    market::{BarQuery, BarSeries},
};

use super::collector::{Collector, UNREADABLE};

mod points;

/// Tries of one page.
const TRIES: u32 = 5;
/// Before the second one; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// A source that wants to be left alone for longer is left.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Candles in a row that cannot be read and are stepped over: of more it is the source that cannot be read.
const SKIPPED: u32 = 3;

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

/// Who is asked for candles of a length: those that have some, else those that keep single values. By rank.
#[must_use]
pub fn asked(sellers: &[Seller], resolution: Resolution) -> Vec<&Seller> {
    let serves = |seller: &&Seller| seller.asked.resolutions().contains(&resolution);
    let mut asked: Vec<&Seller> = sellers.iter().filter(serves).collect();
    if asked.is_empty() {
        asked = sellers.iter().filter(|seller| seller.keeps_points()).collect();
    }
    asked.sort_by_key(|seller| seller.feed.clone());
    asked
}

impl Seller {
    /// Whether it keeps single values of the past. Nothing is asked.
    fn keeps_points(&self) -> bool {
        self.asked.points(&self.feed.id, 0, 0).is_some()
    }
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
    /// Candles that are new, or single values.
    pub new: u64,
}

/// What a backfill did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filled {
    /// Candles that are new.
    pub new: u64,
    /// Candles that say something else than before.
    pub changed: u64,
    /// Single values that are new, of sources without such candles; `None` where candles were asked for.
    pub values: Option<u64>,
    /// Candles that were refused, which stay missing; or values.
    pub refused: u64,
    /// Pages that were asked for.
    pub pages: u64,
    /// Sheets of the past that are new: times of which a price is known now, or a better one.
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
        "none of the sources that may be asked serves candles of {0}, or values of the past: give the token a feed of one that \
         does (binance, coinbase, defillama, coingecko, chainlink), or take another --source or --resolution"
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

    /// Notes that the sheets of what is stored of a span are to be made again: those of candles from before there were
    /// sheets have none. The next backfill makes them.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn want_sheets(&self, wanted: &Wanted) -> Result<(), StoreError> {
        let Wanted { asset, resolution, span, .. } = *wanted;
        for seller in &wanted.sellers {
            let series = BarSeries { asset, feed: seller.feed.clone(), resolution };
            self.market().mark_due(&series, self.past(resolution, span)).await?;
        }
        Ok(())
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
        let sellers = asked(&wanted.sellers, wanted.resolution);
        if sellers.is_empty() {
            return Err(BackfillError::NotServed(wanted.resolution));
        }
        let (mut filled, mut first_fault) = (Filled::default(), None);
        for (rank, seller) in sellers.into_iter().enumerate() {
            let mut noted = Vec::new();
            let done = if seller.asked.resolutions().contains(&wanted.resolution) {
                self.fill_from(wanted, seller, rank == 0, (&mut filled, &mut noted), tell).await
            } else {
                self.points_from(wanted, seller, (&mut filled, &mut noted), tell).await
            };
            // who made sheets of this time meanwhile has not seen all of it, and may have taken the note away
            let Wanted { asset, resolution, .. } = *wanted;
            let series = BarSeries { asset, feed: seller.feed.clone(), resolution };
            for span in gaps::united(&noted) {
                self.market().mark_due(&series, span).await?;
            }
            match done {
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
        (filled, noted_all): (&mut Filled, &mut Vec<Span>),
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
        let mut skipped = 0;
        tell(moved);
        for gap in missing {
            let (mut from, mut noted) = (gap.from, false);
            while from < gap.to {
                let asked = self.page(seller, *resolution, Span { from, to: gap.to }).await;
                let next = gaps::next_after(*resolution, from);
                let Series { bars, until } = match asked {
                    // one candle that cannot be read must not hide all that follow it; it stays missing
                    Err(error @ MarketError::Odd { .. }) if skipped < SKIPPED => {
                        self.metrics().refused(source, UNREADABLE);
                        tracing::warn!(%error, start = from, "a candle cannot be read; those behind it are asked for");
                        (from, skipped, filled.refused) = (next, skipped + 1, filled.refused + 1);
                        continue;
                    }
                    asked => asked?,
                };
                skipped = 0;
                filled.pages += 1;
                let until = until.min(gap.to);
                if until <= from {
                    return Err(BackfillError::Endless(source));
                }
                let series =
                    BarSeries { asset: *asset, feed: seller.feed.clone(), resolution: *resolution };
                if !noted && !bars.is_empty() {
                    // before the candles: who is killed behind them knows what is left to do
                    let span = Span { from, to: gap.to };
                    self.market().mark_due(&series, span).await?;
                    noted_all.push(span);
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

    /// One page of candles.
    async fn page(
        &self,
        seller: &Seller,
        resolution: Resolution,
        Span { from, to }: Span,
    ) -> Result<Series, MarketError> {
        self.patiently(|| seller.asked.bars(&seller.feed.id, resolution, from, to)).await
    }

    /// One page of whatever, with patience.
    async fn patiently<'a, T>(
        &self,
        ask: impl Fn() -> BoxFuture<'a, Result<T, MarketError>>,
    ) -> Result<T, MarketError> {
        let mut tries = 0;
        loop {
            let error = match ask().await {
                Ok(page) => return Ok(page),
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
            tracing::info!(%error, seconds = pause.as_secs(), "the past is asked for again after a while");
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
