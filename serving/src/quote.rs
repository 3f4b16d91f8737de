//! Quotes: the pools of one block in memory, routed and computed to the wei. With `verify` the real quoter contracts are
//! asked for every leg at that block, and both numbers are in the answer. With a recipient the quote becomes a transaction.

use std::{sync::Arc, time::Duration};

use api_kit::{clock, health::not_indexed, problem::Problem, scope::Scope};
use domain::ids::ChainId;

use self::{
    answer::Quote,
    request::{Request, Trade},
};
use crate::{
    book::{Book, Shelf},
    deps::{ChainDeps, Deps},
};

pub mod answer;
mod batch;
mod call;
mod limits;
mod native;
mod plan;
mod refusal;
pub mod request;
pub(crate) mod revert;
#[cfg(test)]
mod tests;
pub mod transaction;
pub mod updates;
mod verify;

pub use batch::{Batch, MOST_QUOTES};
pub(crate) use refusal::repair;

/// The pools in memory may be so long behind what the store has.
const BEHIND: Duration = Duration::from_secs(10);
/// A request that reads at a block waits so long for the pools of that block.
const PATIENCE: Duration = Duration::from_secs(2);

/// At which block a quote is computed.
#[derive(Debug, Clone, Copy)]
pub enum At<'a> {
    /// The newest one.
    Head,
    /// That of the request's other answers.
    Scope(&'a Scope),
}

/// Answers a quote.
///
/// # Errors
/// A problem for a request that cannot be, pools that cannot serve it, or pools that are not at the head.
pub async fn quote(deps: &Deps, at: At<'_>, request: Request<'_>) -> Result<Quote, Problem> {
    let (chain_id, chain) = deps.chains.resolve(request.chain)?;
    let wanted = request.check()?;
    let book = book(chain_id, chain, at).await?;
    quote_in(chain, &book, &wanted).await
}

/// Answers by these pools.
async fn quote_in(chain: &ChainDeps, book: &Arc<Book>, wanted: &Trade) -> Result<Quote, Problem> {
    let age = fresh(chain, book, wanted.max_age)?;
    // on the heap: a request's future carries what all these steps need
    let (planned, via) = Box::pin(transaction::plan(chain, book, wanted)).await?;
    let verification = if wanted.verify {
        Some(verify::verify(chain, book, wanted, &planned.plan).await?)
    } else {
        None
    };
    let prepared = match (&wanted.wish, via) {
        (Some(wish), Some(via)) => {
            let prepared = transaction::prepare(chain, book, wanted, wish, &planned, via);
            Some(Box::pin(prepared).await?)
        }
        _ => None,
    };
    Ok(Quote::new(book, age, wanted, planned, verification, prepared))
}

async fn book(chain_id: ChainId, chain: &ChainDeps, at: At<'_>) -> Result<Arc<Book>, Problem> {
    let shelf = &chain.book;
    match at {
        At::Head => {
            in_step(shelf)?;
            shelf.newest().ok_or_else(|| not_indexed(chain_id))
        }
        At::Scope(scope) => {
            let block = scope.at(chain_id).await?.block();
            shelf.at(block.hash, PATIENCE).await.ok_or_else(|| {
                let detail = format!(
                    "the pools in memory are not at block {} of this request; try again in a moment",
                    block.number
                );
                Problem::unavailable("STATE_STALE", detail)
            })
        }
    }
}

fn in_step(shelf: &Shelf) -> Result<(), Problem> {
    match shelf.unconfirmed_for() {
        Some(behind) if behind > BEHIND => {
            let seconds = behind.as_secs();
            let detail = format!(
                "the pools in memory could not be compared with the store for {seconds} s; try again in a moment"
            );
            Err(Problem::unavailable("STATE_STALE", detail))
        }
        _ => Ok(()),
    }
}

/// The age of the block in milliseconds, if that is not too much.
fn fresh(chain: &ChainDeps, book: &Book, asked: Option<Duration>) -> Result<Duration, Problem> {
    let now = clock::unix();
    let age = now.saturating_sub(Duration::from_secs(book.block.timestamp));
    let most = [asked, chain.max_quote_age].into_iter().flatten().min();
    match most {
        Some(most) if age > most => {
            let detail = format!(
                "block {} is {} ms old, more than the {} ms that are wanted: the chain or its indexer stands still",
                book.block.number,
                age.as_millis(),
                most.as_millis()
            );
            Err(Problem::unavailable("STATE_STALE", detail))
        }
        _ => Ok(age),
    }
}
