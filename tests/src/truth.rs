//! What the chain itself says, read without any of sooho's own reading code.

use std::collections::BTreeSet;

use abis::{
    events::{v2, v3, v4},
    periphery::{Erc20, Erc721Preset, Erc1155Preset, StateView, V2Factory, V2Pair, V3Pool},
};
use alloy::{
    eips::BlockId,
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::{Filter, Log, TransactionRequest},
};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolEvent};
use anyhow::Result;
use devchain::Deployment;

/// A chain to ask.
#[derive(Debug)]
pub struct Truth {
    provider: DynProvider,
    deployment: Deployment,
}

impl Truth {
    pub(crate) fn new(url: &str, deployment: Deployment) -> Result<Self> {
        Ok(Self {
            provider: ProviderBuilder::new().connect_http(url.parse()?).erased(),
            deployment,
        })
    }

    /// The chain's head.
    ///
    /// # Errors
    /// When the endpoint fails.
    pub async fn head(&self) -> Result<u64> {
        Ok(self.provider.get_block_number().await?)
    }

    async fn call<C: SolCall>(&self, to: Address, call: C, block: u64) -> Result<C::Return> {
        let request = TransactionRequest::default().to(to).input(call.abi_encode().into());
        let answer = self.provider.call(request).block(BlockId::number(block)).await?;
        Ok(C::abi_decode_returns(&answer)?)
    }

    async fn count(&self, filter: Filter, to: u64) -> Result<usize> {
        Ok(self.provider.get_logs(&filter.from_block(0).to_block(to)).await?.len())
    }

    /// Swap logs of all protocols up to a block.
    ///
    /// # Errors
    /// When the endpoint fails.
    pub async fn swaps(&self, to: u64) -> Result<usize> {
        let pools =
            Filter::new().event_signature(vec![v2::Swap::SIGNATURE_HASH, v3::Swap::SIGNATURE_HASH]);
        let manager = Filter::new()
            .address(self.deployment.v4_pool_manager)
            .event_signature(v4::Swap::SIGNATURE_HASH);
        Ok(self.count(pools, to).await? + self.count(manager, to).await?)
    }

    /// Logs with this event signature of these contracts up to a block, in order.
    ///
    /// # Errors
    /// When the endpoint fails.
    pub async fn logs(
        &self,
        signature: &str,
        emitters: &BTreeSet<Address>,
        to: u64,
    ) -> Result<Vec<Log>> {
        let emitters: Vec<Address> = emitters.iter().copied().collect();
        let filter = Filter::new().address(emitters).event(signature).from_block(0).to_block(to);
        Ok(self.provider.get_logs(&filter).await?)
    }

    /// Every pair the V2 factory made up to a block.
    ///
    /// # Errors
    /// When the endpoint fails.
    pub async fn pairs(&self, to: u64) -> Result<BTreeSet<Address>> {
        let factory = self.deployment.v2_factory;
        let count: u64 = self.call(factory, V2Factory::allPairsLengthCall {}, to).await?.to();
        let mut pairs = BTreeSet::new();
        for index in (0..count).map(U256::from) {
            pairs.insert(self.call(factory, V2Factory::allPairsCall { index }, to).await?);
        }
        Ok(pairs)
    }

    /// Every pool id the factories made up to a block, as lower-case text.
    ///
    /// # Errors
    /// When the endpoint fails.
    pub async fn pools(&self, to: u64) -> Result<Vec<String>> {
        let factory = self.deployment.v2_factory;
        let mut ids = Vec::new();
        let count: u64 = self.call(factory, V2Factory::allPairsLengthCall {}, to).await?.to();
        for index in 0..count {
            let pair = self
                .call(factory, V2Factory::allPairsCall { index: U256::from(index) }, to)
                .await?;
            ids.push(format!("{pair:#x}"));
        }
        let created = Filter::new()
            .address(self.deployment.v3_factory)
            .event_signature(v3::PoolCreated::SIGNATURE_HASH);
        for log in self.provider.get_logs(&created.from_block(0).to_block(to)).await? {
            ids.push(format!("{:#x}", v3::PoolCreated::decode_log(&log.inner)?.pool));
        }
        let created = Filter::new()
            .address(self.deployment.v4_pool_manager)
            .event_signature(v4::Initialize::SIGNATURE_HASH);
        for log in self.provider.get_logs(&created.from_block(0).to_block(to)).await? {
            ids.push(format!("{:#x}", v4::Initialize::decode_log(&log.inner)?.id));
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// Reserves of a pair.
    ///
    /// # Errors
    /// When the endpoint fails.
    pub async fn reserves(&self, pair: Address, block: u64) -> Result<(U256, U256)> {
        let reserves = self.call(pair, V2Pair::getReservesCall {}, block).await?;
        Ok((U256::from(reserves.reserve0), U256::from(reserves.reserve1)))
    }

    /// What an account holds of a token.
    ///
    /// # Errors
    /// When the endpoint fails.
    pub async fn token_balance(&self, token: Address, owner: Address, block: u64) -> Result<U256> {
        self.call(token, Erc20::balanceOfCall { owner }, block).await
    }

    /// What an account holds of the native currency (wei).
    ///
    /// # Errors
    /// When the endpoint fails.
    pub async fn native_balance(&self, owner: Address, block: u64) -> Result<U256> {
        Ok(self.provider.get_balance(owner).block_id(BlockId::number(block)).await?)
    }

    /// Price, tick and liquidity of a V3 pool.
    ///
    /// # Errors
    /// When the endpoint fails.
    pub async fn v3_state(&self, pool: Address, block: u64) -> Result<(U256, i32, u128)> {
        let slot0 = self.call(pool, V3Pool::slot0Call {}, block).await?;
        let liquidity = self.call(pool, V3Pool::liquidityCall {}, block).await?;
        Ok((U256::from(slot0.sqrtPriceX96), slot0.tick.as_i32(), liquidity))
    }

    /// Price, tick and liquidity of a V4 pool.
    ///
    /// # Errors
    /// When the endpoint fails.
    pub async fn v4_state(&self, pool: B256, block: u64) -> Result<(U256, i32, u128)> {
        let view = self.deployment.state_view;
        let slot0 = self.call(view, StateView::getSlot0Call { poolId: pool }, block).await?;
        let liquidity =
            self.call(view, StateView::getLiquidityCall { poolId: pool }, block).await?;
        Ok((U256::from(slot0.sqrtPriceX96), slot0.tick.as_i32(), liquidity))
    }

    /// Owner of an ERC-721 token; `None` when it does not exist.
    pub async fn owner(&self, collection: Address, token_id: U256, block: u64) -> Option<Address> {
        self.call(collection, Erc721Preset::ownerOfCall { tokenId: token_id }, block).await.ok()
    }

    /// Balance of an ERC-1155 token.
    ///
    /// # Errors
    /// When the endpoint fails.
    pub async fn balance(
        &self,
        collection: Address,
        owner: Address,
        id: U256,
        block: u64,
    ) -> Result<U256> {
        self.call(collection, Erc1155Preset::balanceOfCall { account: owner, id }, block).await
    }
}
