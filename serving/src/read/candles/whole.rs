//! All candles of a span, ascending, part by part.

use api_kit::{page::PageSize, problem::Problem};
use domain::candle::{Candle, Resolution, Subject, fill};
use store::CandleQuery;

use super::{super::as_of::At, Span};

/// Which candles of a span.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted {
    /// As many of the newest as it says.
    Newest(Span),
    /// All of them.
    All(Span),
}

impl Wanted {
    const fn span(&self) -> &Span {
        match self {
            Self::Newest(span) | Self::All(span) => span,
        }
    }

    /// How long each is.
    pub(crate) const fn resolution(&self) -> Resolution {
        self.span().resolution
    }

    /// Where what follows a candle begins, in Unix seconds.
    pub(crate) const fn next(&self, candle: &Candle) -> u64 {
        self.span().resolution.next(candle.start)
    }

    /// A part of them that begins at or after a time, and whether more follow.
    pub(crate) async fn read(
        &self,
        at: &At,
        subject: Subject,
        from: Option<u64>,
        size: PageSize,
    ) -> Result<(Vec<Candle>, bool), Problem> {
        match self {
            Self::Newest(span) => Ok((span.read_at(at, subject).await?, false)),
            Self::All(span) => span.part(at, subject, from, size).await,
        }
    }
}

impl Span {
    async fn part(
        &self,
        at: &At,
        subject: Subject,
        from: Option<u64>,
        size: PageSize,
    ) -> Result<(Vec<Candle>, bool), Problem> {
        let Self { resolution, .. } = *self;
        let snapshot = at.snapshot();
        let now = snapshot.block().timestamp.saturating_add(1);
        let open = at.named_block().map(|block| resolution.start(block.timestamp));
        let to = self.to.unwrap_or(now).min(open.unwrap_or(now)).min(now);
        let query = |from, to, limit| CandleQuery { subject, resolution, from, to, limit };
        if !self.fill {
            let query = query(from.unwrap_or(self.from), to, size.limit());
            let mut candles = snapshot.candles_onward(&query).await?;
            let more = size.cut(&mut candles);
            return Ok((candles, more));
        }
        let begin = resolution.start_from(from.unwrap_or(self.from));
        let before = snapshot.candles(&query(0, begin.min(to), 1)).await?.pop();
        // before its first candle nothing is known that could be carried on
        let begin = match &before {
            Some(_) => Some(begin),
            None => {
                let first = snapshot.candles_onward(&query(begin, to, 1)).await?;
                first.first().map(|first| first.start)
            }
        };
        let Some(begin) = begin.filter(|begin| *begin < to) else { return Ok((Vec::new(), false)) };
        let length = resolution.seconds().saturating_mul(size.rows().into());
        let end = resolution.start(begin.saturating_add(length)).min(to);
        let found = snapshot.candles_onward(&query(begin, end, size.limit())).await?;
        let filled = fill(found, before.as_ref(), resolution, (begin, end));
        Ok((filled, end < to))
    }
}
