//! A JSON-RPC client that knows what this crate asks: single requests, batches, calls by multicall.

use abis::periphery::Multicall3;
use alloy::rpc::client::{ClientBuilder, RpcClient};
use alloy::sol_types::SolCall;
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::DevchainError;

/// A connection to one endpoint.
#[derive(Debug, Clone)]
pub struct Rpc {
    client: RpcClient,
    url: String,
}

/// The parts of a block's header that this crate uses.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Head {
    pub(crate) number: U64,
    pub(crate) timestamp: U64,
}

/// A mined transaction's outcome.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Receipt {
    pub(crate) transaction_hash: B256,
    pub(crate) status: U64,
}

impl Rpc {
    /// A client for `url`; connects when first used.
    ///
    /// # Errors
    /// When `url` is not a URL.
    pub fn new(url: &str) -> Result<Self, DevchainError> {
        let parsed = url.parse().map_err(|error| DevchainError::Url {
            url: url.to_owned(),
            reason: format!("{error}"),
        })?;
        Ok(Self { client: ClientBuilder::default().http(parsed), url: url.to_owned() })
    }

    /// The endpoint's address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// One request.
    ///
    /// # Errors
    /// When the endpoint refuses it or cannot be reached.
    pub async fn request<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<T, DevchainError> {
        let answer: Value = self
            .client
            .request(method, params)
            .await
            .map_err(|error| self.failed(method, error.to_string()))?;
        serde_json::from_value(answer).map_err(|error| self.failed(method, error.to_string()))
    }

    /// Many requests of one method in one round trip, answered in order; the first refusal is the error.
    ///
    /// # Errors
    /// When the endpoint refuses one of them or cannot be reached.
    pub async fn batch<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: Vec<Value>,
    ) -> Result<Vec<T>, DevchainError> {
        if params.is_empty() {
            return Ok(Vec::new());
        }
        let mut batch = self.client.new_batch();
        let mut waiters = Vec::with_capacity(params.len());
        for param in &params {
            waiters.push(
                batch
                    .add_call::<Value, Value>(method, param)
                    .map_err(|error| self.failed(method, error.to_string()))?,
            );
        }
        batch.send().await.map_err(|error| self.failed(method, error.to_string()))?;
        let mut answers = Vec::with_capacity(waiters.len());
        for waiter in waiters {
            let answer = waiter.await.map_err(|error| self.failed(method, error.to_string()))?;
            answers.push(
                serde_json::from_value(answer)
                    .map_err(|error| self.failed(method, error.to_string()))?,
            );
        }
        Ok(answers)
    }

    /// The newest block.
    pub(crate) async fn head(&self) -> Result<Head, DevchainError> {
        self.request("eth_getBlockByNumber", json!(["latest", false])).await
    }

    /// The outcomes of a block's transactions, in order.
    pub(crate) async fn receipts(&self, block: u64) -> Result<Vec<Receipt>, DevchainError> {
        self.request("eth_getBlockReceipts", json!([format!("{block:#x}")])).await
    }

    /// Mines one block with the given time (seconds).
    pub(crate) async fn mine(&self, timestamp: u64) -> Result<(), DevchainError> {
        let _: Value = self.request("evm_mine", json!([timestamp])).await?;
        Ok(())
    }

    /// Forgets the transactions that wait for a block.
    pub(crate) async fn drop_pending(&self) -> Result<(), DevchainError> {
        let _: Value = self.request("anvil_dropAllTransactions", json!([])).await?;
        Ok(())
    }

    /// The next nonce of each account.
    pub(crate) async fn nonces(&self, accounts: &[Address]) -> Result<Vec<u64>, DevchainError> {
        let params = accounts.iter().map(|account| json!([account, "latest"])).collect();
        let nonces: Vec<U64> = self.batch("eth_getTransactionCount", params).await?;
        Ok(nonces.into_iter().map(|nonce| nonce.to()).collect())
    }

    /// Sends signed transactions in order.
    pub(crate) async fn send_raw(
        &self,
        transactions: &[Bytes],
    ) -> Result<Vec<B256>, DevchainError> {
        self.batch("eth_sendRawTransaction", transactions.iter().map(|raw| json!([raw])).collect())
            .await
    }

    /// One `eth_call` at the newest block.
    pub(crate) async fn call<C: SolCall>(
        &self,
        to: Address,
        call: &C,
    ) -> Result<C::Return, DevchainError> {
        let data = Bytes::from(call.abi_encode());
        let answer: Bytes =
            self.request("eth_call", json!([{"to": to, "data": data}, "latest"])).await?;
        C::abi_decode_returns(&answer).map_err(|error| DevchainError::Answer {
            what: C::SIGNATURE,
            reason: error.to_string(),
        })
    }

    /// Many calls at the newest block through Multicall3; a call that reverts gives `None`.
    pub(crate) async fn multicall(
        &self,
        multicall: Address,
        calls: Vec<(Address, Vec<u8>)>,
    ) -> Result<Vec<Option<Bytes>>, DevchainError> {
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        let calls = calls
            .into_iter()
            .map(|(target, data)| Multicall3::Call3 {
                target,
                allowFailure: true,
                callData: data.into(),
            })
            .collect();
        let results = self.call(multicall, &Multicall3::aggregate3Call { calls }).await?;
        Ok(results.into_iter().map(|result| result.success.then_some(result.returnData)).collect())
    }

    /// Gives an account native coins (wei).
    pub(crate) async fn set_balance(
        &self,
        account: Address,
        wei: U256,
    ) -> Result<(), DevchainError> {
        let _: Value = self.request("anvil_setBalance", json!([account, wei])).await?;
        Ok(())
    }

    fn failed(&self, method: &str, reason: String) -> DevchainError {
        DevchainError::Rpc { method: method.to_owned(), url: self.url.clone(), reason }
    }
}
