//! From a trade to the way it takes.

use std::{collections::BTreeSet, sync::Arc};

use alloy_primitives::{Address, U256};
use api_kit::problem::Problem;
use domain::{
    decimal::Decimal,
    route::{
        Allowed, GasPrice, Liquidity, Market, Plan, PoolIx, Question, RouteError, TokenIx, find,
        largest,
    },
};

use super::{
    refusal::{self, Failed},
    request::{Through, Trade},
};
use crate::{
    book::{Book, Busy, TokenName},
    deps::ChainDeps,
    failure,
    view::price::MarketPrice,
};

/// Swaps that are computed for one quote at most, before shares are decided.
const EFFORT: u32 = 2_000;
/// Pools of a pair that are asked without leaving the thread.
const FEW: usize = 8;
/// Swaps that are computed for that.
const AT_ONCE: u32 = 32;

/// A way, and what it was reckoned with.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) token_in: TokenName,
    pub(super) token_out: TokenName,
    pub(super) plan: Plan,
    /// Wei, and what gas costs in the token whose amount was asked for; where it is known.
    pub(super) gas: Option<(U256, GasPrice)>,
    /// USD for one whole native coin, where it is known, and whence.
    pub(super) usd: Option<(Decimal, MarketPrice)>,
}

pub(super) async fn plan(
    chain: &ChainDeps,
    book: &Arc<Book>,
    trade: &Trade,
) -> Result<Planned, Problem> {
    let names = &book.names;
    let mut allowed = Allowed {
        protocols: trade.protocols.iter().copied().collect(),
        pools: only(numbers(&trade.only_pools, |id| names.pool_number(*id)), &trade.only_pools),
        tokens: only(
            numbers(&trade.only_tokens, |token| names.token_number(*token)),
            &trade.only_tokens,
        ),
        without_pools: numbers(&trade.exclude_pools, |id| names.pool_number(*id)),
        without_tokens: numbers(&trade.exclude_tokens, |token| names.token_number(*token)),
    };
    let known = |code, field, address: Address| {
        names.token_number(address).ok_or_else(|| unknown_token(code, field, address))
    };
    let (token_in, token_out, single) = match trade.through {
        Through::Pool(id, other) => {
            let pool = names.pool_number(id).ok_or_else(|| failure::unknown_pool(id))?;
            let tokens = of_pool(book, pool, trade.token_in, other)?;
            allowed.pools = Some([pool].into());
            (tokens.0, tokens.1, true)
        }
        Through::Pair(other, fee) => {
            let token_in = known("TOKEN_IN_INVALID", "tokenIn", trade.token_in)?;
            let token_out = known("TOKEN_OUT_INVALID", "tokenOut", other)?;
            if let Some(fee) = fee {
                let mut with_fee = with_fee(book, token_in, token_out, fee);
                with_fee
                    .retain(|pool| allowed.pools.as_ref().is_none_or(|only| only.contains(pool)));
                allowed.pools = Some(with_fee);
            }
            (token_in, token_out, fee.is_some())
        }
    };
    let gas = gas(chain, book, trade, token_in, token_out);
    let question = Question {
        token_in,
        token_out,
        amount: trade.amount(),
        hops: if single { 1 } else { trade.hops },
        splits: if single { 1 } else { trade.splits },
        gas_price: gas.map_or(GasPrice::FREE, |(_, price)| price),
        allowed,
        effort: EFFORT,
    };
    let (found, question) = search(chain, book, question, single).await?;
    let plan = found.map_err(|failed| refusal::problem(book, trade, &question, &failed))?;
    let name = |token| names.token(token).ok_or_else(Problem::internal);
    let legs = plan.routes.iter().flat_map(|route| &route.legs);
    let traded = legs.flat_map(|leg| [leg.token_in, leg.token_out]);
    chain.book.traded(traded.filter_map(|token| Some(names.token(token)?.address)));
    let usd = gas.and_then(|_| chain.native_price.usd());
    Ok(Planned { token_in: name(token_in)?, token_out: name(token_out)?, plan, gas, usd })
}

/// One pool is asked at once, where that is quick. A search takes milliseconds: other requests go on meanwhile, and no more of them run than
/// there are cores.
async fn search(
    chain: &ChainDeps,
    book: &Arc<Book>,
    question: Question,
    single: bool,
) -> Result<(Result<Plan, Failed>, Question), Problem> {
    if single && book.market.between(question.token_in, question.token_out).count() <= FEW {
        let quick = Question { effort: AT_ONCE, ..question.clone() };
        match find(&book.market, &quick) {
            Ok(plan) if plan.exhausted => return Ok((Ok(plan), question)),
            _ => {}
        }
    }
    let permit = chain.book.searches().permit().await.map_err(|Busy { waited }| {
        let detail = format!(
            "too many quotes are being computed: none ended within {} s; try again in a moment",
            waited.as_secs()
        );
        Problem::too_many("RATE_LIMITED", detail)
    })?;
    let book = Arc::clone(book);
    let searching = tokio::task::spawn_blocking(move || {
        let found = look(&book.market, &question);
        // also when nobody waits for the answer any more, the work counts until it is done
        drop(permit);
        (found, question)
    });
    searching.await.map_err(|error| {
        tracing::error!(%error, "a search for a route did not end");
        Problem::internal()
    })
}

fn look(market: &Market, question: &Question) -> Result<Plan, Failed> {
    find(market, question).map_err(|error| {
        let is_too_much =
            matches!(error, RouteError::Refused(refusal) if refusal::is_too_much(refusal));
        let largest = if is_too_much { largest(market, question) } else { None };
        Failed { error, largest }
    })
}

/// A list that names nothing allows everything; one that names what is not there allows nothing.
fn only<T, N>(numbers: BTreeSet<N>, named: &[T]) -> Option<BTreeSet<N>> {
    (!named.is_empty()).then_some(numbers)
}

fn numbers<T, N: Ord>(named: &[T], number: impl Fn(&T) -> Option<N>) -> BTreeSet<N> {
    named.iter().filter_map(number).collect()
}

/// The tokens of a trade in this pool.
fn of_pool(
    book: &Book,
    pool: PoolIx,
    token_in: Address,
    token_out: Option<Address>,
) -> Result<(TokenIx, TokenIx), Problem> {
    let venue = book.market.pool(pool).ok_or_else(Problem::internal)?;
    if let Liquidity::Unsupported(why) = venue.liquidity {
        return Err(refusal::unsupported(book, pool, why));
    }
    let of = |address| book.names.token_number(address);
    let not_in = |code, field| refusal::not_in_pool(book, pool, code, field);
    let from = of(token_in).filter(|token| venue.tokens.contains(token));
    let from = from.ok_or_else(|| not_in("TOKEN_IN_INVALID", "tokenIn"))?;
    let [token0, token1] = venue.tokens;
    let to = if from == token0 { token1 } else { token0 };
    if token_out.is_some_and(|token| of(token) != Some(to)) {
        return Err(not_in("TOKEN_OUT_INVALID", "tokenOut"));
    }
    Ok((from, to))
}

fn with_fee(book: &Book, one: TokenIx, other: TokenIx, fee: u32) -> BTreeSet<PoolIx> {
    let has_fee = |pool: &PoolIx| book.names.pool(*pool).is_some_and(|name| name.fee_pips == fee);
    book.market.between(one, other).filter(has_fee).collect()
}

/// What gas costs, in the token whose amount is asked for.
fn gas(
    chain: &ChainDeps,
    book: &Book,
    trade: &Trade,
    token_in: TokenIx,
    token_out: TokenIx,
) -> Option<(U256, GasPrice)> {
    let wei = trade.gas_price_wei.or_else(|| chain.gas_price.wei())?;
    let native = book.names.token_number(chain.wrapped_native?)?;
    let token =
        if trade.trade_type == super::request::TradeType::ExactIn { token_out } else { token_in };
    Some((wei, book.gas.price(&book.market, native, token, wei)?))
}

fn unknown_token(code: &'static str, field: &str, address: Address) -> Problem {
    let address = crate::view::address(address);
    Problem::not_found(code, format!("`{field}`: no indexed pool holds token {address}"))
}
