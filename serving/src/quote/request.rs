//! What a quote is asked with, and the checks that need no data.

use alloy_primitives::{Address, U256};
use api_kit::{parse, problem::Problem};
use async_graphql::Enum;
use domain::ids::{ChainId, PoolId};
use serde::Serialize;

/// Which amount is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum TradeType {
    /// `amount` is what goes in.
    ExactIn,
    /// `amount` is what should come out.
    ExactOut,
}

impl TradeType {
    /// Reads `exactIn` or `exactOut`; absent means the former.
    ///
    /// # Errors
    /// `TRADE_TYPE_INVALID`.
    pub fn parse(text: Option<&str>) -> Result<Self, Problem> {
        match text {
            None | Some("exactIn") => Ok(Self::ExactIn),
            Some("exactOut") => Ok(Self::ExactOut),
            Some(_) => Err(Problem::bad_request(
                "TRADE_TYPE_INVALID",
                "`tradeType` is exactIn or exactOut",
            )),
        }
    }
}

/// A quote as asked for, unchecked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Chain; may be left out when one is served.
    pub chain: Option<ChainId>,
    /// The pool to use; without it the best pool of the pair is chosen.
    pub pool: Option<&'a str>,
    /// Token that goes in.
    pub token_in: Option<&'a str>,
    /// Token that comes out; may be left out with `pool`.
    pub token_out: Option<&'a str>,
    /// Only pools of this fee in pips.
    pub fee: Option<u32>,
    /// Amount in smallest units.
    pub amount: Option<&'a str>,
    /// Which amount that is.
    pub trade_type: TradeType,
}

/// A trade that makes sense by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trade {
    pub(super) token_in: Address,
    pub(super) through: Through,
    pub(super) amount: U256,
    pub(super) trade_type: TradeType,
}

/// Which pools may serve a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Through {
    /// This one; the other token may have been named for safety.
    Pool(PoolId, Option<Address>),
    /// Any pool with this other token, perhaps of one fee only.
    Pair(Address, Option<u32>),
}

impl Request<'_> {
    pub(super) fn check(&self) -> Result<Trade, Problem> {
        let token = |code, field, text: Option<&str>| {
            text.map(|text| parse::address_as(code, field, text)).transpose()
        };
        let token_in = token("TOKEN_IN_INVALID", "tokenIn", self.token_in)?.ok_or_else(|| {
            Problem::bad_request("TOKEN_IN_INVALID", "`tokenIn` is missing: the token that goes in")
        })?;
        let token_out = token("TOKEN_OUT_INVALID", "tokenOut", self.token_out)?;
        if token_out == Some(token_in) {
            return Err(Problem::bad_request(
                "TOKEN_IN_OUT_SAME",
                "`tokenIn` and `tokenOut` are the same token",
            ));
        }
        let through = match (self.pool, token_out, self.fee) {
            (Some(pool), token_out, None) => {
                Through::Pool(parse::pool_id("pool", pool)?, token_out)
            }
            (Some(_), _, Some(_)) => {
                return Err(Problem::bad_request(
                    "QUERY_INVALID",
                    "give `fee` or `pool`, not both: a pool has its fee",
                ));
            }
            (None, Some(token_out), fee) => Through::Pair(token_out, fee),
            (None, None, _) => {
                return Err(Problem::bad_request(
                    "TOKEN_OUT_INVALID",
                    "give `tokenOut`, or the `pool` to use",
                ));
            }
        };
        let amount = self.amount.ok_or_else(|| {
            Problem::bad_request(
                "AMOUNT_INVALID",
                "`amount` is missing: the amount in the token's smallest unit",
            )
        })?;
        let amount = parse::uint256("AMOUNT_INVALID", "amount", amount)?;
        if amount.is_zero() {
            return Err(Problem::bad_request(
                "AMOUNT_INVALID",
                "`amount` is 0: there is nothing to trade",
            ));
        }
        Ok(Trade { token_in, through, amount, trade_type: self.trade_type })
    }
}
