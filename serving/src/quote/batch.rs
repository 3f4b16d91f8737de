//! Many quotes, of one block on each chain.

use std::{collections::BTreeMap, sync::Arc};

use api_kit::problem::Problem;

use super::{At, answer::Quote, book, quote_in, request::Request};
use crate::{book::Book, deps::Deps};

/// Quotes of a batch at most.
pub const MOST_QUOTES: usize = 100;

/// Answers each request by itself: one that is refused does not hold up the others.
///
/// # Errors
/// A problem when there are too many.
pub async fn many(
    deps: &Deps,
    requests: &[Request<'_>],
) -> Result<Vec<Result<Quote, Problem>>, Problem> {
    if requests.len() > MOST_QUOTES {
        let detail =
            format!("{} quotes are asked for: ask for at most {MOST_QUOTES}", requests.len());
        return Err(Problem::bad_request("QUERY_INVALID", detail));
    }
    let mut books = BTreeMap::new();
    let mut answers = Vec::with_capacity(requests.len());
    for request in requests {
        answers.push(one(deps, &mut books, request).await);
        // a long batch leaves room for others
        tokio::task::yield_now().await;
    }
    Ok(answers)
}

/// Answers one by the pools that the first of its chain was answered by.
async fn one(
    deps: &Deps,
    books: &mut BTreeMap<u64, Arc<Book>>,
    request: &Request<'_>,
) -> Result<Quote, Problem> {
    let (chain_id, chain) = deps.chains.resolve(request.chain)?;
    let wanted = request.check()?;
    let known = books.get(&chain_id).cloned();
    let pinned = match known {
        Some(pinned) => pinned,
        None => book(chain_id, chain, At::Head).await?,
    };
    books.insert(chain_id, Arc::clone(&pinned));
    quote_in(chain, &pinned, &wanted).await
}
