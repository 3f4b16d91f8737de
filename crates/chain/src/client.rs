//! A chain's endpoints behind one handle: failover, bounded retries with backoff and jitter, batches, pinned calls.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use alloy::rpc::client::RpcClient;
use alloy_primitives::{Address, B256, Bytes, U64};
use domain::{block::BlockRef, ids::ChainId};
use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    endpoint::Endpoint,
    error::ChainError,
    raw::{RawHeader, WireLog},
};

/// Attempts per request before the caller hears of it.
const ATTEMPTS: u32 = 4;
const FIRST_BACKOFF: Duration = Duration::from_millis(80);
/// Requests in one JSON-RPC batch.
const BATCH: usize = 100;

/// A chain's endpoints. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    chain_id: ChainId,
    endpoints: Vec<Endpoint>,
    preferred: AtomicUsize,
}

impl Client {
    /// A client for these http(s) endpoints, in order of preference. Nothing is asked yet.
    ///
    /// # Errors
    /// [`ChainError::BadUrl`].
    pub fn new(chain_id: ChainId, urls: &[String]) -> Result<Self, ChainError> {
        if urls.is_empty() {
            return Err(ChainError::BadUrl("(none given)".into()));
        }
        let endpoints =
            urls.iter().map(|url| Endpoint::new(url, chain_id)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { inner: Arc::new(Inner { chain_id, endpoints, preferred: AtomicUsize::new(0) }) })
    }

    /// The chain this client speaks for.
    #[must_use]
    pub fn chain_id(&self) -> ChainId {
        self.inner.chain_id
    }

    /// The newest block of the node.
    ///
    /// # Errors
    /// Any [`ChainError`].
    pub async fn latest_block(&self) -> Result<BlockRef, ChainError> {
        let header: Option<RawHeader> =
            self.request("eth_getBlockByNumber", json!(["latest", false])).await?;
        header.map(BlockRef::from).ok_or_else(|| ChainError::Missing("latest".into()))
    }

    /// The node's block at a height; `None` when it has none there.
    ///
    /// # Errors
    /// Any [`ChainError`].
    pub async fn block(&self, number: u64) -> Result<Option<BlockRef>, ChainError> {
        let found = self.blocks(&[number]).await;
        match found {
            Ok(blocks) => Ok(blocks.into_iter().next()),
            Err(ChainError::Missing(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The headers at these heights, in their order.
    ///
    /// # Errors
    /// [`ChainError::Missing`] when one is not there; any other [`ChainError`].
    pub async fn blocks(&self, numbers: &[u64]) -> Result<Vec<BlockRef>, ChainError> {
        let params = numbers.iter().map(|n| json!([U64::from(*n), false])).collect::<Vec<_>>();
        let answers = self.batch::<Option<RawHeader>>("eth_getBlockByNumber", &params).await?;
        let mut blocks = Vec::with_capacity(numbers.len());
        for (number, answer) in numbers.iter().zip(answers) {
            let header = answer?.ok_or_else(|| ChainError::Missing(format!("block {number}")))?;
            let block = BlockRef::from(header);
            if block.number != *number {
                return Err(ChainError::Inconsistent(format!(
                    "asked for block {number}, got {}",
                    block.number
                )));
            }
            blocks.push(block);
        }
        Ok(blocks)
    }

    /// `eth_call` on the state after the block with this hash.
    ///
    /// # Errors
    /// [`ChainError::Reverted`] with the revert data, or any other [`ChainError`].
    pub async fn call(&self, to: Address, data: Bytes, block: B256) -> Result<Bytes, ChainError> {
        self.request("eth_call", call_params(to, &data, json!({ "blockHash": block }))).await
    }

    /// Several `eth_call`s on the state after one block, in one round trip. The outer error speaks of the endpoints, the
    /// inner ones of single calls.
    ///
    /// # Errors
    /// Any [`ChainError`].
    pub async fn call_many(
        &self,
        calls: &[(Address, Bytes)],
        block: B256,
    ) -> Result<Vec<Result<Bytes, ChainError>>, ChainError> {
        self.calls_at(calls, &json!({ "blockHash": block })).await
    }

    /// Several `eth_call`s on the newest state; for what does not change, like a token's name.
    ///
    /// # Errors
    /// Any [`ChainError`].
    pub async fn call_many_latest(
        &self,
        calls: &[(Address, Bytes)],
    ) -> Result<Vec<Result<Bytes, ChainError>>, ChainError> {
        self.calls_at(calls, &json!("latest")).await
    }

    async fn calls_at(
        &self,
        calls: &[(Address, Bytes)],
        at: &Value,
    ) -> Result<Vec<Result<Bytes, ChainError>>, ChainError> {
        let params =
            calls.iter().map(|(to, data)| call_params(*to, data, at.clone())).collect::<Vec<_>>();
        self.batch("eth_call", &params).await
    }

    pub(crate) async fn logs(&self, filter: Value) -> Result<Vec<WireLog>, ChainError> {
        self.request("eth_getLogs", json!([filter])).await
    }

    pub(crate) async fn logs_many(
        &self,
        filters: &[Value],
    ) -> Result<Vec<Vec<WireLog>>, ChainError> {
        let params = filters.iter().map(|filter| json!([filter])).collect::<Vec<_>>();
        self.batch("eth_getLogs", &params).await?.into_iter().collect()
    }

    async fn request<T>(&self, method: &'static str, params: Value) -> Result<T, ChainError>
    where
        T: DeserializeOwned + Send + Sync + std::fmt::Debug + Unpin + 'static,
    {
        self.with_retries(move |rpc| {
            let params = params.clone();
            Box::pin(async move {
                rpc.request::<Value, T>(method, params)
                    .await
                    .map_err(|error| ChainError::from_rpc(&error))
            })
        })
        .await
    }

    /// One answer per set of parameters. A transient failure of one is one of the batch: it is asked again.
    async fn batch<T>(
        &self,
        method: &'static str,
        params: &[Value],
    ) -> Result<Vec<Result<T, ChainError>>, ChainError>
    where
        T: DeserializeOwned + Send + Sync + std::fmt::Debug + Unpin + 'static,
    {
        let mut answers = Vec::with_capacity(params.len());
        for chunk in params.chunks(BATCH) {
            let part = self
                .with_retries(move |rpc| Box::pin(send_batch::<T>(rpc, method, chunk.to_vec())))
                .await?;
            answers.extend(part);
        }
        Ok(answers)
    }

    /// Runs a request on the preferred endpoint, and on the others when it fails for a passing reason.
    async fn with_retries<'a, T, F>(&'a self, run: F) -> Result<T, ChainError>
    where
        F: Fn(&'a RpcClient) -> BoxFuture<'a, Result<T, ChainError>>,
    {
        let count = self.inner.endpoints.len();
        let mut attempt = 0;
        loop {
            let index = self.inner.preferred.load(Ordering::Relaxed) % count;
            let endpoint = &self.inner.endpoints[index];
            let outcome = match endpoint.rpc().await {
                Ok(rpc) => run(rpc).await,
                Err(error) => Err(error),
            };
            let error = match outcome {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let elsewhere = count > 1 && matches!(error, ChainError::WrongChain { .. });
            attempt += 1;
            if !(error.is_transient() || elsewhere) || attempt >= ATTEMPTS {
                return Err(error);
            }
            tracing::debug!(endpoint = %endpoint.name, attempt, %error, "request failed, trying again");
            // another request may have moved on already: only the first failure of this endpoint moves the preference
            let _moved = self.inner.preferred.compare_exchange(
                index,
                (index + 1) % count,
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            tokio::time::sleep(backoff(attempt)).await;
        }
    }
}

/// Doubles per attempt, with up to half as much again at random, so that clients do not return in step.
fn backoff(attempt: u32) -> Duration {
    let base = FIRST_BACKOFF.saturating_mul(1 << attempt.min(6));
    base + base.mul_f64(rand::random::<f64>() / 2.0)
}

fn call_params(to: Address, data: &Bytes, at: Value) -> Value {
    json!([{ "to": to, "data": data }, at])
}

async fn send_batch<T>(
    rpc: &RpcClient,
    method: &'static str,
    params: Vec<Value>,
) -> Result<Vec<Result<T, ChainError>>, ChainError>
where
    T: DeserializeOwned + Send + Sync + std::fmt::Debug + Unpin + 'static,
{
    let mut batch = rpc.new_batch();
    let waiters = params
        .iter()
        .map(|params| batch.add_call::<Value, T>(Cow::Borrowed(method), params))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| ChainError::from_rpc(&error))?;
    batch.send().await.map_err(|error| ChainError::from_rpc(&error))?;
    let mut answers = Vec::with_capacity(waiters.len());
    for waiter in waiters {
        let answer = waiter.await.map_err(|error| ChainError::from_rpc(&error));
        if let Err(error @ ChainError::Unavailable(_)) = answer {
            return Err(error);
        }
        answers.push(answer);
    }
    Ok(answers)
}
