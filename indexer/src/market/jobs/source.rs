//! The job of a source: ask for all feeds, judge, store, make the sheet.

use std::sync::Arc;

use domain::market::Source;
use futures::{
    FutureExt as _,
    future::{BoxFuture, join_all},
};
use market::{MarketError, PriceSource, Said};
use store::market::Outcome;

use super::{Report, Work};
use crate::market::collector::{Collector, Tally};

/// Missing feeds that are named.
const NAMED: usize = 5;

/// What is asked in one place: of the sources of a chain each chain has its own.
#[derive(Debug, Clone)]
pub struct Part {
    /// Whom.
    pub asked: Arc<dyn PriceSource>,
    /// For what.
    pub ids: Vec<Arc<str>>,
}

/// Asks a source for all its feeds.
#[derive(Debug)]
pub struct SourceWork {
    source: Source,
    parts: Vec<Part>,
    collector: Collector,
}

impl SourceWork {
    /// All parts are of the one source.
    #[must_use]
    pub const fn new(source: Source, parts: Vec<Part>, collector: Collector) -> Self {
        Self { source, parts, collector }
    }

    async fn collect(&self) -> Report {
        // pools are priced by what others say
        if self.source == Source::Pools
            && !self.collector.has_prices()
            && let Err(error) = self.collector.sheet().await
        {
            return failed(error.to_string());
        }
        let asked = self.parts.iter().map(|part| part.asked.now(&part.ids));
        let (mut said, mut errors) = (Vec::<Said>::new(), Vec::<MarketError>::new());
        for answer in join_all(asked).await {
            match answer {
                Ok(more) => said.extend(more),
                Err(error) => errors.push(error),
            }
        }
        let accepted = self.collector.accept(self.source, &said).await;
        // also when nothing came: prices grow old
        let sheet = self.collector.sheet().await;
        match (accepted, sheet) {
            (Ok(tally), Ok(_)) => self.report(&tally, &errors),
            (Err(error), _) | (_, Err(error)) => failed(error.to_string()),
        }
    }

    fn report(&self, tally: &Tally, errors: &[MarketError]) -> Report {
        let ids: Vec<&Arc<str>> = self.parts.iter().flat_map(|part| &part.ids).collect();
        let missing: Vec<&str> =
            ids.iter().filter(|id| !tally.heard.contains(**id)).map(|id| id.as_ref()).collect();
        // a pool that nobody trades in is right to be silent
        let silent = self.source == Source::Pools && errors.is_empty();
        let outcome = match (tally.heard.is_empty(), missing.is_empty()) {
            (_, false) if silent && tally.rejected.is_empty() => Outcome::Done,
            (true, _) => Outcome::Failed,
            (false, true) if tally.rejected.is_empty() => Outcome::Done,
            (false, _) => Outcome::Partly,
        };
        let mut words = vec![format!("{} of {} feeds answered", tally.heard.len(), ids.len())];
        words.push(format!("{} new, {} known", tally.new, tally.repeated));
        if !tally.rejected.is_empty() {
            let reasons: Vec<String> =
                tally.rejected.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
            words.push(format!("refused: {}", reasons.join(", ")));
        }
        if !missing.is_empty() {
            let named: Vec<&str> = missing.iter().take(NAMED).copied().collect();
            let more = if missing.len() > NAMED { ", …" } else { "" };
            let what = if silent { "quiet, or not deep enough" } else { "missing" };
            words.push(format!("{what}: {}{more}", named.join(", ")));
        }
        words.extend(errors.first().map(ToString::to_string));
        Report { outcome, detail: words.join("; ") }
    }
}

fn failed(detail: String) -> Report {
    Report { outcome: Outcome::Failed, detail }
}

impl Work for SourceWork {
    fn run(&self) -> BoxFuture<'_, Report> {
        self.collect().boxed()
    }
}
