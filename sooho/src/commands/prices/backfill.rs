//! `sooho prices backfill`.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use domain::{
    candle::Resolution,
    iso,
    market::{Source, Span},
};
use indexer::market::{
    backfill::{BackfillError, Filled, Moved, Wanted},
    book::Token,
};
use indicatif::{ProgressBar, ProgressStyle};
use observe::Shutdown;

use super::BackfillArgs;
use crate::{
    error::Error,
    prices::{Market, span},
};

/// How often the log says how far it is, where no bar shows it.
const SAY: Duration = Duration::from_secs(10);

#[expect(clippy::print_stdout, reason = "the answer of a command")]
pub(super) async fn run(
    market: &Market<'_>,
    args: &BackfillArgs,
    shutdown: &Shutdown,
) -> Result<(), Error> {
    let token = market.token(&args.token, args.chain.as_deref())?;
    let span = span(args.from, args.to)?;
    let asked = Asked { source: args.source, resolution: args.resolution, sheets: args.sheets };
    let filled = fill(market, token, asked, span, shutdown).await?;
    println!("{}", sentence(token, args.resolution, &filled));
    Ok(())
}

/// How candles are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// This source only.
    pub(super) source: Option<Source>,
    /// Their length.
    pub(super) resolution: Resolution,
    /// Whether the sheets of those that are there are made again.
    pub(super) sheets: bool,
}

/// What a backfill did.
pub(super) fn sentence(token: &Token, resolution: Resolution, filled: &Filled) -> String {
    let Filled { new, changed, values, refused, pages, sheets } = filled;
    let what = match values {
        None => format!("{new} new candles of {resolution}, {changed} changed"),
        Some(values) => format!("{values} new values (its sources have no such candles)"),
    };
    let mut text =
        format!("{}: {what}, in {pages} answers; {sheets} new price sheets", token.symbol);
    if *sheets == 0 && new + values.unwrap_or_default() > 0 {
        text += " (known prices stay; a pair that is counted in another token needs the candles of that one, too)";
    }
    if *refused > 0 {
        text += &format!(
            "; {refused} were refused and stay missing (with log.filter \"debug\" the log says why)"
        );
    }
    text
}

/// Fills what is missing, with a bar.
pub(super) async fn fill(
    market: &Market<'_>,
    token: &Token,
    Asked { source, resolution, sheets }: Asked,
    span: Span,
    shutdown: &Shutdown,
) -> Result<Filled, Error> {
    let mut sellers = market.sellers(token);
    sellers.retain(|seller| source.is_none_or(|source| seller.feed.source == source));
    let wanted = Wanted { asset: token.asset, resolution, span, sellers };
    if sheets {
        market.collector.want_sheets(&wanted).await?;
    }
    let shown = Shown::new(token);
    let tell = |moved| shown.tell(moved);
    let outcome = tokio::select! {
        () = shutdown.cancelled() => None,
        outcome = market.collector.backfill(&wanted, &tell) => Some(outcome),
    };
    shown.bar.finish_and_clear();
    match outcome {
        Some(Ok(filled)) => Ok(filled),
        Some(Err(BackfillError::Store(error))) => Err(error.into()),
        Some(Err(error @ BackfillError::NotServed(_))) => {
            Err(Error::Invalid(format!("{}: {error}", token.symbol)))
        }
        Some(Err(error)) => Err(Error::Service {
            service: "prices backfill",
            reason: format!(
                "{}: {error}; what came is stored, run the same command again",
                token.symbol
            ),
        }),
        None => {
            let Span { from, to } = span;
            let (from, to) = (iso::format(from), iso::format(to));
            let reason = format!(
                "interrupted: {} of {} to {} is not complete{}; run the same command again",
                token.symbol,
                from,
                to,
                shown.how_far()
            );
            Err(Error::Service { service: "prices backfill", reason })
        }
    }
}

/// A bar on a terminal; without one, a line of the log now and then.
struct Shown {
    bar: ProgressBar,
    token: String,
    last: Mutex<(Option<Instant>, Option<Moved>)>,
}

impl Shown {
    fn new(token: &Token) -> Self {
        let style = "{prefix} [{bar:40}] {percent} % of what is missing, {eta} left, {msg}";
        let style =
            ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::no_length().with_style(style).with_prefix(token.symbol.clone());
        Self { bar, token: token.symbol.clone(), last: Mutex::default() }
    }

    fn tell(&self, moved: Moved) {
        let Moved { source, answered, missing, new } = moved;
        self.bar.set_length(missing);
        self.bar.set_position(answered);
        self.bar.set_message(format!("{new} candles of {source}"));
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        last.1 = Some(moved);
        let due = last.0.is_none_or(|said| said.elapsed() >= SAY);
        if self.bar.is_hidden() && due {
            last.0 = Some(Instant::now());
            let (of, minutes) = (missing / 60_000, answered / 60_000);
            tracing::info!(token = self.token, %source, minutes, of, candles = new, "fetching candles");
        }
    }

    fn how_far(&self) -> String {
        let last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        last.1.map_or_else(String::new, |Moved { answered, missing, source, .. }| {
            let (done, of) = (answered / 60_000, missing / 60_000);
            format!(" ({source} answered for {done} of {of} missing minutes)")
        })
    }
}
