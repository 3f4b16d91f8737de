//! What is searched for.

use crate::{
    feeds::pairs::{Pair, Side},
    view::address,
};

/// Words that are looked at.
const MOST: usize = 4;
/// Letters of a word that are looked at: as many as the id of a pool has.
const LONGEST: usize = 66;

/// Words of a query, in small letters: `weth/usdc 0.3%` are three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terms(Vec<String>);

impl Terms {
    pub(super) fn new(query: &str) -> Self {
        let words = query.split(|letter: char| letter.is_whitespace() || "/-_,:".contains(letter));
        let words = words.filter(|word| !word.is_empty()).take(MOST);
        Self(words.map(|word| word.to_lowercase().chars().take(LONGEST).collect()).collect())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether a pair has every word somewhere.
    pub(super) fn fit(&self, pair: &Pair) -> bool {
        let id = pair.pool.id.to_string();
        let title = pair.title().to_lowercase();
        let dex = pair.pool.dex.to_lowercase();
        self.iter().all(|term| {
            [&pair.base, &pair.quote].iter().any(|side| rank(term, side).is_some())
                || title.contains(term)
                || dex.contains(term)
                || id.starts_with(term)
        })
    }

    /// How far the tokens' symbols are from the words: 0 where each word is a symbol.
    pub(super) fn distance(&self, pair: &Pair) -> u8 {
        let best =
            |term| [&pair.base, &pair.quote].iter().filter_map(|side| rank(term, side)).min();
        self.iter().map(|term| best(term).unwrap_or_default()).max().unwrap_or_default()
    }
}

/// How well a token is meant by a word: 0 its symbol, 1 the beginning of that, 2 a part, 3 a part of its name, 4 the
/// beginning of its address; `None`: it is not. All in small letters.
pub(super) fn rank_of(
    term: &str,
    symbol: &str,
    name: &str,
    address: impl FnOnce() -> String,
) -> Option<u8> {
    if symbol == term {
        Some(0)
    } else if symbol.starts_with(term) {
        Some(1)
    } else if symbol.contains(term) {
        Some(2)
    } else if name.contains(term) {
        Some(3)
    } else {
        let is_address = term.len() > 3 && term.starts_with("0x");
        (is_address && address().starts_with(term)).then_some(4)
    }
}

fn rank(term: &str, side: &Side) -> Option<u8> {
    let [symbol, name] = [&side.symbol, &side.name].map(|text| text.to_lowercase());
    rank_of(term, &symbol, &name, || address(side.address))
}
