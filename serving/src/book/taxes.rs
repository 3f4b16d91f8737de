//! Which tokens take a part of what is transferred: by configuration, or because it was tried out.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use alloy_primitives::Address;
use domain::route::{Liquidity, Tax, Unsupported, Venue};

#[cfg(test)]
mod tests;

/// Tokens that wait before others.
const MOST_WANTED: usize = 1_024;
/// What was found out is looked at again after this: taxes change.
const AGAIN: Duration = Duration::from_secs(6 * 3_600);
/// The same of tokens that refused, and of those that could not be tried out.
const SOON: Duration = Duration::from_secs(600);

/// How a token behaved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// All that was sent arrived.
    Plain,
    /// Something else arrived than was sent.
    Taxed,
    /// It could not be transferred.
    Refuses,
    /// Nobody knows: the holder holds nothing.
    Untried,
}

impl Verdict {
    const fn bars(self) -> bool {
        matches!(self, Self::Taxed | Self::Refuses)
    }

    /// When a trial with this outcome is repeated.
    const fn pause(self) -> Duration {
        match self {
            Self::Plain | Self::Taxed => AGAIN,
            Self::Refuses | Self::Untried => SOON,
        }
    }
}

/// What is known of a token.
#[derive(Debug, Clone, Copy)]
struct Found {
    verdict: Verdict,
    /// When it is tried out again.
    due: Instant,
}

/// What is known; clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Taxes(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    configured: HashMap<Address, Tax>,
    found: HashMap<Address, Found>,
    /// Tokens whose pools have to be looked at again, with the number of the change.
    changed: Changed,
    changes: u64,
    /// Tokens that somebody trades and nobody tried out yet.
    wanted: BTreeSet<Address>,
}

/// Tokens of which something else became known, and the number of the last change of each.
pub(super) type Changed = BTreeMap<Address, u64>;

impl Taxes {
    pub(super) fn new(configured: &[Tax]) -> Self {
        let configured = configured.iter().map(|tax| (tax.token, *tax)).collect();
        Self(Arc::new(Mutex::new(Table { configured, ..Table::default() })))
    }

    /// The pool as far as its tokens let it be one. A reason that it has already stays.
    pub(super) fn apply(&self, tokens: [Address; 2], venue: Venue) -> Venue {
        if matches!(venue.liquidity, Liquidity::Unsupported(_)) {
            return venue;
        }
        let table = self.lock();
        let taxes = tokens.map(|token| {
            // one that takes nothing is plain, whatever a trial says
            let configured = table.configured.get(&token).copied();
            configured.filter(|tax| tax.buy_bps > 0 || tax.sell_bps > 0)
        });
        let barred = tokens.iter().filter(|token| !table.configured.contains_key(*token)).find_map(
            |token| match table.found.get(token)?.verdict {
                Verdict::Taxed => Some(Unsupported::Tax(*token)),
                Verdict::Refuses => Some(Unsupported::Paused(*token)),
                Verdict::Plain | Verdict::Untried => None,
            },
        );
        match barred {
            Some(why) => Venue::new(venue.protocol, venue.tokens, Liquidity::Unsupported(why)),
            None => venue.taxed(taxes),
        }
    }

    /// Whether a token is to be tried out now.
    pub(super) fn is_due(&self, token: Address) -> bool {
        let table = self.lock();
        if token.is_zero() || table.configured.contains_key(&token) {
            return false;
        }
        table.found.get(&token).is_none_or(|found| Instant::now() > found.due)
    }

    /// Notes how a token behaved. A trial that told nothing refutes nothing: what was found before stands, and is looked at
    /// again soon.
    pub(super) fn note(&self, token: Address, verdict: Verdict) {
        let mut table = self.lock();
        let before = table.found.get(&token).map(|found| found.verdict);
        let due = Instant::now() + verdict.pause();
        let verdict = before.filter(|_| verdict == Verdict::Untried).unwrap_or(verdict);
        table.found.insert(token, Found { verdict, due });
        if before != Some(verdict) && (before.is_some_and(Verdict::bars) || verdict.bars()) {
            table.changes += 1;
            let number = table.changes;
            table.changed.insert(token, number);
        }
    }

    /// Tokens of which something else is known than before.
    pub(super) fn changed(&self) -> Changed {
        self.lock().changed.clone()
    }

    /// Their pools were looked at again; what changed meanwhile stays.
    pub(super) fn done(&self, seen: &Changed) {
        self.lock().changed.retain(|token, number| seen.get(token) != Some(number));
    }

    /// Somebody trades these: they come first if they were not tried out.
    pub(super) fn want(&self, tokens: impl IntoIterator<Item = Address>) {
        let mut table = self.lock();
        for token in tokens {
            if table.wanted.len() < MOST_WANTED && !table.found.contains_key(&token) {
                table.wanted.insert(token);
            }
        }
    }

    /// Takes the tokens that come first, so many at most.
    pub(super) fn wanted(&self, most: usize) -> Vec<Address> {
        let mut table = self.lock();
        let first: Vec<_> = table.wanted.iter().take(most).copied().collect();
        first.iter().for_each(|token| {
            table.wanted.remove(token);
        });
        first
    }

    /// How many tokens behaved in each way.
    pub(super) fn counts(&self) -> BTreeMap<Verdict, usize> {
        let table = self.lock();
        table.found.values().fold(BTreeMap::new(), |mut counts, found| {
            *counts.entry(found.verdict).or_default() += 1;
            counts
        })
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
