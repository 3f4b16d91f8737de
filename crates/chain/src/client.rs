//! A chain's endpoints behind one handle: what can be asked. How it is asked is in `exchange`, whom in `pick`.

mod each;
mod exchange;
pub mod fees;
mod pick;
pub mod receipts;
pub mod rehearse;
pub mod simulate;
mod transactions;

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use alloy_primitives::{Address, B256, Bytes, U64, U256};
use domain::{block::BlockRef, ids::ChainId};
use serde_json::{Value, json};

use crate::{
    client::exchange::Ask,
    endpoint::Endpoint,
    error::ChainError,
    stats::EndpointStats,
    wire::{WireBlock, WireLog, WireReceipt},
};

/// Calls in one JSON-RPC batch, as long as no endpoint finds that too many.
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
    batch: AtomicUsize,
    /// The newest block that an answer showed.
    newest: AtomicU64,
}

impl Client {
    /// A client for these http(s) and ws(s) endpoints, in order of preference. Nothing is asked yet.
    ///
    /// # Errors
    /// [`ChainError::BadUrl`].
    pub fn new(chain_id: ChainId, urls: &[String]) -> Result<Self, ChainError> {
        if urls.is_empty() {
            return Err(ChainError::BadUrl("(none given)".into()));
        }
        let endpoints =
            urls.iter().map(|url| Endpoint::new(url, chain_id)).collect::<Result<Vec<_>, _>>()?;
        let (batch, newest) = (AtomicUsize::new(BATCH), AtomicU64::new(0));
        Ok(Self { inner: Arc::new(Inner { chain_id, endpoints, batch, newest }) })
    }

    /// The chain this client speaks for.
    #[must_use]
    pub fn chain_id(&self) -> ChainId {
        self.inner.chain_id
    }

    /// What was asked of each endpoint, how it went, and how the endpoints are.
    #[must_use]
    pub fn stats(&self) -> Vec<EndpointStats> {
        self.inner.endpoints.iter().map(Endpoint::stats).collect()
    }

    pub(crate) fn endpoints(&self) -> &[Endpoint] {
        &self.inner.endpoints
    }

    /// The newest block that [`Client::latest_block`] saw last.
    pub(crate) fn newest_seen(&self) -> u64 {
        self.inner.newest.load(Ordering::Relaxed)
    }

    /// The newest block of the node. Among several endpoints, one that is known to be behind is not believed while
    /// another one may be further.
    ///
    /// # Errors
    /// Any [`ChainError`].
    pub async fn latest_block(&self) -> Result<BlockRef, ChainError> {
        let mut newest: Option<BlockRef> = None;
        for _ in self.endpoints() {
            let highest = self.highest_head();
            let (found, endpoint) = self.latest_of(highest).await?;
            if let Some(endpoint) = self.endpoints().get(endpoint) {
                endpoint.health.is_at(found.number);
            }
            if newest.is_none_or(|newest| newest.number < found.number) {
                newest = Some(found);
            }
            if highest.is_none_or(|highest| found.number >= highest) || !self.has_other(highest) {
                break;
            }
        }
        let newest = newest.ok_or_else(|| ChainError::Missing("latest".into()))?;
        self.inner.newest.store(newest.number, Ordering::Relaxed);
        Ok(newest)
    }

    async fn latest_of(&self, highest: Option<u64>) -> Result<(BlockRef, usize), ChainError> {
        let ask = Ask { prefer: highest, ..Ask::new("eth_getBlockByNumber") };
        let (block, endpoint) =
            self.one_of::<Option<WireBlock>>(&ask, json!(["latest", false])).await?;
        let block = block.ok_or_else(|| ChainError::Missing("latest".into()))?;
        Ok((BlockRef::from(&block), endpoint))
    }

    /// The node's block at a height; `None` when it has none there.
    ///
    /// # Errors
    /// Any [`ChainError`].
    pub async fn block(&self, number: u64) -> Result<Option<BlockRef>, ChainError> {
        let ask = Ask { prefer: Some(number), ..Ask::new("eth_getBlockByNumber") };
        let params = json!([U64::from(number), false]);
        let (found, endpoint) = self.one_of::<Option<WireBlock>>(&ask, params).await?;
        match found {
            Some(block) => checked(number, &block).map(Some),
            None => {
                if let Some(endpoint) = self.endpoints().get(endpoint) {
                    endpoint.health.lacked(number);
                }
                Ok(None)
            }
        }
    }

    /// The headers at these heights, in their order. A header that is not there yet is asked for again a few times.
    ///
    /// # Errors
    /// [`ChainError::Missing`] when one is not there; any other [`ChainError`].
    pub async fn blocks(&self, numbers: &[u64]) -> Result<Vec<BlockRef>, ChainError> {
        let wanted = numbers.iter().map(|number| (*number, false)).collect::<Vec<_>>();
        let blocks = self.wire_blocks(&wanted).await?;
        Ok(blocks.iter().map(BlockRef::from).collect())
    }

    /// Blocks by height; `true` for those that are wanted with their transactions.
    pub(crate) async fn wire_blocks(
        &self,
        wanted: &[(u64, bool)],
    ) -> Result<Vec<WireBlock>, ChainError> {
        let prefer = wanted.iter().map(|(number, _)| *number).max();
        let ask = Ask { prefer, spread: true, ..Ask::new("eth_getBlockByNumber") };
        let params = wanted
            .iter()
            .map(|(number, full)| format!(r#"["{number:#x}",{full}]"#))
            .collect::<Vec<_>>();
        let mut blocks = Vec::with_capacity(wanted.len());
        let answers = self.present::<WireBlock>(&ask, &params).await?;
        for ((number, _), block) in wanted.iter().zip(answers) {
            checked(*number, &block)?;
            blocks.push(block);
        }
        Ok(blocks)
    }

    /// `eth_call` on the state after the block with this hash.
    ///
    /// # Errors
    /// [`ChainError::Reverted`] with the revert data, or any other [`ChainError`].
    pub async fn call(&self, to: Address, data: Bytes, block: B256) -> Result<Bytes, ChainError> {
        let params = call_params(to, &data, &json!({ "blockHash": block }));
        Ok(self.one_of(&Ask::new("eth_call"), params).await?.0)
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

    /// What an account holds of the native currency (wei), after the block with this hash.
    ///
    /// # Errors
    /// Any [`ChainError`].
    pub async fn native_balance(&self, of: Address, block: B256) -> Result<U256, ChainError> {
        let params = json!([of, { "blockHash": block }]);
        Ok(self.one_of(&Ask::new("eth_getBalance"), params).await?.0)
    }

    /// What the node would offer for gas now, in wei (`eth_gasPrice`).
    ///
    /// # Errors
    /// Any [`ChainError`].
    pub async fn gas_price(&self) -> Result<U256, ChainError> {
        Ok(self.one_of(&Ask::new("eth_gasPrice"), json!([])).await?.0)
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
        let params = calls
            .iter()
            .map(|(to, data)| call_params(*to, data, at).to_string())
            .collect::<Vec<_>>();
        let answers = self.many::<Bytes>(&Ask::new("eth_call"), &params).await?;
        // an endpoint that fails is no answer of a contract
        answers
            .into_iter()
            .map(|answer| match answer {
                Err(error @ ChainError::Unavailable(_)) => Err(error),
                answer => Ok(answer),
            })
            .collect()
    }

    /// The logs of a range of blocks up to `to`, from an endpoint that has come so far.
    pub(crate) async fn logs(&self, filter: &str, to: u64) -> Result<Vec<WireLog>, ChainError> {
        let ask =
            Ask { prefer: Some(to), confirm: Some(to), spread: true, ..Ask::new("eth_getLogs") };
        Ok(self.one_raw(&ask, &format!("[{filter}]")).await?.0)
    }

    /// The logs for several filters by block hash: a node that does not know the block says so.
    pub(crate) async fn logs_many(
        &self,
        filters: &[String],
    ) -> Result<Vec<Result<Vec<WireLog>, ChainError>>, ChainError> {
        let params = filters.iter().map(|filter| format!("[{filter}]")).collect::<Vec<_>>();
        self.many(&Ask::new("eth_getLogs"), &params).await
    }

    /// All receipts of the block with this hash.
    pub(crate) async fn receipts(&self, block: B256) -> Result<Vec<WireReceipt>, ChainError> {
        let ask = Ask { spread: true, ..Ask::new("eth_getBlockReceipts") };
        let mut found = self.present(&ask, &[format!(r#"["{block}"]"#)]).await?;
        found.pop().ok_or_else(|| ChainError::Missing(format!("receipts of {block}")))
    }
}

fn checked(number: u64, block: &WireBlock) -> Result<BlockRef, ChainError> {
    let block = BlockRef::from(block);
    if block.number == number {
        return Ok(block);
    }
    Err(ChainError::Inconsistent(format!("asked for block {number}, got {}", block.number)))
}

fn call_params(to: Address, data: &Bytes, at: &Value) -> Value {
    json!([{ "to": to, "data": data }, at])
}
