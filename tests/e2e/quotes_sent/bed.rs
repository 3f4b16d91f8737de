//! A chain with traffic, the services on it, and wallets.

use std::{collections::HashMap, time::Duration};

use abis::periphery::{Erc20, TestToken};
use alloy_primitives::{Address, B256, Bytes, U64, U256, keccak256};
use alloy_sol_types::SolCall;
use anyhow::{Context, Result, bail, ensure};
use devchain::{
    Deployment, Dice, Rpc, accounts,
    traffic::{ETHER_WORTH, TOKENS, TokenKind},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sooho::config::Config;
use tests::{process::Services, world::World};

/// Seconds between blocks.
const STEP: u64 = 12;

/// Something that can be traded; zero is the native coin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coin {
    pub(super) address: Address,
    decimals: u8,
    /// Thousandths of a dollar.
    worth: u64,
}

impl Coin {
    /// So many cents' worth of it, at least one unit.
    pub(super) fn worth(&self, cents: u64) -> U256 {
        let units = U256::from(10).pow(U256::from(self.decimals));
        (U256::from(cents) * U256::from(10) * units / U256::from(self.worth)).max(U256::ONE)
    }
}

/// A mined transaction.
#[derive(Debug)]
pub(super) struct Mined {
    pub(super) succeeded: bool,
    /// Wei.
    pub(super) fee: U256,
    pub(super) gas_used: u64,
}

/// Everything.
#[derive(Debug)]
pub(super) struct Bed {
    pub(super) world: World,
    pub(super) services: Services,
    pub(super) rpc: Rpc,
    pub(super) at: Deployment,
}

impl Bed {
    pub(super) async fn start(name: &str, seed: u64) -> Result<Self> {
        Self::start_with(name, seed, |_, _| ()).await
    }

    /// The same with another configuration.
    pub(super) async fn start_with(
        name: &str,
        seed: u64,
        change: impl FnOnce(&World, &mut Config),
    ) -> Result<Self> {
        let world = Box::pin(World::start()).await?;
        world.traffic(60, seed).await?;
        let mut config = world.config(name)?;
        change(&world, &mut config);
        let services = Services::up(&config, world.folder.path()).await?;
        let rpc = Rpc::new(&world.chain.url())?;
        let at = world.deployment.clone();
        let bed = Self { world, services, rpc, at };
        bed.follow().await?;
        Ok(bed)
    }

    pub(super) async fn stop(self) -> Result<()> {
        drop(self.services);
        self.world.stop().await
    }

    /// All coins that move as much as they say.
    pub(super) fn coins(&self) -> Vec<Coin> {
        let honest =
            TOKENS.iter().zip(&self.at.tokens).filter(|(spec, _)| spec.kind != TokenKind::Fee);
        let mut coins: Vec<_> = honest
            .map(|(spec, address)| Coin {
                address: *address,
                decimals: spec.decimals,
                worth: spec.worth,
            })
            .collect();
        let ether = |address| Coin { address, decimals: 18, worth: ETHER_WORTH };
        coins.extend([ether(self.at.weth), ether(Address::ZERO)]);
        coins
    }

    async fn block(&self) -> Result<(u64, u64)> {
        let block: Value =
            self.rpc.request("eth_getBlockByNumber", json!(["latest", false])).await?;
        let number = |field: &str| -> Result<u64> {
            Ok(serde_json::from_value::<U64>(block[field].clone())?.to())
        };
        Ok((number("number")?, number("timestamp")?))
    }

    /// Waits until quotes are of the newest block.
    pub(super) async fn follow(&self) -> Result<u64> {
        let (head, _) = self.block().await?;
        self.services.wait_for_block(head).await?;
        let question = ask(self.at.tokens[0], self.at.weth, U256::from(1_000_000_000));
        for _ in 0..400 {
            let (_, answer) = self.quote(&question).await?;
            if answer["block"]["number"] == head {
                return Ok(head);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!("quotes do not reach block {head}")
    }

    /// Asks for a quote.
    pub(super) async fn quote(
        &self,
        question: &HashMap<&'static str, String>,
    ) -> Result<(StatusCode, Value)> {
        let url = format!("{}/v1/quote", self.services.serving);
        let parameters: Vec<_> =
            question.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = reqwest::get(format!("{url}?{}", parameters.join("&"))).await?;
        Ok((answer.status(), answer.json().await?))
    }

    /// The same, which has to be answered.
    pub(super) async fn quoted(&self, question: &HashMap<&'static str, String>) -> Result<Value> {
        let (status, answer) = self.quote(question).await?;
        ensure!(status.is_success(), "{question:?}: {answer}");
        Ok(answer)
    }

    /// The code of a refusal.
    pub(super) async fn code(&self, question: &HashMap<&'static str, String>) -> Result<String> {
        let (status, answer) = self.quote(question).await?;
        ensure!(status.is_client_error(), "{question:?}: {status} {answer}");
        Ok(answer["code"].as_str().context("no code")?.to_owned())
    }

    /// Sends what a quote says, in its sender's name, into the next block, which comes so many seconds later.
    pub(super) async fn send_after(&self, transaction: &Value, seconds: u64) -> Result<Mined> {
        let from = &transaction["from"];
        let number = |field: &str| -> Result<U256> {
            Ok(transaction[field].as_str().context("no number")?.parse()?)
        };
        let sent = json!([{
            "from": from, "to": transaction["to"], "data": transaction["data"],
            "value": number("value")?, "gas": number("gasLimit")?,
        }]);
        let _: Value = self.rpc.request("anvil_impersonateAccount", json!([from])).await?;
        let hash: B256 = self.rpc.request("eth_sendTransaction", sent).await?;
        let (_, time) = self.block().await?;
        let _: Value = self.rpc.request("evm_mine", json!([time + seconds])).await?;
        let _: Value = self.rpc.request("anvil_stopImpersonatingAccount", json!([from])).await?;
        let receipt: Value = self.rpc.request("eth_getTransactionReceipt", json!([hash])).await?;
        let field = |name: &str| -> Result<U256> {
            serde_json::from_value(receipt[name].clone())
                .with_context(|| format!("it is not mined: {receipt}"))
        };
        let gas_used = field("gasUsed")?;
        Ok(Mined {
            succeeded: field("status")? == U256::ONE,
            fee: gas_used * field("effectiveGasPrice")?,
            gas_used: gas_used.to(),
        })
    }

    pub(super) async fn send(&self, transaction: &Value) -> Result<Mined> {
        self.send_after(transaction, STEP).await
    }

    /// Calls a contract in somebody's name, which has to go through.
    pub(super) async fn act(&self, from: Address, to: Address, call: &impl SolCall) -> Result<()> {
        let data = Bytes::from(call.abi_encode());
        let transaction =
            json!({ "from": from, "to": to, "data": data, "value": "0", "gasLimit": "2000000" });
        let mined = self.send(&transaction).await?;
        ensure!(mined.succeeded, "{from} cannot call {to}");
        Ok(())
    }

    /// What somebody has at the newest block.
    pub(super) async fn balance(&self, coin: Address, owner: Address) -> Result<U256> {
        if coin.is_zero() {
            return Ok(self.rpc.request("eth_getBalance", json!([owner, "latest"])).await?);
        }
        let data = Bytes::from(Erc20::balanceOfCall { owner }.abi_encode());
        let call = json!([{ "to": coin, "data": data }, "latest"]);
        Ok(self.rpc.request("eth_call", call).await?)
    }

    /// An account of its own with native coins and some of a token, and nothing allowed.
    pub(super) async fn fresh(
        &self,
        name: &str,
        token: Address,
        value: U256,
    ) -> Result<(B256, Address)> {
        let key = keccak256(name);
        let owner = accounts::address_of(key)?;
        let rich = U256::from(10).pow(U256::from(24));
        let _: Value = self.rpc.request("anvil_setBalance", json!([owner, rich])).await?;
        self.act(self.at.deployer, token, &TestToken::mintCall { to: owner, value }).await?;
        Ok((key, owner))
    }
}

/// The question for a trade of an exact input.
pub(super) fn ask(
    token_in: Address,
    token_out: Address,
    amount: U256,
) -> HashMap<&'static str, String> {
    HashMap::from([
        ("tokenIn", token_in.to_string()),
        ("tokenOut", token_out.to_string()),
        ("amount", amount.to_string()),
        ("gasPriceWei", "0".to_owned()),
    ])
}

/// A trader, who has allowed everything.
pub(super) fn trader(dice: &mut Dice) -> Result<Address> {
    Ok(accounts::address_of(accounts::trader_key(dice.index(accounts::TRADERS)))?)
}

/// A number of an answer.
pub(super) fn number(value: &Value) -> Result<U256> {
    Ok(value.as_str().with_context(|| format!("{value} is no number"))?.parse()?)
}
