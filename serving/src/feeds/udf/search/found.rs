//! Tokens that words may mean, and their pools.

use std::{cmp::Reverse, collections::BTreeSet, sync::Arc};

use alloy_primitives::Address;
use api_kit::problem::Problem;
use domain::{entity::Pool, ids::PoolId, route::TokenIx};
use store::{PoolOrder, PoolQuery};

use super::terms::{Terms, rank_of};
use crate::{book::Book, feeds::view::View, view::address};

/// Tokens that a word may mean: the best.
const TOKENS: usize = 8;
/// Pools that are looked at.
const POOLS: usize = 500;
/// Of a token with more pools only those with the most swaps are looked at.
const FEW: usize = 60;

/// What the words of a query may mean.
pub(super) struct Found {
    book: Arc<Book>,
    /// Of each word that means some.
    tokens: Vec<Vec<(TokenIx, Address)>>,
    /// Pools that are named by their ids.
    ids: BTreeSet<PoolId>,
}

impl Found {
    pub(super) fn new(view: &View, terms: &Terms) -> Result<Self, Problem> {
        let book = view.chain()?.book.newest().ok_or_else(|| {
            Problem::unavailable("NOT_READY", "names are being loaded; try again in a moment")
        })?;
        let of_term = |term: &str| tokens(&book, term);
        let tokens = terms.iter().map(of_term).filter(|found| !found.is_empty()).collect();
        let ids = terms.iter().filter_map(|term| term.parse().ok()).collect();
        Ok(Self { book, tokens, ids })
    }

    /// Their pools, in no order.
    pub(super) async fn pools(mut self, view: &View, limit: u32) -> Result<Vec<Pool>, Problem> {
        let mut busy = Vec::new();
        match self.tokens.as_slice() {
            [] => {}
            [only] => {
                for (number, token) in only.clone() {
                    let pools: Vec<_> = self.book.market.holding(number).take(FEW + 1).collect();
                    if pools.len() > FEW {
                        busy.push(token);
                    } else {
                        self.name(pools);
                    }
                }
            }
            [first, second, ..] => {
                let (first, second) = (first.clone(), second.clone());
                for (one, _) in &first {
                    for (other, _) in &second {
                        let room = POOLS.saturating_sub(self.ids.len());
                        let pools: Vec<_> =
                            self.book.market.between(*one, *other).take(room).collect();
                        self.name(pools);
                    }
                }
            }
        }
        let ids: Vec<_> = self.ids.into_iter().take(POOLS).collect();
        let mut pools = view.snapshot.pools_by_ids(&ids).await?;
        for token in busy {
            let query = PoolQuery {
                token: Some(token),
                order: PoolOrder::Swaps,
                limit: limit.saturating_mul(2),
                ..PoolQuery::default()
            };
            pools.extend(view.snapshot.pools(&query).await?);
        }
        pools.sort_by_key(|pool| pool.id);
        pools.dedup_by_key(|pool| pool.id);
        Ok(pools)
    }

    fn name(&mut self, pools: Vec<domain::route::PoolIx>) {
        let names = &self.book.names;
        self.ids.extend(pools.into_iter().filter_map(|pool| names.pool(pool)).map(|name| name.id));
    }
}

/// The tokens that a word may mean: those that it fits best, then those with the most pools.
fn tokens(book: &Book, term: &str) -> Vec<(TokenIx, Address)> {
    let count = u32::try_from(book.names.token_count()).unwrap_or(u32::MAX);
    let fit = |number: TokenIx| {
        let token = book.names.token(number)?;
        let (symbol, name) = (token.symbol.as_deref(), token.name.as_deref());
        let rank =
            rank_of(term, symbol.unwrap_or(""), name.unwrap_or(""), &address(token.address))?;
        let pools = book.market.holding(number).count();
        Some((rank, Reverse(pools), token.address, number))
    };
    let mut found: Vec<_> = (0..count).map(TokenIx).filter_map(fit).collect();
    found.sort_unstable();
    found.truncate(TOKENS);
    found.into_iter().map(|(_, _, address, number)| (number, address)).collect()
}
