//! Why there is no quote, for people and programs.

use api_kit::problem::Problem;
use domain::{
    amm::AmmError,
    route::{Largest, Liquidity, PoolIx, Question, Refusal, RouteError, Unsupported},
};

use super::request::Trade;
use crate::{
    book::{Book, metrics::reason},
    view,
};

/// Why a search found nothing, and what would have been found for less.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) error: RouteError,
    pub(super) largest: Option<Largest>,
}

/// 422: it cannot be computed what this pool would answer.
pub(super) fn unsupported(book: &Book, pool: PoolIx, why: Unsupported) -> Problem {
    let mut detail = format!("pool {} cannot be quoted: {why}", id(book, pool));
    if why == Unsupported::Incomplete {
        detail = format!("{detail}; for its operator: {}", repair("NAME"));
    }
    Problem::unprocessable("POOL_UNSUPPORTED", detail).with("reason", reason(why))
}

/// What becomes of a chain with pools whose ticks are not whole: the indexer rebuilds them from their history; where that is not
/// whole either, the chain is stored again from the beginning, since nobody can tell what else is missing.
pub(crate) fn repair(chain: &str) -> String {
    format!(
        "the indexer rebuilds such pools from their history by itself, at its start and once an hour; one that stays has no \
         whole history: `sooho verify --chain {chain} --sample all` says what differs from the chain; start_block at or below \
         the pool's creation, then `sooho rewind --chain {chain} --drop --yes` and indexing anew mend it"
    )
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
pub(super) fn problem(book: &Book, trade: &Trade, question: &Question, failed: &Failed) -> Problem {
    let error = failed.error;
    match error {
        RouteError::SameToken => {
            Problem::bad_request("TOKEN_IN_OUT_SAME", "`tokenIn` and `tokenOut` are the same token")
        }
        RouteError::ZeroAmount => Problem::bad_request("AMOUNT_INVALID", error.to_string()),
        RouteError::NotConnected => not_connected(book, question),
        RouteError::Refused(refusal) if is_too_much(refusal) => too_large(book, trade, failed),
        RouteError::Refused(refusal) => refused(trade, refusal),
    }
}

/// 422 with the largest amount, where one is known: of one pool it is exact, of a path through several it is what that path
/// takes alone.
fn too_large(book: &Book, trade: &Trade, failed: &Failed) -> Problem {
    let detail = format!(
        "`amount` of {} is too large for the pools on the way: {}",
        trade.amount, failed.error
    );
    let Some(Largest { amount, pools }) = &failed.largest else {
        return Problem::unprocessable("AMOUNT_TOO_LARGE", detail);
    };
    let way: Vec<_> = pools.iter().map(|pool| id(book, *pool)).collect();
    let detail = match &way[..] {
        [pool] => format!("{detail}; the largest that fits is {amount}, in pool {pool}"),
        way => format!(
            "{detail}; the largest found to fit into one path is {amount}, through pools {}",
            way.join(", ")
        ),
    };
    Problem::unprocessable("AMOUNT_TOO_LARGE", detail).with("largestAmount", amount.to_string())
}

/// Whether less might do.
pub(super) const fn is_too_much(refusal: Refusal) -> bool {
    matches!(refusal, Refusal::TooMuch | Refusal::Effort | Refusal::Amm(AmmError::Overflow(_)))
}

fn refused(trade: &Trade, refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Amm(AmmError::ZeroAmount) => Problem::unprocessable(
            "AMOUNT_INVALID",
            format!(
                "`amount` of {} is too small: a pool on the way would give nothing for it",
                trade.amount
            ),
        ),
        Refusal::Unsupported(why) => {
            Problem::unprocessable("POOL_UNSUPPORTED", format!("the pool cannot be quoted: {why}"))
                .with("reason", reason(why))
        }
        Refusal::TooMuch | Refusal::Effort => {
            Problem::unprocessable("AMOUNT_TOO_LARGE", refusal.to_string())
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
