//! The JSON-RPC methods, answered from a view of the recording.

use std::sync::Mutex;
use std::time::Instant;

use abis::periphery::Multicall3;
use alloy::sol_types::SolCall;
use alloy_primitives::{Address, B256, Bytes, U64};
use serde_json::{Value, json};

use crate::replay::ReplayOptions;
use crate::replay::filter::LogFilter;
use crate::replay::recording::{Block, Recording};
use crate::replay::subscriptions::Subscriptions;
use crate::replay::view::View;

/// A JSON-RPC error.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: i64,
    pub(crate) message: String,
}

/// An answer as JSON text, so that logs are written as they were read.
pub(crate) type Answer = Result<String, Refusal>;

/// Everything that answers need.
#[derive(Debug)]
pub(crate) struct Methods {
    recording: Recording,
    pub(crate) options: ReplayOptions,
    started: Instant,
    subscriptions: Mutex<Subscriptions>,
}

pub(crate) fn refuse(code: i64, message: impl Into<String>) -> Refusal {
    Refusal { code, message: message.into() }
}

impl Methods {
    pub(crate) fn new(recording: Recording, options: ReplayOptions) -> Self {
        Self { recording, options, started: Instant::now(), subscriptions: Mutex::default() }
    }

    /// Answers one request.
    pub(crate) fn answer(&self, method: &str, params: &Value) -> Answer {
        let view = View::at(&self.recording, &self.options, self.started.elapsed());
        let text = |value: Value| Ok(value.to_string());
        match method {
            "eth_chainId" => text(json!(U64::from(self.recording.chain_id))),
            "net_version" => text(json!(self.recording.chain_id.to_string())),
            "web3_clientVersion" => {
                text(json!(concat!("devchain-replay/", env!("CARGO_PKG_VERSION"))))
            }
            "eth_syncing" => text(json!(false)),
            "eth_blockNumber" => text(json!(U64::from(view.head))),
            "eth_getBlockByNumber" => {
                let block = self.number(view, &params[0])?.and_then(|number| view.block(number));
                Ok(block.map_or_else(|| "null".to_owned(), |block| block.header.to_string()))
            }
            "eth_getBlockByHash" => {
                let block = view.by_hash(parse(&params[0], "block hash")?);
                Ok(block.map_or_else(|| "null".to_owned(), |block| block.header.to_string()))
            }
            "eth_getLogs" => self.logs(view, &params[0]),
            "eth_call" => self.call(&params[0]),
            "eth_newFilter" => {
                let filter = LogFilter::parse(&params[0]).map_err(|error| refuse(-32602, error))?;
                text(json!(self.subscriptions(|all| all.logs(view, filter))))
            }
            "eth_newBlockFilter" => text(json!(self.subscriptions(|all| all.blocks(view)))),
            "eth_getFilterChanges" => {
                let id = parse(&params[0], "filter id")?;
                let removed = self.options.removed_logs;
                self.subscriptions(|all| all.changes(view, id, removed))
                    .ok_or_else(|| refuse(-32000, "filter not found"))
            }
            "eth_uninstallFilter" => {
                let id = parse(&params[0], "filter id")?;
                text(json!(self.subscriptions(|all| all.forget(id))))
            }
            _ => {
                Err(refuse(-32601, format!("the method {method} does not exist/is not available")))
            }
        }
    }

    fn subscriptions<T>(&self, act: impl FnOnce(&mut Subscriptions) -> T) -> T {
        let mut all = self.subscriptions.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        act(&mut all)
    }

    /// The number that a block parameter means; `None` for a block that is not there.
    fn number(&self, view: View<'_>, parameter: &Value) -> Result<Option<u64>, Refusal> {
        let settled =
            view.head.saturating_sub(self.options.finality_depth).max(self.recording.first);
        Ok(match parameter.as_str() {
            None | Some("latest" | "pending") => Some(view.head),
            Some("finalized" | "safe") => Some(settled),
            Some("earliest") => Some(self.recording.first),
            Some(_) => Some(parse::<U64>(parameter, "block number")?.to()),
        })
    }

    fn logs(&self, view: View<'_>, filter: &Value) -> Answer {
        let wanted = LogFilter::parse(filter).map_err(|error| refuse(-32602, error))?;
        let mut found = Found { text: "[".to_owned(), count: 0, limit: self.options.max_results };
        if filter.get("blockHash").is_some_and(|hash| !hash.is_null()) {
            let hash: B256 = parse(&filter["blockHash"], "block hash")?;
            let block = view.by_hash(hash).ok_or_else(|| refuse(-32000, "unknown block"))?;
            found.take(&block, &wanted)?;
            return Ok(found.text + "]");
        }
        let from = self.number(view, &filter["fromBlock"])?.unwrap_or(view.head);
        let to = self.number(view, &filter["toBlock"])?.unwrap_or(view.head);
        if from > to {
            return Err(refuse(-32602, "invalid block range: fromBlock is beyond toBlock"));
        }
        if let Some(most) = self.options.max_range.filter(|most| to - from >= *most) {
            return Err(refuse(-32005, format!("query exceeds max block range {most}")));
        }
        for number in from..=to.min(view.head) {
            if let Some(block) = view.block(number) {
                found.take(&block, &wanted)?;
            }
        }
        Ok(found.text + "]")
    }

    fn call(&self, request: &Value) -> Answer {
        let to: Address = parse(&request["to"], "call without contract")?;
        let field = if request["input"].is_null() { "data" } else { "input" };
        let data: Bytes = parse(&request[field], "call data")?;
        if let Ok(many) = Multicall3::aggregate3Call::abi_decode(&data) {
            let results = many.calls.into_iter().map(|call| {
                let answer =
                    self.recording.calls.get(&(call.target, call.callData)).cloned().flatten();
                Multicall3::Result {
                    success: answer.is_some(),
                    returnData: answer.unwrap_or_default(),
                }
            });
            let results = Multicall3::aggregate3Call::abi_encode_returns(&results.collect());
            return Ok(json!(Bytes::from(results)).to_string());
        }
        match self.recording.calls.get(&(to, data)) {
            Some(Some(answer)) => Ok(json!(answer).to_string()),
            Some(None) => Err(refuse(3, "execution reverted")),
            None => Err(refuse(-32000, "this call is not in the recording")),
        }
    }
}

/// Logs found so far, as JSON text.
struct Found {
    text: String,
    count: usize,
    limit: Option<usize>,
}

impl Found {
    fn take(&mut self, block: &Block, wanted: &LogFilter) -> Result<(), Refusal> {
        for log in block.logs.iter().filter(|log| wanted.matches(log)) {
            if self.limit.is_some_and(|limit| self.count >= limit) {
                let limit = self.limit.unwrap_or_default();
                return Err(refuse(-32005, format!("query returned more than {limit} results")));
            }
            if self.count > 0 {
                self.text.push(',');
            }
            self.text.push_str(&log.text);
            self.count += 1;
        }
        Ok(())
    }
}

fn parse<T: serde::de::DeserializeOwned>(value: &Value, what: &str) -> Result<T, Refusal> {
    serde_json::from_value(value.clone())
        .map_err(|error| refuse(-32602, format!("invalid {what}: {error}")))
}
