//! The chain's own answers, as of any block.

use abis::periphery::{Erc20, StateView, V2Pair, V3Pool};
use alloy::{
    eips::BlockId,
    network::TransactionResponse as _,
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::TransactionRequest,
};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use anyhow::{Context, Result};

/// A chain to ask.
pub(super) struct Ask {
    provider: DynProvider,
    state_view: Address,
}

impl Ask {
    pub(super) fn new(url: &str, state_view: Address) -> Result<Self> {
        let provider = ProviderBuilder::new().connect_http(url.parse()?).erased();
        Ok(Self { provider, state_view })
    }

    async fn call<C: SolCall>(&self, to: Address, call: C, block: u64) -> Result<C::Return> {
        let request = TransactionRequest::default().to(to).input(call.abi_encode().into());
        let answer = self.provider.call(request).block(BlockId::number(block)).await?;
        Ok(C::abi_decode_returns(&answer)?)
    }

    /// Reserves of a pair, in smallest units.
    pub(super) async fn reserves(&self, pair: Address, block: u64) -> Result<[U256; 2]> {
        let found = self.call(pair, V2Pair::getReservesCall {}, block).await?;
        Ok([U256::from(found.reserve0), U256::from(found.reserve1)])
    }

    /// All shares of a pair.
    pub(super) async fn shares(&self, pair: Address, block: u64) -> Result<U256> {
        self.call(pair, V2Pair::totalSupplyCall {}, block).await
    }

    /// What an account holds of a token.
    pub(super) async fn balance(&self, token: Address, owner: Address, block: u64) -> Result<U256> {
        self.call(token, Erc20::balanceOfCall { owner }, block).await
    }

    /// Price and liquidity of a V3 pool.
    pub(super) async fn v3(&self, pool: Address, block: u64) -> Result<(U256, u128)> {
        let slot0 = self.call(pool, V3Pool::slot0Call {}, block).await?;
        let liquidity = self.call(pool, V3Pool::liquidityCall {}, block).await?;
        Ok((U256::from(slot0.sqrtPriceX96), liquidity))
    }

    /// Price and liquidity of a V4 pool.
    pub(super) async fn v4(&self, pool: B256, block: u64) -> Result<(U256, u128)> {
        let view = self.state_view;
        let slot0 = self.call(view, StateView::getSlot0Call { poolId: pool }, block).await?;
        let liquidity =
            self.call(view, StateView::getLiquidityCall { poolId: pool }, block).await?;
        Ok((U256::from(slot0.sqrtPriceX96), liquidity))
    }

    /// Sender of a transaction, and the block that it is in.
    pub(super) async fn sender(&self, hash: B256) -> Result<(Address, Option<u64>)> {
        let found = self.provider.get_transaction_by_hash(hash).await?;
        let transaction = found.with_context(|| format!("no transaction {hash}"))?;
        Ok((transaction.from(), transaction.block_number))
    }

    /// The time of every block up to one, in Unix seconds.
    pub(super) async fn times(&self, to: u64) -> Result<Vec<u64>> {
        let mut times = Vec::new();
        for number in 0..=to {
            let block = self.provider.get_block(BlockId::number(number)).await?;
            times.push(block.with_context(|| format!("no block {number}"))?.header.timestamp);
        }
        Ok(times)
    }
}
