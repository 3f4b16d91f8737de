//! Why there is no quote, for people and programs.

use api_kit::problem::Problem;
use domain::{
    amm::AmmError,
    route::{Liquidity, PoolIx, Question, Refusal, RouteError, Unsupported},
};

use super::request::Trade;
use crate::{book::Book, view};

/// 422: it cannot be computed what this pool would answer.
pub(super) fn unsupported(book: &Book, pool: PoolIx, why: Unsupported) -> Problem {
    let detail = format!("pool {} cannot be quoted: {why}", id(book, pool));
    Problem::unprocessable("POOL_UNSUPPORTED", detail)
}

/// 400: the pool named does not hold that token.
pub(super) fn not_in_pool(book: &Book, pool: PoolIx, code: &'static str, field: &str) -> Problem {
    let address = |place: usize| {
        let token = book.market.pool(pool)?.tokens[place];
        book.names.token(token).map(|name| view::address(name.address))
    };
    let [token0, token1] = [0, 1].map(|place| address(place).unwrap_or_default());
    let id = id(book, pool);
    Problem::bad_request(
        code,
        format!("`{field}` is not in pool {id}, which holds {token0} and {token1}"),
    )
}

/// What the search's error means to a client.
pub(super) fn problem(
    book: &Book,
    trade: &Trade,
    question: &Question,
    error: RouteError,
) -> Problem {
    match error {
        RouteError::SameToken => {
            Problem::bad_request("TOKEN_IN_OUT_SAME", "`tokenIn` and `tokenOut` are the same token")
        }
        RouteError::ZeroAmount => Problem::bad_request("AMOUNT_INVALID", error.to_string()),
        RouteError::NotConnected => not_connected(book, question),
        RouteError::Refused(refusal) => refused(trade, refusal),
    }
}

fn refused(trade: &Trade, refusal: Refusal) -> Problem {
    match refusal {
        Refusal::TooMuch | Refusal::Amm(AmmError::Overflow(_)) => Problem::unprocessable(
            "AMOUNT_TOO_LARGE",
            format!(
                "`amount` of {} is too large for the pools on the way: {refusal}",
                trade.amount
            ),
        ),
        Refusal::Amm(AmmError::ZeroAmount) => Problem::unprocessable(
            "AMOUNT_INVALID",
            format!(
                "`amount` of {} is too small: a pool on the way would give nothing for it",
                trade.amount
            ),
        ),
        Refusal::Unsupported(why) => {
            Problem::unprocessable("POOL_UNSUPPORTED", format!("the pool cannot be quoted: {why}"))
        }
        Refusal::Amm(error) => Problem::unprocessable("POOL_UNSUPPORTED", error.to_string()),
    }
}

/// No way, or none that can be computed: then the reason of the pair's own pools is told.
fn not_connected(book: &Book, question: &Question) -> Problem {
    let mut detail =
        format!("no indexed pools lead from one token to the other in {} hops", question.hops);
    let barred = book.market.between(question.token_in, question.token_out).find_map(|pool| {
        match book.market.pool(pool)?.liquidity {
            Liquidity::Unsupported(why) => Some((pool, why)),
            _ => None,
        }
    });
    if let Some((pool, why)) = barred {
        detail = format!("{detail}; pool {} of this pair cannot be quoted: {why}", id(book, pool));
    }
    Problem::not_found("NO_ROUTE", detail)
}

fn id(book: &Book, pool: PoolIx) -> String {
    book.names.pool(pool).map_or_else(String::new, |name| name.id.to_string())
}
