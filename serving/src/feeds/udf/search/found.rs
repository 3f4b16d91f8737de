//! Tokens that words may mean, and their pools.

use std::{cmp::Reverse, collections::BTreeSet, sync::Arc};

use alloy_primitives::Address;
use api_kit::problem::Problem;
use domain::{
    entity::Pool,
    ids::PoolId,
    route::{PoolIx, TokenIx},
};
use store::{PoolOrder, PoolQuery};

use super::terms::{Terms, rank_of};
use crate::{
    book::Book,
    feeds::{apart::apart, view::View},
    view::address,
};

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
    /// Looks at all tokens once, apart from other requests: there may be hundreds of thousands.
    pub(super) async fn new(view: &View, terms: &Terms) -> Result<Self, Problem> {
        let chain = view.chain()?;
        let book = chain.book.newest().ok_or_else(|| {
            Problem::unavailable("NOT_READY", "names are being loaded; try again in a moment")
        })?;
        let terms = terms.clone();
        let found = apart(chain, move || {
            let words: Vec<&str> = terms.iter().collect();
            let mut tokens = tokens(&book, &words);
            tokens.retain(|found| !found.is_empty());
            let ids = words.iter().filter_map(|word| word.parse().ok()).collect();
            Self { book, tokens, ids }
        });
        found.await
    }

    /// Their pools on one exchange or all, in no order.
    pub(super) async fn pools(
        mut self,
        view: &View,
        exchange: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Pool>, Problem> {
        let mut busy = Vec::new();
        match self.tokens.as_slice() {
            [] => {}
            [only] => {
                for (number, token) in only.clone() {
                    let pools: Vec<_> = self.book.market.holding(number).take(FEW + 1).collect();
                    if pools.len() > FEW {
                        busy.push(token);
                    } else {
                        self.name(&pools, exchange, POOLS);
                    }
                }
            }
            [first, second, ..] => {
                let (first, second) = (first.clone(), second.clone());
                for (one, _) in &first {
                    for (other, _) in &second {
                        let room = POOLS.saturating_sub(self.ids.len());
                        let pools: Vec<_> = self.book.market.between(*one, *other).collect();
                        self.name(&pools, exchange, room);
                    }
                }
            }
        }
        let ids: Vec<_> = self.ids.into_iter().take(POOLS).collect();
        let mut pools = view.snapshot.pools_by_ids(&ids).await?;
        for token in busy {
            let query = PoolQuery {
                token: Some(token),
                dex: exchange.map(str::to_owned),
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

    /// Takes in at most so many of those that are on the exchange.
    fn name(&mut self, pools: &[PoolIx], exchange: Option<&str>, room: usize) {
        let names = &self.book.names;
        let named = pools.iter().filter_map(|pool| names.pool(*pool));
        let there = named.filter(|name| exchange.is_none_or(|wanted| *name.dex == *wanted));
        self.ids.extend(there.map(|name| name.id).take(room));
    }
}

/// A token that a word may mean. The least is the best: how well it fits, then how many pools it has.
type Candidate = (u8, Reverse<usize>, Address, TokenIx);

/// The tokens that each word may mean: those that it fits best, then those with the most pools.
fn tokens(book: &Book, words: &[&str]) -> Vec<Vec<(TokenIx, Address)>> {
    let mut best: Vec<Vec<Candidate>> = vec![Vec::new(); words.len()];
    book.names.each_token(|number, token, [symbol, name]| {
        for (word, best) in words.iter().zip(&mut best) {
            let Some(rank) = rank_of(word, symbol, name, || address(token)) else { continue };
            // the list of a token's pools knows how long it is
            let pools = book.market.holding(number).size_hint().0;
            let found = (rank, Reverse(pools), token, number);
            if best.len() == TOKENS && best.last().is_some_and(|last| *last < found) {
                continue;
            }
            best.insert(best.partition_point(|other| *other < found), found);
            best.truncate(TOKENS);
        }
    });
    let named = |(_, _, address, number): Candidate| (number, address);
    best.into_iter().map(|found| found.into_iter().map(named).collect()).collect()
}
