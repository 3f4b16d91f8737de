//! One pool's quote as a contract call, and its answer as amounts.

use abis::periphery::{PoolKey, QuoteExactSingleParams, QuoterV2, V2Router, V4Quoter};
use alloy_primitives::{
    Address, Bytes, U256,
    aliases::{I24, U24, U160},
};
use alloy_sol_types::SolCall;
use api_kit::problem::Problem;
use domain::{
    entity::{Pool, PoolState, Protocol},
    ids::PoolId,
};

use super::request::{Trade, TradeType};
use crate::deps::ChainDeps;

/// One above the lowest and one below the highest price: where a swap ends that a pool could not fill.
const LIMITS: [&str; 2] = ["4295128740", "1461446703485210103287273052203988822378723970341"];

/// A call to a quoter.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) to: Address,
    pub(super) data: Bytes,
}

/// What a quoter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The amount that was asked for: out for exact-in, in for exact-out.
    pub(super) amount: U256,
    /// Gas of the pool's swap, where the quoter tells.
    pub(super) gas: Option<U256>,
}

impl Call {
    /// The call that quotes this trade in this pool.
    pub(super) fn plan(
        chain: &ChainDeps,
        pool: &Pool,
        token_in: Address,
        trade: &Trade,
    ) -> Result<Self, Problem> {
        let quoters = chain.quoters.get(&pool.dex).copied().unwrap_or_default();
        let (contract, key) = match pool.protocol {
            Protocol::V2 => (quoters.v2_router, "v2_router"),
            Protocol::V3 => (quoters.quoter_v2, "quoter_v2"),
            Protocol::V4 => (quoters.v4_quoter, "v4_quoter"),
        };
        let to = contract.ok_or_else(|| {
            let detail = format!(
                "pool {} cannot be quoted: `{key}` is not configured for dex `{}`",
                pool.id, pool.dex
            );
            Problem::unprocessable("POOL_UNSUPPORTED", detail)
        })?;
        check_state(pool)?;
        check_size(pool, token_in, trade)?;
        let token_out = if token_in == pool.token0 { pool.token1 } else { pool.token0 };
        let data = match pool.protocol {
            Protocol::V2 => v2(trade, vec![token_in, token_out]),
            Protocol::V3 => v3(trade, token_in, token_out, U24::from(pool.fee_pips)),
            Protocol::V4 => v4(trade, pool, token_in)?,
        };
        Ok(Self { to, data: data.into() })
    }

    /// Reads the quoter's answer.
    pub(super) fn read(&self, pool: &Pool, trade: &Trade, data: &[u8]) -> Result<Outcome, Problem> {
        let outcome = match (pool.protocol, trade.trade_type) {
            (Protocol::V2, TradeType::ExactIn) => {
                V2Router::getAmountsOutCall::abi_decode_returns(data)
                    .ok()
                    .and_then(|amounts| amounts.last().copied())
                    .map(|amount| Outcome { amount, gas: None })
            }
            (Protocol::V2, TradeType::ExactOut) => {
                V2Router::getAmountsInCall::abi_decode_returns(data)
                    .ok()
                    .and_then(|amounts| amounts.first().copied())
                    .map(|amount| Outcome { amount, gas: None })
            }
            (Protocol::V3, TradeType::ExactIn) => {
                let answer = QuoterV2::quoteExactInputSingleCall::abi_decode_returns(data).ok();
                if answer.as_ref().is_some_and(|answer| is_limit(answer.sqrtPriceX96After)) {
                    // the quoter then tells the output of a part of the input, without saying so
                    return Err(too_large(
                        pool,
                        "the pool's liquidity ends before the whole amount is in",
                    ));
                }
                answer.map(|answer| Outcome {
                    amount: answer.amountOut,
                    gas: Some(answer.gasEstimate),
                })
            }
            (Protocol::V3, TradeType::ExactOut) => {
                QuoterV2::quoteExactOutputSingleCall::abi_decode_returns(data).ok().map(|answer| {
                    Outcome { amount: answer.amountIn, gas: Some(answer.gasEstimate) }
                })
            }
            (Protocol::V4, TradeType::ExactIn) => {
                V4Quoter::quoteExactInputSingleCall::abi_decode_returns(data).ok().map(|answer| {
                    Outcome { amount: answer.amountOut, gas: Some(answer.gasEstimate) }
                })
            }
            (Protocol::V4, TradeType::ExactOut) => {
                V4Quoter::quoteExactOutputSingleCall::abi_decode_returns(data).ok().map(|answer| {
                    Outcome { amount: answer.amountIn, gas: Some(answer.gasEstimate) }
                })
            }
        };
        outcome.ok_or_else(|| {
            let detail = format!(
                "{} does not answer like a quoter; check the quoters of dex `{}`",
                self.to, pool.dex
            );
            Problem::unprocessable("POOL_UNSUPPORTED", detail)
        })
    }
}

/// 422: more than a pool can take or give.
pub(super) fn too_large(pool: &Pool, why: &str) -> Problem {
    Problem::unprocessable(
        "AMOUNT_TOO_LARGE",
        format!("`amount` is too large for pool {}: {why}", pool.id),
    )
}

/// Refuses pools that nobody can trade in now.
fn check_state(pool: &Pool) -> Result<(), Problem> {
    let why = match pool.state {
        PoolState::Reserves { reserve0, reserve1 } if reserve0.is_zero() || reserve1.is_zero() => {
            "it is empty"
        }
        PoolState::Concentrated { sqrt_price_x96, .. } if sqrt_price_x96.is_zero() => {
            "it has no price yet"
        }
        _ => return Ok(()),
    };
    let detail = format!("pool {} cannot be traded in: {why}", pool.id);
    Err(Problem::unprocessable("POOL_UNSUPPORTED", detail))
}

/// Refuses amounts the contracts cannot even be asked for.
fn check_size(pool: &Pool, token_in: Address, trade: &Trade) -> Result<(), Problem> {
    let most = match pool.protocol {
        Protocol::V2 => U256::MAX,
        Protocol::V3 => U256::MAX >> 1,
        Protocol::V4 => U256::from(u128::MAX),
    };
    if trade.amount > most {
        return Err(too_large(pool, &format!("at most {most} can be asked for")));
    }
    if let (TradeType::ExactOut, PoolState::Reserves { reserve0, reserve1 }) =
        (trade.trade_type, pool.state)
    {
        let held = if token_in == pool.token0 { reserve1 } else { reserve0 };
        if trade.amount >= held {
            let most = held.saturating_sub(U256::ONE);
            return Err(too_large(pool, &format!("it can give at most {most}")));
        }
    }
    Ok(())
}

fn v2(trade: &Trade, path: Vec<Address>) -> Vec<u8> {
    match trade.trade_type {
        TradeType::ExactIn => {
            V2Router::getAmountsOutCall { amountIn: trade.amount, path }.abi_encode()
        }
        TradeType::ExactOut => {
            V2Router::getAmountsInCall { amountOut: trade.amount, path }.abi_encode()
        }
    }
}

#[expect(non_snake_case, reason = "fields carry the names the contracts give them")]
fn v3(trade: &Trade, tokenIn: Address, tokenOut: Address, fee: U24) -> Vec<u8> {
    // no limit of our own: the quoter then uses the end of the price range
    let sqrtPriceLimitX96 = U160::ZERO;
    match trade.trade_type {
        TradeType::ExactIn => {
            let amountIn = trade.amount;
            let params = QuoterV2::QuoteExactInputSingleParams {
                tokenIn,
                tokenOut,
                amountIn,
                fee,
                sqrtPriceLimitX96,
            };
            QuoterV2::quoteExactInputSingleCall { params }.abi_encode()
        }
        TradeType::ExactOut => {
            let amount = trade.amount;
            let params = QuoterV2::QuoteExactOutputSingleParams {
                tokenIn,
                tokenOut,
                amount,
                fee,
                sqrtPriceLimitX96,
            };
            QuoterV2::quoteExactOutputSingleCall { params }.abi_encode()
        }
    }
}

fn v4(trade: &Trade, pool: &Pool, token_in: Address) -> Result<Vec<u8>, Problem> {
    let unsupported = || {
        Problem::unprocessable(
            "POOL_UNSUPPORTED",
            format!("pool {} has an impossible key", pool.id),
        )
    };
    let params = QuoteExactSingleParams {
        poolKey: PoolKey {
            currency0: pool.token0,
            currency1: pool.token1,
            fee: U24::from(pool.fee_pips),
            tickSpacing: I24::try_from(pool.tick_spacing).map_err(|_| unsupported())?,
            hooks: pool.hooks,
        },
        zeroForOne: token_in == pool.token0,
        exactAmount: trade.amount.try_into().map_err(|_| unsupported())?,
        hookData: Bytes::new(),
    };
    debug_assert!(matches!(pool.id, PoolId::Key(_)), "a V4 pool has a key");
    Ok(match trade.trade_type {
        TradeType::ExactIn => V4Quoter::quoteExactInputSingleCall { params }.abi_encode(),
        TradeType::ExactOut => V4Quoter::quoteExactOutputSingleCall { params }.abi_encode(),
    })
}

fn is_limit(price: U160) -> bool {
    LIMITS.iter().any(|limit| price.to_string() == *limit)
}
