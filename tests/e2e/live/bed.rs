//! A chain with traffic behind a wire that is listened to, and the services on it.

use std::time::Duration;

use abis::periphery::Erc20;
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use alloy_sol_types::SolCall;
use anyhow::{Result, bail, ensure};
use devchain::{Deployment, Rpc};
use serde_json::{Value, json};
use sooho::config::Config;
use tests::{process::Services, rpc_tap::RpcTap, world::World};

/// Seconds between blocks.
const STEP: u64 = 12;

/// Everything.
#[derive(Debug)]
pub(super) struct Bed {
    pub(super) world: World,
    pub(super) services: Services,
    pub(super) rpc: Rpc,
    pub(super) tap: RpcTap,
    pub(super) at: Deployment,
}

impl Bed {
    pub(super) async fn start(name: &str, seed: u64) -> Result<Self> {
        Self::start_with(name, seed, |_, _| Ok(())).await
    }

    /// The same with another configuration.
    pub(super) async fn start_with(
        name: &str,
        seed: u64,
        change: impl FnOnce(&World, &mut Config) -> Result<()>,
    ) -> Result<Self> {
        let world = Box::pin(World::start()).await?;
        world.traffic(60, seed).await?;
        let tap = RpcTap::new(&world.chain.url()).await?;
        let mut config = world.config(name)?;
        for chain in &mut config.chain {
            chain.rpc = vec![tap.url()];
        }
        change(&world, &mut config)?;
        let services = Services::up(&config, world.folder.path()).await?;
        let rpc = Rpc::new(&world.chain.url())?;
        let at = world.deployment.clone();
        let bed = Self { world, services, rpc, tap, at };
        bed.follow().await?;
        Ok(bed)
    }

    pub(super) async fn stop(self) -> Result<()> {
        drop(self.services);
        self.world.stop().await
    }

    /// Height and time of the newest block.
    pub(super) async fn head(&self) -> Result<(u64, u64)> {
        let block: Value =
            self.rpc.request("eth_getBlockByNumber", json!(["latest", false])).await?;
        let number = |field: &str| -> Result<u64> {
            Ok(serde_json::from_value::<U64>(block[field].clone())?.to())
        };
        Ok((number("number")?, number("timestamp")?))
    }

    /// Waits until the newest block is indexed.
    pub(super) async fn follow(&self) -> Result<u64> {
        let (head, _) = self.head().await?;
        self.services.wait_for_block(head).await
    }

    /// Mines a block.
    pub(super) async fn mine(&self) -> Result<()> {
        let (_, time) = self.head().await?;
        let _: Value = self.rpc.request("evm_mine", json!([time + STEP])).await?;
        Ok(())
    }

    /// Sends a transaction in somebody's name; it waits for the next block.
    pub(super) async fn send(&self, transaction: Value) -> Result<B256> {
        let from = json!([transaction["from"]]);
        let _: Value = self.rpc.request("anvil_impersonateAccount", from.clone()).await?;
        let hash = self.rpc.request("eth_sendTransaction", json!([transaction])).await?;
        let _: Value = self.rpc.request("anvil_stopImpersonatingAccount", from).await?;
        Ok(hash)
    }

    /// The receipt of a mined transaction.
    pub(super) async fn receipt(&self, hash: B256) -> Result<Value> {
        let receipt: Value = self.rpc.request("eth_getTransactionReceipt", json!([hash])).await?;
        ensure!(receipt.is_object(), "{hash} is not mined");
        Ok(receipt)
    }

    /// What somebody has of a token after a block; zero is the native coin.
    pub(super) async fn balance(&self, token: Address, owner: Address, block: u64) -> Result<U256> {
        let block = U64::from(block);
        if token.is_zero() {
            return Ok(self.rpc.request("eth_getBalance", json!([owner, block])).await?);
        }
        let data = Bytes::from(Erc20::balanceOfCall { owner }.abi_encode());
        Ok(self.rpc.request("eth_call", json!([{ "to": token, "data": data }, block])).await?)
    }

    /// What the service answers: status and JSON.
    pub(super) async fn get(&self, path: &str) -> Result<(u16, Value)> {
        let answer = reqwest::get(format!("{}{path}", self.services.serving)).await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// The same, which has to be an answer.
    pub(super) async fn got(&self, path: &str) -> Result<Value> {
        let (status, answer) = self.get(path).await?;
        ensure!(status == 200, "{path}: {status} {answer}");
        Ok(answer)
    }

    /// Tries a transaction out.
    pub(super) async fn simulate(&self, transaction: &Value) -> Result<(u16, Value)> {
        let url = format!("{}/v1/simulate", self.services.serving);
        let answer = reqwest::Client::new().post(url).json(transaction).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// A quote of a trade for somebody, made of the newest block, with its transaction.
    pub(super) async fn quote(
        &self,
        (from, to): (Address, Address),
        amount: U256,
        who: Address,
    ) -> Result<Value> {
        let head = self.follow().await?;
        let path = format!(
            "/v1/quote?tokenIn={from}&tokenOut={to}&amount={amount}&recipient={who}&gasPriceWei=0"
        );
        for _ in 0..400 {
            // pools in memory come a moment after those that are stored
            let (status, answer) = self.get(&path).await?;
            if status == 200 && answer["block"]["number"] == head {
                return Ok(answer);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!("quotes do not reach block {head}: {:?}", self.get(&path).await?)
    }

    /// Stops the chain's process, or lets it go on.
    pub(super) fn signal(&self, name: &str) -> Result<()> {
        let pid = self.world.chain.pid().to_string();
        let status =
            std::process::Command::new("kill").args([&format!("-{name}"), &pid]).status()?;
        ensure!(status.success(), "kill -{name} {pid}");
        Ok(())
    }
}
