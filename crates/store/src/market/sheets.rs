//! Collection `price_sheets`: `_id {c, t, k}`, the prices of all tokens of a chain from time `t` on, as they were known at
//! time `k`.
//!
//! A sheet is whole: one document answers for every token at any time from `t` to the next sheet. It is written when
//! something changed, and never changed itself: a later correction is another version, with a later `k`.
//!
//! Sheets of the past that were made together, of candles, share a document while no other one stands between them: it has
//! the later ones in `s`, packed, and stands for all times from its own to that of the next document.
//!
//! Only very long lists of tokens have several parts, by address. All but the first stand apart under
//! `_id {c, of: {t, k, n, h}}`, `n` their number and `h` the fingerprint of the sheet; the first says in `p` how many parts
//! there are and is written last. So a sheet is seen whole or not at all.
//!
//! ```text
//! sheet  = version time count(reasons) reason* price*
//! price  = address status sources reason [ value as_of ] marks [ confidence ] [ fresh_until ]
//! ```
//! Times count from `time`, the latest of all, backwards; `fresh_until` from its own `as_of` on.

use alloy_primitives::Address;
use domain::{
    ids::ChainId,
    market::{Millis, Price},
};

mod first;
mod forget;
mod many;
mod pack;
mod read;
mod runs;
mod steps;
mod write;

#[cfg(test)]
mod tests;

pub use self::runs::{SheetMoment, SheetRun, SheetRuns};

pub(crate) const COLLECTION: &str = "price_sheets";

/// The index for what was known at a time.
pub(crate) const KNOWN: &str = "known";
/// Tokens in one part.
const PART: usize = 1_000;
/// How far back a sheet is looked for that was known at a time, in milliseconds: those that became known later have to be
/// stepped over.
const LOOK_BACK: Millis = 7 * 86_400_000;

/// Which version of a sheet is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The newest, with all corrections.
    Newest,
    /// The one that was known at this time.
    At(Millis),
}

impl Known {
    /// The time whose prices are wanted: nothing is known before its time.
    fn moment(self, at: Millis) -> Millis {
        match self {
            Self::Newest => at,
            Self::At(moment) => at.min(moment),
        }
    }
}

/// The prices of a chain's tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The chain.
    pub chain: ChainId,
    /// From when on they hold. What they are at a later time is told by [`Price::seen_at`].
    pub at: Millis,
    /// When they became known.
    pub known_at: Millis,
    /// By address. A token that is not there was not configured then.
    pub prices: Vec<(Address, Price)>,
}

impl Sheet {
    /// The price of one token.
    #[must_use]
    pub fn price(&self, token: Address) -> Option<&Price> {
        let index = self.prices.binary_search_by_key(&token, |(address, _)| *address).ok()?;
        self.prices.get(index).map(|(_, price)| price)
    }
}
