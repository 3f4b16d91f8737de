//! What a quote is asked with, and the checks that need no data.

use std::time::Duration;

use alloy_primitives::{Address, U256};
use api_kit::{parse, problem::Problem};
use async_graphql::Enum;
use domain::{
    amm::Amount,
    entity::Protocol,
    ids::{ChainId, PoolId},
    route::{MOST_HOPS, MOST_SPLITS},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod sending;

pub(super) use self::sending::{GivenPermit, PortionWish, Wish};
pub use self::sending::{RouterKind, SendRequest, StateKind};

/// Legs of a path unless said otherwise.
const HOPS: usize = 3;
/// Paths unless said otherwise.
const SPLITS: usize = 3;
/// Entries of a list of tokens or pools.
const MOST_LISTED: usize = 100;
/// Stands for the native currency beside the zero address.
const NATIVE: &str = "native";
/// Basis points of slippage: half of the amount.
const MOST_SLIPPAGE: u32 = 5_000;
/// Basis points of slippage of a transaction unless said.
const DEFAULT_SLIPPAGE: u32 = 50;

/// Which amount is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Enum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum TradeType {
    /// `amount` is what goes in.
    #[default]
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

/// A quote as asked for, unchecked. Lists are separated by commas.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// Chain; may be left out when one is served.
    pub chain: Option<ChainId>,
    /// The pool to use; without it the best way is looked for.
    pub pool: Option<&'a str>,
    /// Token that goes in.
    pub token_in: Option<&'a str>,
    /// Token that comes out; may be left out with `pool`.
    pub token_out: Option<&'a str>,
    /// Only pools of the pair with this fee, in one leg.
    pub fee: Option<u32>,
    /// Amount in smallest units.
    pub amount: Option<&'a str>,
    /// Which amount that is.
    pub trade_type: TradeType,
    /// Legs of a path.
    pub max_hops: Option<u32>,
    /// Paths.
    pub max_splits: Option<u32>,
    /// `v2`, `v3`, `v4`.
    pub protocols: Option<&'a str>,
    /// Only these pools.
    pub only_pools: Option<&'a str>,
    /// Traded through only these tokens.
    pub only_tokens: Option<&'a str>,
    /// Pools that are not used.
    pub exclude_pools: Option<&'a str>,
    /// Tokens that are not traded through.
    pub exclude_tokens: Option<&'a str>,
    /// Basis points by which the result may be worse.
    pub slippage_bps: Option<u32>,
    /// Price of gas in wei.
    pub gas_price_wei: Option<&'a str>,
    /// Oldest block that is accepted, in milliseconds.
    pub max_age_ms: Option<u64>,
    /// Whether the quoter contracts are asked, too.
    pub verify: bool,
    /// What a transaction is asked for with.
    pub send: SendRequest<'a>,
}

/// A trade that makes sense by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trade {
    pub(super) token_in: Address,
    pub(super) through: Through,
    pub(super) amount: U256,
    pub(super) trade_type: TradeType,
    pub(super) hops: usize,
    pub(super) splits: usize,
    pub(super) protocols: Vec<Protocol>,
    /// All when empty.
    pub(super) only_pools: Vec<PoolId>,
    /// All when empty.
    pub(super) only_tokens: Vec<Address>,
    pub(super) exclude_pools: Vec<PoolId>,
    pub(super) exclude_tokens: Vec<Address>,
    pub(super) slippage_bps: Option<u32>,
    pub(super) gas_price_wei: Option<U256>,
    pub(super) max_age: Option<Duration>,
    pub(super) verify: bool,
    /// The transaction that is wanted.
    pub(super) wish: Option<Wish>,
}

/// Which pools may serve a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Through {
    /// This one; the other token may have been named for safety.
    Pool(PoolId, Option<Address>),
    /// Any way to this other token, or one leg through a pool of this fee.
    Pair(Address, Option<u32>),
}

impl Trade {
    pub(super) const fn amount(&self) -> Amount {
        match self.trade_type {
            TradeType::ExactIn => Amount::ExactIn(self.amount),
            TradeType::ExactOut => Amount::ExactOut(self.amount),
        }
    }
}

impl Request<'_> {
    pub(super) fn check(&self) -> Result<Trade, Problem> {
        let token = |code, field, text: Option<&str>| {
            text.map(|text| match text {
                NATIVE => Ok(Address::ZERO),
                text => parse::address_as(code, field, text),
            })
            .transpose()
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
        let wish = self.send.check()?;
        Ok(Trade {
            token_in,
            through: self.through(token_out)?,
            amount: self.amount()?,
            trade_type: self.trade_type,
            hops: bounded("maxHops", self.max_hops, HOPS, MOST_HOPS)?,
            splits: bounded("maxSplits", self.max_splits, SPLITS, MOST_SPLITS)?,
            protocols: list("protocols", self.protocols, protocol)?,
            only_pools: pools("onlyPools", self.only_pools)?,
            only_tokens: tokens("onlyTokens", self.only_tokens)?,
            exclude_pools: pools("excludePools", self.exclude_pools)?,
            exclude_tokens: tokens("excludeTokens", self.exclude_tokens)?,
            slippage_bps: self.slippage()?.or(wish.as_ref().map(|_| DEFAULT_SLIPPAGE)),
            gas_price_wei: self
                .gas_price_wei
                .map(|text| parse::uint256("QUERY_INVALID", "gasPriceWei", text))
                .transpose()?,
            max_age: self.max_age_ms.map(Duration::from_millis),
            verify: self.verify,
            wish,
        })
    }

    fn through(&self, token_out: Option<Address>) -> Result<Through, Problem> {
        match (self.pool, token_out, self.fee) {
            (Some(pool), token_out, None) => {
                Ok(Through::Pool(parse::pool_id("pool", pool)?, token_out))
            }
            (Some(_), _, Some(_)) => Err(Problem::bad_request(
                "QUERY_INVALID",
                "give `fee` or `pool`, not both: a pool has its fee",
            )),
            (None, Some(token_out), fee) => Ok(Through::Pair(token_out, fee)),
            (None, None, _) => Err(Problem::bad_request(
                "TOKEN_OUT_INVALID",
                "give `tokenOut`, or the `pool` to use",
            )),
        }
    }

    fn amount(&self) -> Result<U256, Problem> {
        let invalid = |detail| Problem::bad_request("AMOUNT_INVALID", detail);
        let amount = self.amount.ok_or_else(|| {
            invalid("`amount` is missing: the amount in the token's smallest unit")
        })?;
        let amount = parse::uint256("AMOUNT_INVALID", "amount", amount)?;
        if amount.is_zero() {
            return Err(invalid("`amount` is 0: there is nothing to trade"));
        }
        Ok(amount)
    }

    fn slippage(&self) -> Result<Option<u32>, Problem> {
        match self.slippage_bps {
            Some(bps) if bps > MOST_SLIPPAGE => Err(Problem::bad_request(
                "SLIPPAGE_INVALID",
                format!("`slippageBps` is {bps}: give 0 to {MOST_SLIPPAGE} basis points"),
            )),
            bps => Ok(bps),
        }
    }
}

fn bounded(field: &str, given: Option<u32>, default: usize, most: usize) -> Result<usize, Problem> {
    let Some(given) = given else { return Ok(default) };
    usize::try_from(given).ok().filter(|given| (1..=most).contains(given)).ok_or_else(|| {
        Problem::bad_request("QUERY_INVALID", format!("`{field}` is {given}: give 1 to {most}"))
    })
}

fn list<T>(
    field: &str,
    text: Option<&str>,
    read: impl Fn(&str) -> Result<T, Problem>,
) -> Result<Vec<T>, Problem> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(Vec::new()) };
    let count = text.split(',').count();
    if count > MOST_LISTED {
        let detail = format!("`{field}` names {count}: give at most {MOST_LISTED}");
        return Err(Problem::bad_request("QUERY_INVALID", detail));
    }
    text.split(',').map(|entry| read(entry.trim())).collect()
}

fn pools(field: &str, text: Option<&str>) -> Result<Vec<PoolId>, Problem> {
    list(field, text, |text| parse::pool_id(field, text))
}

fn tokens(field: &str, text: Option<&str>) -> Result<Vec<Address>, Problem> {
    list(field, text, |text| parse::address_as("QUERY_INVALID", field, text))
}

fn protocol(text: &str) -> Result<Protocol, Problem> {
    match text {
        "v2" => Ok(Protocol::V2),
        "v3" => Ok(Protocol::V3),
        "v4" => Ok(Protocol::V4),
        _ => Err(Problem::bad_request(
            "QUERY_INVALID",
            "`protocols` is a list of v2, v3 and v4, separated by commas",
        )),
    }
}
