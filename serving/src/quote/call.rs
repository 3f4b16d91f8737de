//! One leg as a call of the contract that quotes it, and its answer as an amount.

use abis::periphery::{PoolKey, QuoteExactSingleParams, QuoterV2, V2Router, V4Quoter};
use alloy_primitives::{
    Address, Bytes, U256,
    aliases::{I24, U24, U160},
};
use alloy_sol_types::SolCall;
use domain::entity::Protocol;

use super::request::TradeType;
use crate::{book::PoolName, deps::Quoters};

/// A trade in one pool.
#[derive(Debug)]
pub(super) struct Single<'a> {
    pub(super) name: &'a PoolName,
    pub(super) protocol: Protocol,
    /// Token0 and token1.
    pub(super) tokens: [Address; 2],
    pub(super) zero_for_one: bool,
    pub(super) trade_type: TradeType,
    pub(super) amount: U256,
}

impl Single<'_> {
    /// The quoter, where one is configured.
    pub(super) const fn quoter(&self, quoters: &Quoters) -> Option<Address> {
        match self.protocol {
            Protocol::V2 => quoters.v2_router,
            Protocol::V3 => quoters.quoter_v2,
            Protocol::V4 => quoters.v4_quoter,
        }
    }

    const fn ends(&self) -> (Address, Address) {
        let [token0, token1] = self.tokens;
        if self.zero_for_one { (token0, token1) } else { (token1, token0) }
    }

    /// What the quoter is sent; `None` for a key that no pool can have.
    pub(super) fn data(&self) -> Option<Bytes> {
        let data = match self.protocol {
            Protocol::V2 => self.v2(),
            Protocol::V3 => self.v3(),
            Protocol::V4 => self.v4()?,
        };
        Some(data.into())
    }

    fn v2(&self) -> Vec<u8> {
        let (from, to) = self.ends();
        let path = vec![from, to];
        match self.trade_type {
            TradeType::ExactIn => {
                V2Router::getAmountsOutCall { amountIn: self.amount, path }.abi_encode()
            }
            TradeType::ExactOut => {
                V2Router::getAmountsInCall { amountOut: self.amount, path }.abi_encode()
            }
        }
    }

    #[expect(non_snake_case, reason = "fields carry the names the contracts give them")]
    fn v3(&self) -> Vec<u8> {
        let (tokenIn, tokenOut) = self.ends();
        let fee = U24::from(self.name.fee_pips);
        // no limit of our own: the quoter then uses the end of the price range
        let sqrtPriceLimitX96 = U160::ZERO;
        match self.trade_type {
            TradeType::ExactIn => {
                let amountIn = self.amount;
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
                let amount = self.amount;
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

    fn v4(&self) -> Option<Vec<u8>> {
        let [currency0, currency1] = self.tokens;
        let params = QuoteExactSingleParams {
            poolKey: PoolKey {
                currency0,
                currency1,
                fee: U24::from(self.name.fee_pips),
                tickSpacing: I24::try_from(self.name.tick_spacing).ok()?,
                hooks: self.name.hooks,
            },
            zeroForOne: self.zero_for_one,
            exactAmount: self.amount.try_into().ok()?,
            hookData: Bytes::new(),
        };
        Some(match self.trade_type {
            TradeType::ExactIn => V4Quoter::quoteExactInputSingleCall { params }.abi_encode(),
            TradeType::ExactOut => V4Quoter::quoteExactOutputSingleCall { params }.abi_encode(),
        })
    }

    /// The amount that was asked for: out for exact in, in for exact out. `None` when that is no quoter's answer.
    pub(super) fn read(protocol: Protocol, trade_type: TradeType, data: &[u8]) -> Option<U256> {
        match (protocol, trade_type) {
            (Protocol::V2, TradeType::ExactIn) => {
                V2Router::getAmountsOutCall::abi_decode_returns(data).ok()?.last().copied()
            }
            (Protocol::V2, TradeType::ExactOut) => {
                V2Router::getAmountsInCall::abi_decode_returns(data).ok()?.first().copied()
            }
            (Protocol::V3, TradeType::ExactIn) => {
                let answer = QuoterV2::quoteExactInputSingleCall::abi_decode_returns(data).ok()?;
                Some(answer.amountOut)
            }
            (Protocol::V3, TradeType::ExactOut) => {
                let answer = QuoterV2::quoteExactOutputSingleCall::abi_decode_returns(data).ok()?;
                Some(answer.amountIn)
            }
            (Protocol::V4, TradeType::ExactIn) => {
                let answer = V4Quoter::quoteExactInputSingleCall::abi_decode_returns(data).ok()?;
                Some(answer.amountOut)
            }
            (Protocol::V4, TradeType::ExactOut) => {
                let answer = V4Quoter::quoteExactOutputSingleCall::abi_decode_returns(data).ok()?;
                Some(answer.amountIn)
            }
        }
    }
}
