//! A token that takes a part of every transfer, in a pair: the one that v2-periphery tests its own router with.

use abis::periphery::{Erc20, V2Factory, V2Router};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue};
use anyhow::{Context, Result};
use serde_json::Value;

use super::hand::Hand;

const ARTIFACT: &str = "@uniswap/v2-periphery/build/DeflatingERC20.json";
/// No deadline.
const FOREVER: U256 = U256::from_limbs([u64::MAX, 0, 0, 0]);

/// The token, another one, and their pair.
#[derive(Debug, Clone, Copy)]
pub struct TaxedPair {
    /// Takes one percent.
    pub taxed: Address,
    /// Takes nothing.
    pub plain: Address,
    /// Their pair.
    pub pair: Address,
}

impl Hand {
    /// Deploys the token and fills a pair of it and this one.
    ///
    /// # Errors
    /// When the chain refuses, or the contracts are not set up.
    pub async fn taxed_pair(&self, plain: Address) -> Result<TaxedPair> {
        let modules = devchain::contracts_path();
        let text = std::fs::read_to_string(modules.join(ARTIFACT))?;
        let artifact: Value = serde_json::from_str(&text)?;
        let code = artifact["bytecode"].as_str().context("no bytecode")?;
        let mut code: Vec<u8> = code.parse::<Bytes>()?.to_vec();
        let supply = U256::from(10).pow(U256::from(27));
        code.extend(supply.abi_encode());
        let taxed = self.deploy(code).await?;
        let (router, trader) = (self.deployment().v2_router, self.trader());
        let approve = Erc20::approveCall { spender: router, value: U256::MAX }.abi_encode();
        let part = U256::from(10).pow(U256::from(22));
        let other_part = self.held(plain).await? / U256::from(50);
        let add = V2Router::addLiquidityCall {
            tokenA: taxed,
            tokenB: plain,
            amountADesired: part,
            amountBDesired: other_part,
            amountAMin: U256::ZERO,
            amountBMin: U256::ZERO,
            to: trader,
            deadline: FOREVER,
        };
        let calls = [(taxed, approve.clone()), (plain, approve), (router, add.abi_encode())];
        self.send(trader, &calls).await?;
        let (factory, asked) =
            (self.deployment().v2_factory, V2Factory::getPairCall { tokenA: taxed, tokenB: plain });
        let answer = self.read(factory, asked.abi_encode()).await?;
        Ok(TaxedPair { taxed, plain, pair: V2Factory::getPairCall::abi_decode_returns(&answer)? })
    }

    /// Sells so much of a token for the other one of a pair, as routers do it for tokens that take a part; what arrived.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn swap_taxed(&self, from: Address, to: Address, amount: U256) -> Result<U256> {
        let (router, trader) = (self.deployment().v2_router, self.trader());
        let before = self.held(to).await?;
        let swap = V2Router::swapExactTokensForTokensSupportingFeeOnTransferTokensCall {
            amountIn: amount,
            amountOutMin: U256::ZERO,
            path: vec![from, to],
            to: trader,
            deadline: FOREVER,
        };
        self.send(trader, &[(router, swap.abi_encode())]).await?;
        Ok(self.held(to).await? - before)
    }

    async fn held(&self, token: Address) -> Result<U256> {
        let call = Erc20::balanceOfCall { owner: self.trader() };
        let answer = self.read(token, call.abi_encode()).await?;
        Ok(Erc20::balanceOfCall::abi_decode_returns(&answer)?)
    }
}
