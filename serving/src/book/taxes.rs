//! Which tokens take a part of what is transferred: by configuration, or because it was tried out.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use alloy_primitives::Address;
use domain::route::{Liquidity, Tax, Unsupported, Venue};

/// What was found out is looked at again after this: taxes change.
const AGAIN: Duration = Duration::from_secs(6 * 3_600);
/// The same of tokens that refused, and of those that could not be tried out.
const SOON: Duration = Duration::from_secs(600);

/// How a token behaved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// What is known; clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Taxes(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    configured: HashMap<Address, Tax>,
    found: HashMap<Address, (Verdict, Instant)>,
    /// Tokens whose pools have to be looked at again.
    changed: BTreeSet<Address>,
}

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
        let taxes = tokens.map(|token| table.configured.get(&token).copied());
        let barred = tokens.iter().filter(|token| !table.configured.contains_key(*token)).find_map(
            |token| match table.found.get(token)?.0 {
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
        table.found.get(&token).is_none_or(|(verdict, at)| {
            let pause = match verdict {
                Verdict::Plain | Verdict::Taxed => AGAIN,
                Verdict::Refuses | Verdict::Untried => SOON,
            };
            at.elapsed() > pause
        })
    }

    /// Notes how a token behaved.
    pub(super) fn note(&self, token: Address, verdict: Verdict) {
        let mut table = self.lock();
        let before = table.found.insert(token, (verdict, Instant::now())).map(|(before, _)| before);
        let bars = |verdict| matches!(verdict, Verdict::Taxed | Verdict::Refuses);
        if before.is_some_and(bars) || bars(verdict) {
            table.changed.insert(token);
        }
    }

    /// Tokens of which something else is known than before.
    pub(super) fn changed(&self) -> BTreeSet<Address> {
        self.lock().changed.clone()
    }

    /// Their pools were looked at again.
    pub(super) fn done(&self, tokens: &BTreeSet<Address>) {
        self.lock().changed.retain(|token| !tokens.contains(token));
    }

    /// How many tokens behaved in each way.
    pub(super) fn counts(&self) -> HashMap<Verdict, usize> {
        let mut counts = HashMap::new();
        for (verdict, _) in self.lock().found.values() {
            *counts.entry(*verdict).or_default() += 1;
        }
        counts
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
