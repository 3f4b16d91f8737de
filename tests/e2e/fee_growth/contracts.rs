//! What the contracts themselves keep of fees, and the protocol's owner, who takes a share.

use abis::periphery::{PoolKey, PoolManager, PositionManagerV3, StateView, V3Pool};
use alloy::{
    eips::BlockId,
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::TransactionRequest,
};
use alloy_primitives::{
    Address, B256, Bytes, U64, U256,
    aliases::{I24, U24},
};
use alloy_sol_types::SolCall;
use anyhow::{Context, Result, ensure};
use devchain::{Deployment, Rpc};
use domain::{entity::Pool, ids::PoolId};
use serde_json::{Value, json};
use tests::world::World;

/// The contracts of a world.
pub(super) struct Contracts {
    provider: DynProvider,
    rpc: Rpc,
    deployment: Deployment,
    /// V3's position manager.
    pub(super) manager: Address,
}

impl Contracts {
    pub(super) fn new(world: &World) -> Result<Self> {
        let url = world.chain.url();
        let deployment = world.deployment.clone();
        Ok(Self {
            provider: ProviderBuilder::new().connect_http(url.parse()?).erased(),
            rpc: Rpc::new(&url)?,
            manager: deployment.nonfungible_position_manager,
            deployment,
        })
    }

    pub(super) async fn head(&self) -> Result<u64> {
        Ok(self.provider.get_block_number().await?)
    }

    async fn call<C: SolCall>(&self, to: Address, call: C, block: u64) -> Result<C::Return> {
        let request = TransactionRequest::default().to(to).input(call.abi_encode().into());
        let ask = self.provider.call(request).block(BlockId::number(block));
        let answer = Box::pin(async move { ask.await }).await?;
        Ok(C::abi_decode_returns(&answer)?)
    }

    /// `feeGrowthGlobal` of both tokens.
    pub(super) async fn global(&self, pool: &Pool, block: u64) -> Result<[U256; 2]> {
        match pool.id {
            PoolId::Contract(address) => Ok([
                self.call(address, V3Pool::feeGrowthGlobal0X128Call {}, block).await?,
                self.call(address, V3Pool::feeGrowthGlobal1X128Call {}, block).await?,
            ]),
            PoolId::Key(id) => {
                let call = StateView::getFeeGrowthGlobalsCall { poolId: id };
                let found = self.call(self.deployment.state_view, call, block).await?;
                Ok([found.feeGrowthGlobal0, found.feeGrowthGlobal1])
            }
        }
    }

    /// Gross liquidity and `feeGrowthOutside` of a tick.
    pub(super) async fn tick(
        &self,
        pool: &Pool,
        index: i32,
        block: u64,
    ) -> Result<(u128, [U256; 2])> {
        let tick = I24::try_from(index)?;
        match pool.id {
            PoolId::Contract(address) => {
                let found = self.call(address, V3Pool::ticksCall { tick }, block).await?;
                let growth = [found.feeGrowthOutside0X128, found.feeGrowthOutside1X128];
                Ok((found.liquidityGross, growth))
            }
            PoolId::Key(id) => {
                let call = StateView::getTickInfoCall { poolId: id, tick };
                let found = self.call(self.deployment.state_view, call, block).await?;
                let growth = [found.feeGrowthOutside0X128, found.feeGrowthOutside1X128];
                Ok((found.liquidityGross, growth))
            }
        }
    }

    /// `feeGrowthInsideLast` of a V3 position; `None` when it is burnt.
    pub(super) async fn inside(&self, token: U256, block: u64) -> Result<Option<[U256; 2]>> {
        let call = PositionManagerV3::positionsCall { tokenId: token };
        let found = self.call(self.manager, call, block).await.ok();
        Ok(found.map(|it| [it.feeGrowthInside0LastX128, it.feeGrowthInside1LastX128]))
    }

    /// The protocol takes a share of the fees of every pool, another one for each.
    pub(super) async fn take_fees(&self, pools: &[Pool]) -> Result<()> {
        let (owner, manager) = (self.deployment.deployer, self.deployment.v4_pool_manager);
        let call = PoolManager::setProtocolFeeControllerCall { controller: owner };
        self.send(owner, manager, call.abi_encode()).await?;
        for (n, pool) in (0_u8..).zip(pools) {
            match pool.id {
                PoolId::Contract(address) => {
                    let call = V3Pool::setFeeProtocolCall {
                        feeProtocol0: 4 + n % 7,
                        feeProtocol1: if n % 3 == 0 { 0 } else { 10 - n % 7 },
                    };
                    self.send(owner, address, call.abi_encode()).await?;
                }
                PoolId::Key(_) => {
                    let key = PoolKey {
                        currency0: pool.token0,
                        currency1: pool.token1,
                        fee: U24::try_from(pool.fee_pips)?,
                        tickSpacing: I24::try_from(pool.tick_spacing)?,
                        hooks: pool.hooks,
                    };
                    let packed = (u32::from(n) * 37 % 1_000) << 12 | (u32::from(n) * 71 % 1_000);
                    let call = PoolManager::setProtocolFeeCall {
                        key,
                        newProtocolFee: U24::try_from(packed)?,
                    };
                    self.send(owner, manager, call.abi_encode()).await?;
                }
            }
        }
        Ok(())
    }

    /// Sends in somebody's name, in a block of its own.
    async fn send(&self, from: Address, to: Address, data: Vec<u8>) -> Result<()> {
        let _: Value = self.rpc.request("anvil_impersonateAccount", json!([from])).await?;
        let transaction =
            json!([{ "from": from, "to": to, "data": Bytes::from(data), "gas": "0xf4240" }]);
        let hash: B256 = self.rpc.request("eth_sendTransaction", transaction).await?;
        let _: Value = self.rpc.request("evm_mine", json!([])).await?;
        let _: Value = self.rpc.request("anvil_stopImpersonatingAccount", json!([from])).await?;
        let receipt: Value = self.rpc.request("eth_getTransactionReceipt", json!([hash])).await?;
        let status: U64 = serde_json::from_value(receipt["status"].clone())
            .with_context(|| format!("no receipt: {receipt}"))?;
        ensure!(status == U64::ONE, "reverted: {receipt}");
        Ok(())
    }
}
