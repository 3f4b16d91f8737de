//! What the position managers themselves say, as of any block.

use std::collections::BTreeSet;

use abis::{
    events::{nft, positions},
    periphery::{PositionManagerV3, PositionManagerV4, V3Factory},
};
use alloy::{
    eips::BlockId,
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::{Filter, Log, TransactionRequest},
};
use alloy_primitives::{Address, B256, Bytes, U64, U256, aliases::U24, keccak256};
use alloy_sol_types::{SolCall, SolEvent, SolValue};
use anyhow::{Context, Result, ensure};
use devchain::{Deployment, Rpc};
use domain::ids::PoolId;
use serde_json::json;
use store::PositionId;
use tests::world::World;

/// A position as the contracts have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OnChain {
    pub(super) owner: Address,
    pub(super) pool: PoolId,
    pub(super) tokens: [Address; 2],
    pub(super) range: (i32, i32),
    pub(super) liquidity: u128,
    /// Zero for none.
    pub(super) subscriber: Address,
    /// V3.
    pub(super) owed: Option<[U256; 2]>,
}

/// Sums over the logs of a V3 position, in smallest units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) deposited: [U256; 2],
    pub(super) withdrawn: [U256; 2],
    pub(super) collected: [U256; 2],
}

const SUBSCRIBER: Address = Address::repeat_byte(0x5b);

/// The managers.
pub(super) struct Managers {
    provider: DynProvider,
    rpc: Rpc,
    deployment: Deployment,
    pub(super) v3: Address,
    pub(super) v4: Address,
}

impl Managers {
    pub(super) fn new(world: &World) -> Result<Self> {
        let url = world.chain.url();
        let deployment = world.deployment.clone();
        Ok(Self {
            provider: ProviderBuilder::new().connect_http(url.parse()?).erased(),
            rpc: Rpc::new(&url)?,
            v3: deployment.nonfungible_position_manager,
            v4: deployment.v4_position_manager,
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

    async fn logs(&self, filter: Filter, to: u64) -> Result<Vec<Log>> {
        let filter = filter.from_block(0).to_block(to);
        Ok(Box::pin(self.provider.get_logs(&filter)).await?)
    }

    /// All tokens that were ever there.
    pub(super) async fn tokens(&self, manager: Address, to: u64) -> Result<BTreeSet<U256>> {
        let filter = Filter::new().address(manager).event_signature(nft::Transfer::SIGNATURE_HASH);
        let logs = self.logs(filter, to).await?;
        logs.iter().map(|log| Ok(nft::Transfer::decode_log(&log.inner)?.tokenId)).collect()
    }

    pub(super) async fn count(&self, by: Address, signature: &str, to: u64) -> Result<usize> {
        Ok(self.logs(Filter::new().address(by).event(signature), to).await?.len())
    }

    /// All logs of V3's manager that speak of tokens.
    pub(super) async fn v3_logs(&self, to: u64) -> Result<Vec<Log>> {
        let topics = vec![
            nft::Transfer::SIGNATURE_HASH,
            positions::IncreaseLiquidity::SIGNATURE_HASH,
            positions::DecreaseLiquidity::SIGNATURE_HASH,
            positions::Collect::SIGNATURE_HASH,
        ];
        self.logs(Filter::new().address(self.v3).event_signature(topics), to).await
    }

    /// A position; `None` when it is burnt.
    pub(super) async fn position(&self, id: PositionId, block: u64) -> Result<Option<OnChain>> {
        if id.manager == self.v3 {
            self.v3_position(id.token_id, block).await
        } else {
            self.v4_position(id.token_id, block).await
        }
    }

    async fn v3_position(&self, token: U256, block: u64) -> Result<Option<OnChain>> {
        let owner = PositionManagerV3::ownerOfCall { tokenId: token };
        let Ok(owner) = self.call(self.v3, owner, block).await else { return Ok(None) };
        let found =
            self.call(self.v3, PositionManagerV3::positionsCall { tokenId: token }, block).await?;
        let pool = V3Factory::getPoolCall {
            tokenA: found.token0,
            tokenB: found.token1,
            fee: U24::from(found.fee),
        };
        let pool = self.call(self.deployment.v3_factory, pool, block).await?;
        Ok(Some(OnChain {
            owner,
            pool: PoolId::Contract(pool),
            tokens: [found.token0, found.token1],
            range: (found.tickLower.as_i32(), found.tickUpper.as_i32()),
            liquidity: found.liquidity,
            subscriber: Address::ZERO,
            owed: Some([U256::from(found.tokensOwed0), U256::from(found.tokensOwed1)]),
        }))
    }

    async fn v4_position(&self, token: U256, block: u64) -> Result<Option<OnChain>> {
        let owner = PositionManagerV4::ownerOfCall { tokenId: token };
        let Ok(owner) = self.call(self.v4, owner, block).await else { return Ok(None) };
        let liquidity = PositionManagerV4::getPositionLiquidityCall { tokenId: token };
        let liquidity = self.call(self.v4, liquidity, block).await?;
        let info = PositionManagerV4::getPoolAndPositionInfoCall { tokenId: token };
        let info = self.call(self.v4, info, block).await?;
        let subscriber =
            self.call(self.v4, PositionManagerV4::subscriberCall { tokenId: token }, block).await?;
        let key = info.poolKey;
        Ok(Some(OnChain {
            owner,
            tokens: [key.currency0, key.currency1],
            pool: PoolId::Key(keccak256(key.abi_encode())),
            // from the lowest bits: whether somebody is told, lower tick, upper tick
            range: (signed_24(info.info >> 8), signed_24(info.info >> 32)),
            liquidity,
            subscriber,
            owed: None,
        }))
    }

    /// Three positions get a subscriber; one of them loses it again, and one goes to another owner.
    pub(super) async fn subscribe(&self) -> Result<()> {
        let block = self.head().await?;
        let mut live = Vec::new();
        for token in self.tokens(self.v4, block).await? {
            if let Some(found) = self.v4_position(token, block).await? {
                live.push((token, found.owner));
            }
        }
        ensure!(live.len() >= 3, "only {} positions", live.len());
        // a contract that takes any call and does nothing
        let _: serde_json::Value =
            self.rpc.request("anvil_setCode", json!([SUBSCRIBER, "0x00"])).await?;
        for (token, owner) in live.iter().take(3) {
            let call = PositionManagerV4::subscribeCall {
                tokenId: *token,
                newSubscriber: SUBSCRIBER,
                data: Bytes::new(),
            };
            self.send(*owner, call.abi_encode()).await?;
        }
        let (first, owner) = live[0];
        self.send(owner, PositionManagerV4::unsubscribeCall { tokenId: first }.abi_encode())
            .await?;
        let (second, from) = live[1];
        let to = Address::repeat_byte(0x77);
        let call = PositionManagerV4::transferFromCall { from, to, tokenId: second };
        self.send(from, call.abi_encode()).await
    }

    /// Sends to V4's manager in somebody's name, in a block of its own.
    async fn send(&self, from: Address, data: Vec<u8>) -> Result<()> {
        let ether = format!("{:#x}", U256::from(10).pow(U256::from(19)));
        let _: serde_json::Value =
            self.rpc.request("anvil_impersonateAccount", json!([from])).await?;
        let _: serde_json::Value =
            self.rpc.request("anvil_setBalance", json!([from, ether])).await?;
        let transaction = json!([{
            "from": from, "to": self.v4, "data": Bytes::from(data), "gas": "0xf4240",
        }]);
        let hash: B256 = self.rpc.request("eth_sendTransaction", transaction).await?;
        let _: serde_json::Value = self.rpc.request("evm_mine", json!([])).await?;
        let _: serde_json::Value =
            self.rpc.request("anvil_stopImpersonatingAccount", json!([from])).await?;
        let receipt: serde_json::Value =
            self.rpc.request("eth_getTransactionReceipt", json!([hash])).await?;
        let status: U64 = serde_json::from_value(receipt["status"].clone())
            .with_context(|| format!("no receipt: {receipt}"))?;
        ensure!(status == U64::ONE, "reverted: {receipt}");
        Ok(())
    }
}

/// Those of them that speak of this token: it is the last topic of each.
pub(super) fn of_token(logs: &[Log], token_id: U256) -> impl Iterator<Item = &Log> {
    let id = B256::from(token_id);
    logs.iter().filter(move |log| log.topics().last() == Some(&id))
}

impl Sums {
    /// Over these logs.
    pub(super) fn of(logs: &[Log], token_id: U256) -> Result<Self> {
        let mut sums = Self::default();
        for log in of_token(logs, token_id) {
            let (sum, amounts) = match log.topic0() {
                Some(&positions::IncreaseLiquidity::SIGNATURE_HASH) => {
                    let event = positions::IncreaseLiquidity::decode_log(&log.inner)?;
                    (&mut sums.deposited, [event.amount0, event.amount1])
                }
                Some(&positions::DecreaseLiquidity::SIGNATURE_HASH) => {
                    let event = positions::DecreaseLiquidity::decode_log(&log.inner)?;
                    (&mut sums.withdrawn, [event.amount0, event.amount1])
                }
                Some(&positions::Collect::SIGNATURE_HASH) => {
                    let event = positions::Collect::decode_log(&log.inner)?;
                    (&mut sums.collected, [event.amount0, event.amount1])
                }
                _ => continue,
            };
            *sum = [sum[0] + amounts[0], sum[1] + amounts[1]];
        }
        Ok(sums)
    }
}

/// The lowest three bytes as a signed number.
fn signed_24(word: U256) -> i32 {
    let [.., a, b, c] = word.to_be_bytes::<32>();
    i32::from_be_bytes([a, b, c, 0]) >> 8
}
