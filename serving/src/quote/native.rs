//! The native currency at an end of a trade. V4 has pools of it; all others have pools of the wrapped one, which routers
//! wrap and unwrap at no loss. Both are looked at, and the better way is taken; in the middle of a way each stays itself.

use std::sync::Arc;

use alloy_primitives::{Address, U256};
use api_kit::problem::Problem;

use super::{
    plan::{self, Planned},
    request::{Through, Trade, TradeType},
};
use crate::{
    book::{Book, TokenName},
    deps::ChainDeps,
};

/// Digits of the native currency behind the point, on all chains.
const DECIMALS: u8 = 18;

/// The best way, with the native currency named as such where it was asked for.
pub(super) async fn plan(
    chain: &ChainDeps,
    book: &Arc<Book>,
    trade: &Trade,
) -> Result<Planned, Problem> {
    let Some(wrapped) = wrapped(chain, trade) else { return plan::plan(chain, book, trade).await };
    let as_asked = plan::plan(chain, book, trade).await;
    let mut best = match (as_asked, plan::plan(chain, book, &wrapped).await) {
        (Ok(one), Ok(other)) => {
            let gas = one.gas.or(other.gas);
            let best = if is_better(trade, &other, &one) { other } else { one };
            Planned { gas: best.gas.or(gas), ..best }
        }
        (Ok(one), Err(_)) | (Err(_), Ok(one)) => one,
        // nearly all pools hold the wrapped one: that is where a reason tells most
        (Err(asked), Err(other)) => {
            let unknown = ["TOKEN_IN_INVALID", "TOKEN_OUT_INVALID"].contains(&other.code());
            return Err(if unknown { asked } else { other });
        }
    };
    if trade.token_in.is_zero() {
        best.token_in = name(book);
    } else {
        best.token_out = name(book);
    }
    Ok(best)
}

/// The same trade with the wrapped currency in place of the native one; `None` where there is none, or nothing would be
/// left to trade.
fn wrapped(chain: &ChainDeps, trade: &Trade) -> Option<Trade> {
    let wrapped = chain.wrapped_native.filter(|token| !token.is_zero())?;
    let other = match trade.through {
        Through::Pool(_, other) => other,
        Through::Pair(other, _) => Some(other),
    };
    if trade.token_in.is_zero() {
        return (other != Some(wrapped)).then(|| Trade { token_in: wrapped, ..trade.clone() });
    }
    if other != Some(Address::ZERO) || trade.token_in == wrapped {
        return None;
    }
    let through = match trade.through {
        Through::Pool(pool, _) => Through::Pool(pool, Some(wrapped)),
        Through::Pair(_, fee) => Through::Pair(wrapped, fee),
    };
    Some(Trade { through, ..trade.clone() })
}

fn name(book: &Book) -> TokenName {
    let known = book.names.token_number(Address::ZERO).and_then(|token| book.names.token(token));
    known.unwrap_or(TokenName {
        address: Address::ZERO,
        symbol: None,
        name: None,
        decimals: Some(DECIMALS),
    })
}

/// Whether one way of a trade is better than another, gas included as far as its price is known. Gas that is known for one
/// of them counts for both: they end in the same token, or in its wrapped form.
pub(super) fn is_better(trade: &Trade, one: &Planned, other: &Planned) -> bool {
    let price = one.gas.or(other.gas).map(|(_, price)| price);
    let cost = |planned: &Planned| price.map_or(U256::ZERO, |price| price.cost(planned.plan.gas));
    match trade.trade_type {
        TradeType::ExactIn => {
            // both sides plus the other's cost: nothing is cut off at zero
            one.plan.amount_out.saturating_add(cost(other))
                > other.plan.amount_out.saturating_add(cost(one))
        }
        TradeType::ExactOut => {
            one.plan.amount_in.saturating_add(cost(one))
                < other.plan.amount_in.saturating_add(cost(other))
        }
    }
}
