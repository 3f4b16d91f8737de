//! What a test itself does on the chain, in the name of a trader or of anybody else.

use abis::periphery::{
    PoolKey, PoolManager, PositionManagerV3, PositionManagerV4, SwapRouter02, V3Pool, commands,
};
use alloy_primitives::{
    Address, B256, Bytes, U64, U256,
    aliases::{I24, U24, U160},
};
use alloy_sol_types::{SolCall, SolValue};
use anyhow::{Context, Result, ensure};
use devchain::{Deployment, Rpc, accounts};
use domain::{entity::Pool, ids::PoolId};
use serde_json::{Value, json};

use super::contracts;
use crate::world::World;

/// No deadline.
const FOREVER: U256 = U256::from_limbs([u64::MAX, 0, 0, 0]);

/// A V3 pool of two tokens, the lower address first.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Both tokens.
    pub tokens: [Address; 2],
    /// Fee in pips.
    pub fee_pips: u32,
}

impl Place {
    /// A pool of these tokens in any order.
    #[must_use]
    pub const fn new(mut tokens: [Address; 2], fee_pips: u32) -> Self {
        let [a, b] = tokens;
        let (mut place, mut swapped) = (0, false);
        while place < 20 {
            if a.0.0[place] != b.0.0[place] {
                swapped = a.0.0[place] > b.0.0[place];
                break;
            }
            place += 1;
        }
        if swapped {
            tokens = [b, a];
        }
        Self { tokens, fee_pips }
    }
}

/// A trader with full pockets, and everybody's name.
#[derive(Debug)]
pub struct Hand {
    rpc: Rpc,
    at: Deployment,
    trader: Address,
}

impl Hand {
    /// The hand on this world.
    ///
    /// # Errors
    /// When the endpoint's url is none.
    pub fn new(world: &World) -> Result<Self> {
        let trader = accounts::address_of(accounts::trader_key(0))?;
        Ok(Self { rpc: Rpc::new(&world.chain.url())?, at: world.deployment.clone(), trader })
    }

    /// Sends calls in somebody's name, all in one block, and sees that they went through.
    ///
    /// # Errors
    /// When one of them reverts.
    pub async fn send(&self, from: Address, calls: &[(Address, Vec<u8>)]) -> Result<()> {
        let _: Value = self.rpc.request("anvil_impersonateAccount", json!([from])).await?;
        let _: Value =
            self.rpc.request("anvil_setBalance", json!([from, U256::from(u128::MAX)])).await?;
        let transactions = calls.iter().map(|(to, data)| {
            let data = Bytes::from(data.clone());
            json!([{ "from": from, "to": to, "data": data, "gas": "0x2faf080" }])
        });
        let hashes: Vec<B256> =
            self.rpc.batch("eth_sendTransaction", transactions.collect()).await?;
        let _: Value = self.rpc.request("evm_mine", json!([])).await?;
        let _: Value = self.rpc.request("anvil_stopImpersonatingAccount", json!([from])).await?;
        let hashes = hashes.iter().map(|hash| json!([hash])).collect();
        let receipts: Vec<Value> = self.rpc.batch("eth_getTransactionReceipt", hashes).await?;
        for receipt in receipts {
            let status: U64 = serde_json::from_value(receipt["status"].clone())
                .with_context(|| format!("no receipt: {receipt}"))?;
            ensure!(status == U64::ONE, "reverted: {receipt}");
        }
        Ok(())
    }

    /// Deploys a contract in the trader's name.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn deploy(&self, code: Vec<u8>) -> Result<Address> {
        let from = self.trader;
        let _: Value = self.rpc.request("anvil_impersonateAccount", json!([from])).await?;
        let create = json!([{ "from": from, "data": Bytes::from(code), "gas": "0x2faf080" }]);
        let hash: B256 = self.rpc.request("eth_sendTransaction", create).await?;
        let _: Value = self.rpc.request("evm_mine", json!([])).await?;
        let _: Value = self.rpc.request("anvil_stopImpersonatingAccount", json!([from])).await?;
        let receipt: Value = self.rpc.request("eth_getTransactionReceipt", json!([hash])).await?;
        ensure!(receipt["status"] == "0x1", "not deployed: {receipt}");
        Ok(serde_json::from_value(receipt["contractAddress"].clone())?)
    }

    /// Asks a contract now.
    ///
    /// # Errors
    /// When it reverts.
    pub async fn read(&self, to: Address, data: Vec<u8>) -> Result<Bytes> {
        let call = json!([{ "to": to, "data": Bytes::from(data) }, "latest"]);
        Ok(self.rpc.request("eth_call", call).await?)
    }

    /// Who trades.
    #[must_use]
    pub const fn trader(&self) -> Address {
        self.trader
    }

    /// What lies where.
    #[must_use]
    pub const fn deployment(&self) -> &Deployment {
        &self.at
    }

    async fn trade(&self, to: Address, data: Vec<u8>) -> Result<()> {
        self.send(self.trader, &[(to, data)]).await
    }

    /// Creates a V3 pool at a price.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn create(&self, place: Place, sqrt_price_x96: U256) -> Result<()> {
        let call = PositionManagerV3::createAndInitializePoolIfNecessaryCall {
            token0: place.tokens[0],
            token1: place.tokens[1],
            fee: U24::try_from(place.fee_pips)?,
            sqrtPriceX96: U160::saturating_from(sqrt_price_x96),
        };
        self.trade(self.at.nonfungible_position_manager, call.abi_encode()).await
    }

    /// Opens a position with at most so much of both tokens.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn mint(&self, place: Place, range: (i32, i32), most: [U256; 2]) -> Result<()> {
        let params = PositionManagerV3::MintParams {
            token0: place.tokens[0],
            token1: place.tokens[1],
            fee: U24::try_from(place.fee_pips)?,
            tickLower: I24::try_from(range.0)?,
            tickUpper: I24::try_from(range.1)?,
            amount0Desired: most[0],
            amount1Desired: most[1],
            amount0Min: U256::ZERO,
            amount1Min: U256::ZERO,
            recipient: self.trader,
            deadline: FOREVER,
        };
        let data = PositionManagerV3::mintCall { params }.abi_encode();
        self.trade(self.at.nonfungible_position_manager, data).await
    }

    /// Takes liquidity out of a position.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn burn(&self, token: u64, liquidity: u128) -> Result<()> {
        let params = PositionManagerV3::DecreaseLiquidityParams {
            tokenId: U256::from(token),
            liquidity,
            amount0Min: U256::ZERO,
            amount1Min: U256::ZERO,
            deadline: FOREVER,
        };
        let data = PositionManagerV3::decreaseLiquidityCall { params }.abi_encode();
        self.trade(self.at.nonfungible_position_manager, data).await
    }

    /// Swaps up to so much of a token, not beyond the limit.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn swap(&self, place: Place, sell0: bool, most: U256, limit: U256) -> Result<()> {
        let [zero, one] = place.tokens;
        let (token_in, token_out) = if sell0 { (zero, one) } else { (one, zero) };
        let params = SwapRouter02::ExactInputSingleParams {
            tokenIn: token_in,
            tokenOut: token_out,
            fee: U24::try_from(place.fee_pips)?,
            recipient: self.trader,
            amountIn: most,
            amountOutMinimum: U256::ZERO,
            sqrtPriceLimitX96: U160::saturating_from(limit),
        };
        let data = SwapRouter02::exactInputSingleCall { params }.abi_encode();
        self.trade(self.at.swap_router02, data).await
    }

    /// A V4 pool whose fee its hooks contract, which is called in no swap, may change at any time; filled over these
    /// ranges.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn dynamic_pool(&self, key: &PoolKey, ranges: &[(i32, i32, u128)]) -> Result<()> {
        let one = U160::from(1) << 96;
        let created = PoolManager::initializeCall { key: key.clone(), sqrtPriceX96: one };
        let mut calls = vec![(self.at.v4_pool_manager, created.abi_encode())];
        for (lower, upper, liquidity) in ranges {
            let range = (I24::try_from(*lower)?, I24::try_from(*upper)?);
            let params = (
                key.clone(),
                range.0,
                range.1,
                U256::from(*liquidity),
                u128::MAX,
                u128::MAX,
                self.trader,
                Bytes::new(),
            );
            let actions =
                vec![commands::MINT_POSITION, commands::CLOSE_CURRENCY, commands::CLOSE_CURRENCY];
            let inputs: Vec<Bytes> = vec![
                params.abi_encode_params().into(),
                key.currency0.abi_encode().into(),
                key.currency1.abi_encode().into(),
            ];
            let data = (Bytes::from(actions), inputs).abi_encode_params().into();
            let call =
                PositionManagerV4::modifyLiquiditiesCall { unlockData: data, deadline: FOREVER };
            calls.push((self.at.v4_position_manager, call.abi_encode()));
        }
        self.send(self.trader, &calls).await
    }

    /// Sets the fee of such a pool, as its hooks contract.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn change_fee(&self, key: &PoolKey, pips: u32) -> Result<()> {
        let fee = U24::try_from(pips)?;
        let call = PoolManager::updateDynamicLPFeeCall { key: key.clone(), newDynamicLPFee: fee };
        self.send(key.hooks, &[(self.at.v4_pool_manager, call.abi_encode())]).await
    }

    /// The protocol takes a share of the fees of every V3 and V4 pool, another one for each.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn take_fees(&self, pools: &[Pool]) -> Result<()> {
        let (owner, manager) = (self.at.deployer, self.at.v4_pool_manager);
        let controller = PoolManager::setProtocolFeeControllerCall { controller: owner };
        let mut calls = vec![(manager, controller.abi_encode())];
        for (n, pool) in (0_u8..).zip(pools) {
            match pool.id {
                PoolId::Contract(address) if pool.tick_spacing > 0 => {
                    let call = V3Pool::setFeeProtocolCall {
                        feeProtocol0: 4 + n % 7,
                        feeProtocol1: if n % 3 == 0 { 0 } else { 10 - n % 7 },
                    };
                    calls.push((address, call.abi_encode()));
                }
                PoolId::Contract(_) => {}
                PoolId::Key(_) => {
                    let packed = (u32::from(n) * 37 % 1_000) << 12 | (u32::from(n) * 71 % 1_000);
                    let call = PoolManager::setProtocolFeeCall {
                        key: contracts::key(pool)?,
                        newProtocolFee: U24::try_from(packed)?,
                    };
                    calls.push((manager, call.abi_encode()));
                }
            }
        }
        self.send(owner, &calls).await
    }
}
