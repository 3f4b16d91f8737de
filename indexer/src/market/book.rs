//! Which tokens have a price, and who is asked for it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    ids::ChainId,
    market::{Asset, Feed, Quote, Source},
};

#[cfg(test)]
mod tests;

/// A token whose price is collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Chain and contract.
    pub asset: Asset,
    /// Name of the chain, for people and metrics.
    pub chain: String,
    /// What people call it; one of its kind on its chain.
    pub symbol: String,
    /// Its decimals, where a source that means another token shall be found out by them.
    pub decimals: Option<u8>,
    /// Whether it should be worth 1 dollar.
    pub stable: bool,
    /// Who speaks of it.
    pub feeds: Vec<TokenFeed>,
}

/// A feed of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFeed {
    /// Source and id.
    pub feed: Feed,
    /// What its values are counted in.
    pub quote: Quote,
}

/// Tokens that cannot be priced together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// One token twice.
    #[error("{0} is there twice: give each token once, and each its own symbol on its chain")]
    Twice(String),
    /// A feed in a token without a price.
    #[error(
        "{feed} of {token} is counted in {quote:#x}, which is not among the tokens: add that token"
    )]
    NoQuote {
        /// Whose feed.
        token: String,
        /// The feed.
        feed: String,
        /// What is missing.
        quote: alloy_primitives::Address,
    },
    /// Tokens that are counted in each other.
    #[error("{0} is counted in itself, by way of its quote currency: give that one another feed")]
    Circle(String),
}

/// All of them, quote currencies before what is counted in them.
#[derive(Debug, Clone, Default)]
pub struct Book {
    tokens: Vec<Token>,
    heard: BTreeMap<Feed, Vec<(usize, Quote)>>,
}

impl Book {
    /// The tokens in an order in which each can be priced.
    ///
    /// # Errors
    /// [`BookError`].
    pub fn new(tokens: Vec<Token>) -> Result<Self, BookError> {
        let (mut assets, mut names) = (BTreeSet::new(), BTreeSet::new());
        for token in &tokens {
            let name = (token.asset.chain, token.symbol.to_lowercase());
            if !assets.insert(token.asset) || !names.insert(name) {
                return Err(BookError::Twice(token.symbol.clone()));
            }
        }
        let missing = tokens.iter().find_map(|token| {
            let foreign = quotes(token).find(|(_, asset)| !assets.contains(asset));
            foreign.map(|(feed, asset)| BookError::NoQuote {
                token: token.symbol.clone(),
                feed: format!("{} {}", feed.source, feed.id),
                quote: asset.address,
            })
        });
        if let Some(missing) = missing {
            return Err(missing);
        }
        let (mut waiting, mut ordered, mut placed) = (tokens, Vec::new(), BTreeSet::new());
        while !waiting.is_empty() {
            let is_ready = |token: &Token| quotes(token).all(|(_, asset)| placed.contains(&asset));
            let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_ready);
            if let (true, Some(first)) = (ready.is_empty(), rest.first()) {
                return Err(BookError::Circle(first.symbol.clone()));
            }
            placed.extend(ready.iter().map(|token| token.asset));
            ordered.extend(ready);
            waiting = rest;
        }
        let mut heard: BTreeMap<Feed, Vec<(usize, Quote)>> = BTreeMap::new();
        for (index, token) in ordered.iter().enumerate() {
            for of in &token.feeds {
                heard.entry(of.feed.clone()).or_default().push((index, of.quote));
            }
        }
        Ok(Self { tokens: ordered, heard })
    }

    /// The tokens, quote currencies first.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The token of an asset.
    #[must_use]
    pub fn token(&self, asset: Asset) -> Option<&Token> {
        self.tokens.iter().find(|token| token.asset == asset)
    }

    /// The tokens of this symbol (in any case) or address; several where several chains have it.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<&Token> {
        let address = name.parse().ok();
        let is_meant = |token: &&Token| {
            token.symbol.eq_ignore_ascii_case(name) || Some(token.asset.address) == address
        };
        self.tokens.iter().filter(is_meant).collect()
    }

    /// The chains of the tokens.
    #[must_use]
    pub fn chains(&self) -> BTreeSet<ChainId> {
        self.tokens.iter().map(|token| token.asset.chain).collect()
    }

    /// What people call a chain of the tokens.
    #[must_use]
    pub fn chain_name(&self, chain: ChainId) -> &str {
        let token = self.tokens.iter().find(|token| token.asset.chain == chain);
        token.map_or("", |token| token.chain.as_str())
    }

    /// What a source is asked for, each id once.
    #[must_use]
    pub fn ids(&self, source: Source) -> Vec<Arc<str>> {
        let feeds = self.heard.keys().filter(|feed| feed.source == source);
        feeds.map(|feed| Arc::clone(&feed.id)).collect()
    }

    /// The tokens that a feed speaks of, and what it counts in: one pair may stand for a token on several chains.
    pub fn hearing(&self, feed: &Feed) -> impl Iterator<Item = (&Token, Quote)> {
        let found = self.heard.get(feed).into_iter().flatten();
        found.filter_map(|(index, quote)| Some((self.tokens.get(*index)?, *quote)))
    }

    /// Whether values in this currency are dollars, or nearly so.
    #[must_use]
    pub fn is_dollar(&self, quote: Quote) -> bool {
        match quote {
            Quote::Usd => true,
            Quote::Asset(asset) => self.token(asset).is_some_and(|token| token.stable),
        }
    }
}

/// The feeds of a token that are not in dollars, and what they are in.
fn quotes(token: &Token) -> impl Iterator<Item = (&Feed, Asset)> {
    token.feeds.iter().filter_map(|of| match of.quote {
        Quote::Usd => None,
        Quote::Asset(asset) => Some((&of.feed, asset)),
    })
}
