//! The same questions to the real quoters, and the state of pools as their contracts tell it.

use abis::periphery::{
    PoolKey, PoolManager, QuoteExactSingleParams, QuoterV2, StateView, V2Pair, V2Router, V3Pool,
    V4Quoter,
};
use alloy_primitives::{
    Address, Bytes, U256,
    aliases::{I24, U24, U160},
};
use alloy_sol_types::{Revert, SolCall, SolError};
use anyhow::{Context, Result, bail};
use chain::ChainError;
use devchain::Deployment;
use domain::{
    amm::Amount,
    entity::{Pool, Protocol},
    ids::PoolId,
};

use super::{
    ask::Ask,
    known::{Answer, Known, Refusal},
};

/// A call, not yet made.
pub type Call = (Address, Bytes);

/// What names a pool of V4.
///
/// # Errors
/// When its numbers are none of V4's.
pub fn key(pool: &Pool) -> Result<PoolKey> {
    Ok(PoolKey {
        currency0: pool.token0,
        currency1: pool.token1,
        fee: U24::try_from(pool.fee_pips)?,
        tickSpacing: I24::try_from(pool.tick_spacing)?,
        hooks: pool.hooks,
    })
}

/// The question as its quoter takes it.
///
/// # Errors
/// When an amount is beyond what the quoter takes.
pub fn call(at: &Deployment, known: &Known, ask: &Ask) -> Result<Call> {
    let pool = &known.pool;
    let (zero, one) = (pool.token0, pool.token1);
    let (token_in, token_out) = if ask.zero_for_one { (zero, one) } else { (one, zero) };
    let limit = ask.limit.map_or(U160::ZERO, U160::saturating_from);
    Ok(match (pool.protocol, ask.amount) {
        (Protocol::V2, Amount::ExactIn(amount)) => {
            let path = vec![token_in, token_out];
            let call = V2Router::getAmountsOutCall { amountIn: amount, path };
            (at.v2_router, call.abi_encode().into())
        }
        (Protocol::V2, Amount::ExactOut(amount)) => {
            let path = vec![token_in, token_out];
            let call = V2Router::getAmountsInCall { amountOut: amount, path };
            (at.v2_router, call.abi_encode().into())
        }
        (Protocol::V3, Amount::ExactIn(amount)) => {
            let params = QuoterV2::QuoteExactInputSingleParams {
                tokenIn: token_in,
                tokenOut: token_out,
                amountIn: amount,
                fee: U24::try_from(pool.fee_pips)?,
                sqrtPriceLimitX96: limit,
            };
            (at.quoter_v2, QuoterV2::quoteExactInputSingleCall { params }.abi_encode().into())
        }
        (Protocol::V3, Amount::ExactOut(amount)) => {
            let params = QuoterV2::QuoteExactOutputSingleParams {
                tokenIn: token_in,
                tokenOut: token_out,
                amount,
                fee: U24::try_from(pool.fee_pips)?,
                sqrtPriceLimitX96: limit,
            };
            (at.quoter_v2, QuoterV2::quoteExactOutputSingleCall { params }.abi_encode().into())
        }
        (Protocol::V4, amount) => {
            let params = QuoteExactSingleParams {
                poolKey: key(pool)?,
                zeroForOne: ask.zero_for_one,
                exactAmount: u128::try_from(amount.value()).context("V4 takes 128 bits")?,
                hookData: Bytes::new(),
            };
            let data = match amount {
                Amount::ExactIn(_) => V4Quoter::quoteExactInputSingleCall { params }.abi_encode(),
                Amount::ExactOut(_) => V4Quoter::quoteExactOutputSingleCall { params }.abi_encode(),
            };
            (at.v4_quoter, data.into())
        }
    })
}

/// The quoter's answer.
///
/// # Errors
/// When it is none that a quoter gives.
pub fn answer(
    known: &Known,
    ask: &Ask,
    data: Result<Bytes, ChainError>,
) -> Result<Result<Answer, Refusal>> {
    let data = match data {
        Ok(data) => data,
        Err(ChainError::Reverted { data, message }) => return Ok(Err(refusal(&data, &message)?)),
        Err(error) => return Err(error.into()),
    };
    let exact_in = matches!(ask.amount, Amount::ExactIn(_));
    let (amount, price) = match (known.pool.protocol, exact_in) {
        (Protocol::V2, true) => {
            let amounts = V2Router::getAmountsOutCall::abi_decode_returns(&data)?;
            (*amounts.last().context("no amounts")?, None)
        }
        (Protocol::V2, false) => {
            let amounts = V2Router::getAmountsInCall::abi_decode_returns(&data)?;
            (*amounts.first().context("no amounts")?, None)
        }
        (Protocol::V3, true) => {
            let told = QuoterV2::quoteExactInputSingleCall::abi_decode_returns(&data)?;
            (told.amountOut, Some(U256::from(told.sqrtPriceX96After)))
        }
        (Protocol::V3, false) => {
            let told = QuoterV2::quoteExactOutputSingleCall::abi_decode_returns(&data)?;
            (told.amountIn, Some(U256::from(told.sqrtPriceX96After)))
        }
        (Protocol::V4, true) => {
            (V4Quoter::quoteExactInputSingleCall::abi_decode_returns(&data)?.amountOut, None)
        }
        (Protocol::V4, false) => {
            (V4Quoter::quoteExactOutputSingleCall::abi_decode_returns(&data)?.amountIn, None)
        }
    };
    Ok(Ok(Answer { amount, sqrt_price_x96: price }))
}

/// What a revert means.
fn refusal(data: &[u8], message: &str) -> Result<Refusal> {
    let wrapped = V4Quoter::UnexpectedRevertBytes::abi_decode(data);
    let data = wrapped.as_ref().map_or(data, |error| &error.revertData);
    if V4Quoter::NotEnoughLiquidity::abi_decode(data).is_ok() {
        return Ok(Refusal::Liquidity);
    }
    if V4Quoter::SafeCastOverflow::abi_decode(data).is_ok() {
        return Ok(Refusal::Range);
    }
    if PoolManager::SwapAmountCannotBeZero::abi_decode(data).is_ok() {
        return Ok(Refusal::Zero);
    }
    let reason = Revert::abi_decode(data).map_or_else(|_| message.to_owned(), |it| it.reason);
    Ok(match reason.as_str() {
        "AS"
        | "UniswapV2Library: INSUFFICIENT_INPUT_AMOUNT"
        | "UniswapV2Library: INSUFFICIENT_OUTPUT_AMOUNT" => Refusal::Zero,
        "SPL" => Refusal::Limit,
        // the quoter's word for a shortfall
        "Unexpected error"
        | "ds-math-sub-underflow"
        | "UniswapV2Library: INSUFFICIENT_LIQUIDITY" => Refusal::Liquidity,
        "ds-math-mul-overflow" | "ds-math-add-overflow" => Refusal::Range,
        "TF" => Refusal::Balance,
        // a number that does not fit is refused without a word
        _ if data.is_empty() => Refusal::Range,
        other => bail!("the contract says {other:?} ({message}), {} bytes", data.len()),
    })
}

/// The calls that tell a pool's state: two, or one for a pair.
#[must_use]
pub fn state_calls(at: &Deployment, pool: &Pool) -> Vec<Call> {
    match (pool.id, pool.protocol) {
        (PoolId::Contract(address), Protocol::V2) => {
            vec![(address, V2Pair::getReservesCall {}.abi_encode().into())]
        }
        (PoolId::Contract(address), _) => vec![
            (address, V3Pool::slot0Call {}.abi_encode().into()),
            (address, V3Pool::liquidityCall {}.abi_encode().into()),
        ],
        (PoolId::Key(id), _) => vec![
            (at.state_view, StateView::getSlot0Call { poolId: id }.abi_encode().into()),
            (at.state_view, StateView::getLiquidityCall { poolId: id }.abi_encode().into()),
        ],
    }
}

/// The call that tells a tick.
///
/// # Errors
/// When it is none.
pub fn tick_call(at: &Deployment, pool: &Pool, index: i32) -> Result<Call> {
    let tick = I24::try_from(index)?;
    Ok(match pool.id {
        PoolId::Contract(address) => (address, V3Pool::ticksCall { tick }.abi_encode().into()),
        PoolId::Key(id) => {
            let call = StateView::getTickInfoCall { poolId: id, tick };
            (at.state_view, call.abi_encode().into())
        }
    })
}

/// Gross and net liquidity in the answer to [`tick_call`].
///
/// # Errors
/// When it is none.
pub fn tick_answer(pool: &Pool, data: &[u8]) -> Result<(u128, i128)> {
    Ok(match pool.id {
        PoolId::Contract(_) => {
            let told = V3Pool::ticksCall::abi_decode_returns(data)?;
            (told.liquidityGross, told.liquidityNet)
        }
        PoolId::Key(_) => {
            let told = StateView::getTickInfoCall::abi_decode_returns(data)?;
            (told.liquidityGross, told.liquidityNet)
        }
    })
}
