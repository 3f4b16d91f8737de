//! Market prices in the database: what feeds said, candles, price sheets, deviations, and the jobs that collect them.
//!
//! | Collection | `_id` | |
//! |---|---|---|
//! | `price_observations` | `{c, a, s, f, t}` | what a feed said of a token at a source time, as it was said; never changed |
//! | `price_feeds` | `{c, a, s, f}` | what is remembered of a feed, so that a restart goes on |
//! | `price_bars` | `{c, a, r, b, s, f}` | candles of a token by one feed, packed: a day of minutes is one document |
//! | `price_answers` | `{c, a, r, s, f}` | for which spans a feed was asked for candles and answered, also with none |
//! | `price_due` | `{c, a, r, s, f}` | of which spans of candles the sheets are still to be made |
//! | `price_sheets` | `{c, t, k}` | the prices of all tokens of a chain from a time on, as known at a time |
//! | `price_deviations` | `{c, s, b}` | how far a pool is from the market, an hour each, and of each day the last |
//! | `price_jobs` | `{c, j}` | which replica runs a job, and how its last runs went; `c` is 0 |
//!
//! In them `c` is the chain's own id, whatever generation of it is active; `a` a token, `s` a source by its code,
//! `f` the source's name of the feed, `r` a resolution in seconds, and times are Unix milliseconds.
//!
//! Prices are of a time and not of a block: a reorg, a removal of a chain and another generation leave them alone, and a
//! backup of a chain is without them (they can be collected again, as far as sources go back).
//!
//! Every write here may be done twice, or by two at once, and changes nothing the second time. So none of it needs the
//! fence of a chain's [`crate::Lease`]: a job's lease only saves calls.

use mongodb::{Collection, Database};

mod bars;
mod chunk;
mod deviations;
mod feeds;
mod jobs;
mod key;
mod moves;
mod observations;
mod sheets;
mod spans;
#[cfg(test)]
pub(crate) mod tests;

pub use self::{
    bars::{BarQuery, BarSeries, PutBars, StoredBar},
    jobs::{JobLease, JobStatus, Outcome, Run},
    moves::PriceMoves,
    sheets::{Known, Sheet, SheetMoment, SheetRun, SheetRuns},
};

/// All collections of market prices.
pub(crate) const COLLECTIONS: [&str; 8] = [
    observations::COLLECTION,
    feeds::COLLECTION,
    bars::COLLECTION,
    spans::COLLECTION,
    spans::DUE,
    sheets::COLLECTION,
    deviations::COLLECTION,
    jobs::COLLECTION,
];
pub(crate) use sheets::{COLLECTION as SHEETS, KNOWN as KNOWN_SHEETS};

/// Writes market prices, and reads them. Cheap to clone; clones share the connections.
#[derive(Debug, Clone)]
pub struct MarketWriter {
    reader: MarketReader,
}

/// Reads market prices; it has no method that writes. Cheap to clone; clones share the connections.
#[derive(Debug, Clone)]
pub struct MarketReader {
    database: Database,
}

impl MarketWriter {
    pub(crate) const fn new(database: Database) -> Self {
        Self { reader: MarketReader::new(database) }
    }

    /// The reading half.
    #[must_use]
    pub const fn reader(&self) -> &MarketReader {
        &self.reader
    }

    fn collection<T: Send + Sync>(&self, name: &str) -> Collection<T> {
        self.reader.collection(name)
    }
}

impl MarketReader {
    pub(crate) const fn new(database: Database) -> Self {
        Self { database }
    }

    fn collection<T: Send + Sync>(&self, name: &str) -> Collection<T> {
        self.database.collection(name)
    }
}
