//! The JSON-RPC methods, answered from a view of the recording.

use std::sync::Mutex;
use std::time::Instant;

use abis::periphery::Multicall3;
use alloy::sol_types::SolCall;
use alloy_primitives::{Address, B256, Bytes, U64};
use serde_json::{Value, json};

use crate::replay::ReplayOptions;
use crate::replay::block::Block;
use crate::replay::filter::LogFilter;
use crate::replay::recording::Recording;
use crate::replay::subscriptions::Subscriptions;
use crate::replay::view::View;

/// A JSON-RPC error.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: i64,
    pub(crate) message: String,
}

/// An answer is written as JSON text: what was recorded is copied, not written anew.
pub(crate) type Answer = Result<(), Refusal>;

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

    /// What shows now.
    pub(crate) fn view(&self) -> View<'_> {
        View::at(&self.recording, &self.options, self.started.elapsed())
    }

    /// Answers one request, behind what already stands in `out`.
    pub(crate) fn answer(&self, method: &str, params: &Value, out: &mut String) -> Answer {
        let view = self.view();
        let value = match method {
            "eth_getBlockByNumber" => {
                let block = self.number(view, &params[0])?.and_then(|number| view.block(number));
                return write_block(block.as_deref(), &params[1], out);
            }
            "eth_getBlockByHash" => {
                let block = view.by_hash(parse(&params[0], "block hash")?);
                return write_block(block.as_deref(), &params[1], out);
            }
            "eth_getBlockReceipts" => return self.receipts(view, &params[0], out),
            "eth_getLogs" => return self.logs(view, &params[0], out),
            "eth_chainId" => json!(U64::from(self.recording.chain_id)),
            "net_version" => json!(self.recording.chain_id.to_string()),
            "web3_clientVersion" => json!(concat!("devchain-replay/", env!("CARGO_PKG_VERSION"))),
            "eth_syncing" => json!(false),
            "eth_blockNumber" => json!(U64::from(view.head)),
            "eth_call" => self.call(&params[0])?,
            "eth_newFilter" => {
                let filter = LogFilter::parse(&params[0]).map_err(|error| refuse(-32602, error))?;
                json!(self.subscriptions(|all| all.logs(view, filter)))
            }
            "eth_newBlockFilter" => json!(self.subscriptions(|all| all.blocks(view))),
            "eth_getFilterChanges" => {
                let id = parse(&params[0], "filter id")?;
                let removed = self.options.removed_logs;
                let news = self
                    .subscriptions(|all| all.changes(view, id, removed))
                    .ok_or_else(|| refuse(-32000, "filter not found"))?;
                out.push('[');
                out.push_str(&news.join(","));
                out.push(']');
                return Ok(());
            }
            "eth_uninstallFilter" => {
                let id = parse(&params[0], "filter id")?;
                json!(self.subscriptions(|all| all.forget(id)))
            }
            _ => {
                let text = format!("the method {method} does not exist/is not available");
                return Err(refuse(-32601, text));
            }
        };
        out.push_str(&value.to_string());
        Ok(())
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

    fn receipts(&self, view: View<'_>, block: &Value, out: &mut String) -> Answer {
        let hash = block["blockHash"].as_str().or_else(|| block.as_str());
        let block = match hash.and_then(|text| text.parse::<B256>().ok()) {
            Some(hash) => view.by_hash(hash),
            None => self.number(view, block)?.and_then(|number| view.block(number)),
        };
        match block {
            None => out.push_str("null"),
            Some(block) if block.write_receipts(out) => {}
            Some(_) => {
                let text = "the method eth_getBlockReceipts does not exist/is not available: the \
                            recording has no receipts, record again";
                return Err(refuse(-32601, text));
            }
        }
        Ok(())
    }

    fn logs(&self, view: View<'_>, filter: &Value, out: &mut String) -> Answer {
        let wanted = LogFilter::parse(filter).map_err(|error| refuse(-32602, error))?;
        out.push('[');
        let mut found = Found { out, count: 0, limit: self.options.max_results };
        if filter.get("blockHash").is_some_and(|hash| !hash.is_null()) {
            let hash: B256 = parse(&filter["blockHash"], "block hash")?;
            let block = view.by_hash(hash).ok_or_else(|| refuse(-32000, "unknown block"))?;
            found.take(&block, &wanted)?;
            out.push(']');
            return Ok(());
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
        out.push(']');
        Ok(())
    }

    fn call(&self, request: &Value) -> Result<Value, Refusal> {
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
            return Ok(json!(Bytes::from(results)));
        }
        match self.recording.calls.get(&(to, data)) {
            Some(Some(answer)) => Ok(json!(answer)),
            Some(None) => Err(refuse(3, "execution reverted")),
            None => Err(refuse(-32000, "this call is not in the recording")),
        }
    }
}

/// Logs found so far, as JSON text.
struct Found<'a> {
    out: &'a mut String,
    count: usize,
    limit: Option<usize>,
}

impl Found<'_> {
    fn take(&mut self, block: &Block, wanted: &LogFilter) -> Result<(), Refusal> {
        self.count += block.write_logs(wanted, self.count == 0, self.out);
        match self.limit {
            Some(limit) if self.count > limit => {
                Err(refuse(-32005, format!("query returned more than {limit} results")))
            }
            _ => Ok(()),
        }
    }
}

fn write_block(block: Option<&Block>, full: &Value, out: &mut String) -> Answer {
    let Some(block) = block else {
        out.push_str("null");
        return Ok(());
    };
    if block.write(full.as_bool().unwrap_or_default(), out) {
        return Ok(());
    }
    Err(refuse(-32000, "the recording has no transactions; record again"))
}

fn parse<T: serde::de::DeserializeOwned>(value: &Value, what: &str) -> Result<T, Refusal> {
    serde_json::from_value(value.clone())
        .map_err(|error| refuse(-32602, format!("invalid {what}: {error}")))
}
