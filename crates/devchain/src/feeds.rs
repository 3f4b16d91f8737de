//! Price feeds on the local chain: a proxy, the aggregators of its phases, and rounds that say whatever is wanted.
//!
//! Time on this chain is what each block says it is: every step mines one block and names its time.

use abis::periphery::{FeedAggregator, FeedProxy};
use alloy::sol_types::SolCall;
use alloy_primitives::{Address, I256, TxKind, U64, U256};
use serde_json::json;

use crate::accounts::{self, Account, Action};
use crate::artifacts;
use crate::error::DevchainError;
use crate::rpc::Rpc;

const DEPLOY_GAS: u64 = 5_000_000;
const CALL_GAS: u64 = 300_000;
/// Seconds between two blocks.
const STEP: u64 = 12;

/// Makes feeds and speaks for them.
#[derive(Debug)]
pub struct Feeds {
    rpc: Rpc,
    chain_id: u64,
}

impl Feeds {
    /// Of the chain at `url`, which mines when asked to.
    ///
    /// # Errors
    /// When the endpoint fails.
    pub async fn new(url: &str) -> Result<Self, DevchainError> {
        let rpc = Rpc::new(url)?;
        let chain_id: U64 = rpc.request("eth_chainId", json!([])).await?;
        let rich = U256::from(10).pow(U256::from(28));
        rpc.set_balance(accounts::address_of(accounts::deployer_key())?, rich).await?;
        Ok(Self { rpc, chain_id: chain_id.to() })
    }

    /// A new aggregator without a round.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn aggregator(&self, decimals: u8) -> Result<Address, DevchainError> {
        let arguments = (U256::from(decimals), "TEST / USD".to_owned());
        let code = artifacts::with_arguments(artifacts::own("FeedAggregator")?, &arguments);
        self.send("the creation of an aggregator", TxKind::Create, code.to_vec()).await
    }

    /// A new proxy whose first phase is an aggregator.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn proxy(&self, aggregator: Address) -> Result<Address, DevchainError> {
        let code = artifacts::with_arguments(artifacts::own("FeedProxy")?, &(aggregator,));
        self.send("the creation of a proxy", TxKind::Create, code.to_vec()).await
    }

    /// The next phase of a proxy.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn confirm(&self, proxy: Address, aggregator: Address) -> Result<(), DevchainError> {
        self.call(proxy, FeedProxy::confirmAggregatorCall { aggregator }).await
    }

    /// A round of an aggregator that is answered in the block it stands in; that block's time (seconds).
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn answer(&self, aggregator: Address, value: I256) -> Result<u64, DevchainError> {
        self.call(aggregator, FeedAggregator::answerCall { value }).await?;
        self.now().await
    }

    /// A round with times of one's own (seconds).
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn answer_at(
        &self,
        aggregator: Address,
        value: I256,
        started_at: u64,
        updated_at: u64,
    ) -> Result<(), DevchainError> {
        let (started_at, updated_at) = (U256::from(started_at), U256::from(updated_at));
        let call =
            FeedAggregator::answerAtCall { value, startedAt: started_at, updatedAt: updated_at };
        self.call(aggregator, call).await
    }

    /// A round that is never answered.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn skip(&self, aggregator: Address) -> Result<(), DevchainError> {
        self.call(aggregator, FeedAggregator::skipCall {}).await
    }

    /// Whether reading the aggregator reverts from now on.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn set_broken(&self, aggregator: Address, broken: bool) -> Result<(), DevchainError> {
        self.call(aggregator, FeedAggregator::setBrokenCall { broken }).await
    }

    /// Lets seconds pass: an empty block.
    ///
    /// # Errors
    /// When the chain refuses.
    pub async fn wait(&self, seconds: u64) -> Result<u64, DevchainError> {
        let time = self.now().await? + seconds;
        self.rpc.mine(time).await?;
        Ok(time)
    }

    /// Time of the newest block (seconds).
    ///
    /// # Errors
    /// When the endpoint fails.
    pub async fn now(&self) -> Result<u64, DevchainError> {
        Ok(self.rpc.head().await?.timestamp.to())
    }

    async fn call<C: SolCall>(&self, to: Address, call: C) -> Result<(), DevchainError> {
        self.send(C::SIGNATURE, TxKind::Call(to), call.abi_encode()).await.map(drop)
    }

    /// One transaction in a block of its own; the address of the contract that it would create.
    async fn send(&self, what: &str, to: TxKind, data: Vec<u8>) -> Result<Address, DevchainError> {
        let mut account = Account::new(accounts::deployer_key())?;
        let nonces = self.rpc.nonces(&[account.address]).await?;
        account.nonce = nonces.first().copied().unwrap_or_default();
        let created = account.address.create(account.nonce);
        let gas = if to.is_create() { DEPLOY_GAS } else { CALL_GAS };
        let raw = account
            .sign(self.chain_id, Action { to, value: U256::ZERO, data: data.into(), gas })?;
        let hashes = self.rpc.send_raw(&[raw]).await?;
        self.wait(STEP).await?;
        let block = self.rpc.head().await?.number.to();
        let receipts = self.rpc.receipts(block).await?;
        let done = receipts.iter().any(|receipt| {
            hashes.contains(&receipt.transaction_hash) && receipt.status == U64::ONE
        });
        if done {
            return Ok(created);
        }
        Err(DevchainError::Reverted { what: what.to_owned(), block })
    }
}
