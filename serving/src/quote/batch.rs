//! Many quotes, of one block on each chain.

use std::{collections::BTreeMap, sync::Arc};

use api_kit::problem::Problem;

use super::{At, answer::Quote, book, quote_in, request::Request};
use crate::{book::Book, deps::Deps};

/// Quotes of a batch at most.
pub const MOST_QUOTES: usize = 100;

/// Quotes that are asked for together.
#[derive(Debug)]
pub struct Batch<'a> {
    deps: &'a Deps,
    /// By chain: what its first quote was answered by.
    books: BTreeMap<u64, Arc<Book>>,
}

impl<'a> Batch<'a> {
    /// So many of them.
    ///
    /// # Errors
    /// A problem when that is too many.
    pub fn new(deps: &'a Deps, quotes: usize) -> Result<Self, Problem> {
        if quotes > MOST_QUOTES {
            let detail = format!("{quotes} quotes are asked for: ask for at most {MOST_QUOTES}");
            return Err(Problem::bad_request("QUERY_INVALID", detail));
        }
        Ok(Self { deps, books: BTreeMap::new() })
    }

    /// Answers one by itself: one that is refused does not hold up the others.
    ///
    /// # Errors
    /// As a single quote.
    pub async fn answer(&mut self, request: &Request<'_>) -> Result<Quote, Problem> {
        let (chain_id, chain) = self.deps.chains.resolve(request.chain)?;
        let wanted = request.check()?;
        let pinned = match self.books.get(&chain_id) {
            Some(pinned) => Arc::clone(pinned),
            None => book(chain_id, chain, At::Head).await?,
        };
        let answer = quote_in(chain, &pinned, &wanted).await;
        self.books.entry(chain_id).or_insert(pinned);
        answer
    }
}
