//! Many quotes of one block.

use api_kit::problem::Problem;

use super::{At, answer::Quote, quote, request::Request};
use crate::deps::Deps;

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
    let mut answers = Vec::with_capacity(requests.len());
    for request in requests {
        answers.push(quote(deps, At::Head, *request).await);
        // a long batch leaves room for others
        tokio::task::yield_now().await;
    }
    Ok(answers)
}
