//! Recording a chain: its blocks, their logs, transactions and receipts, and what its tokens say about themselves, one
//! JSON object a line.
//!
//! The first line names the format and the chain; then come the blocks in order; then the answers of `decimals()`,
//! `symbol()`, `name()` and `totalSupply()` of every contract that logged something, `null` where the call reverted: the
//! supply as of the block of the token's first pool, the rest as of now. Receipts are kept without their logs, which
//! stand beside them. Recordings of the format before, without transactions, are still read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use abis::periphery::{Erc20, PoolManager, V2Factory, V3Factory};
use alloy::rpc::types::Log;
use alloy::sol_types::{SolCall, SolEvent as _};
use alloy_primitives::{Address, Bytes, U64};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use crate::error::DevchainError;
use crate::rpc::Rpc;

/// Names the format in a recording's first line.
pub(crate) const FORMAT: &str = "sooho-chain-2";
/// The format without transactions and receipts.
pub(crate) const FORMAT_WITHOUT_TRANSACTIONS: &str = "sooho-chain-1";
const BLOCKS_PER_REQUEST: u64 = 100;

/// What a recording holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Blocks, the first one included.
    pub blocks: u64,
    /// Logs in them.
    pub logs: u64,
    /// Answers of contracts.
    pub calls: u64,
}

/// A line of a recording.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Line {
    /// The first line.
    Chain {
        /// [`FORMAT`].
        format: String,
        /// Chain id.
        chain_id: u64,
    },
    /// A block's header as the endpoint gave it, with the hashes of its transactions, and its logs in order.
    Block {
        /// The header.
        header: Box<RawValue>,
        /// The logs.
        logs: Vec<Box<RawValue>>,
        /// The transactions, whole.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transactions: Option<Box<RawValue>>,
        /// The receipts, without logs and blooms.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipts: Option<Vec<Box<RawValue>>>,
    },
    /// An answered call.
    Call {
        /// The contract.
        to: Address,
        /// What was asked.
        data: Bytes,
        /// The answer, `None` when it reverted.
        result: Option<Bytes>,
    },
}

/// Writes the chain at `url`, from its first block to its present head, into `file`.
///
/// # Errors
/// When the endpoint fails, the chain is reorganised meanwhile, or the file cannot be written.
pub async fn record(url: &str, file: &Path) -> Result<Recorded, DevchainError> {
    let rpc = Rpc::new(url)?;
    let failed = |source| DevchainError::File {
        what: "writing the recording",
        path: file.to_owned(),
        source,
    };
    let draft = file.with_extension("part");
    let mut out = BufWriter::new(File::create(&draft).map_err(failed)?);
    let mut write = |line: &Line| -> Result<(), DevchainError> {
        serde_json::to_writer(&mut out, line).map_err(|error| failed(error.into()))?;
        out.write_all(b"\n").map_err(failed)
    };
    let chain_id: U64 = rpc.request("eth_chainId", json!([])).await?;
    write(&Line::Chain { format: FORMAT.to_owned(), chain_id: chain_id.to() })?;

    let head: u64 = rpc.head().await?.number.to();
    let mut recorded = Recorded::default();
    let mut contracts = BTreeSet::new();
    let mut named = BTreeMap::new();
    let mut parent: Option<Value> = None;
    let mut first = 0;
    while first <= head {
        let last = (first + BLOCKS_PER_REQUEST - 1).min(head);
        for block in blocks(&rpc, first, last).await? {
            if parent.is_some_and(|parent| parent != block.header["parentHash"]) {
                return Err(changed(url));
            }
            parent = Some(block.header["hash"].clone());
            recorded.blocks += 1;
            for log in &block.logs {
                recorded.logs += 1;
                contracts.extend(serde_json::from_value::<Address>(log["address"].clone()));
                for address in tokens(log) {
                    named.entry(address).or_insert_with(|| block.header["number"].clone());
                }
            }
            write(&block.line().map_err(|error| failed(error.into()))?)?;
        }
        first = last + 1;
    }
    for contract in contracts {
        let since = named.get(&contract).cloned().unwrap_or_else(|| json!("latest"));
        for line in answers(&rpc, contract, &since).await {
            recorded.calls += 1;
            write(&line)?;
        }
    }
    out.flush().map_err(failed)?;
    std::fs::rename(&draft, file).map_err(failed)?;
    Ok(recorded)
}

/// A block as it was fetched.
struct Fetched {
    /// With whole transactions.
    header: Value,
    logs: Vec<Value>,
    receipts: Vec<Value>,
}

impl Fetched {
    fn line(mut self) -> serde_json::Result<Line> {
        let transactions = self.header["transactions"].take();
        let hashes = transactions.as_array().into_iter().flatten().map(|one| one["hash"].clone());
        self.header["transactions"] = hashes.collect();
        for receipt in &mut self.receipts {
            if let Some(fields) = receipt.as_object_mut() {
                fields.remove("logs");
                fields.remove("logsBloom");
            }
        }
        let raw = |values: &[Value]| values.iter().map(to_raw_value).collect::<Result<_, _>>();
        Ok(Line::Block {
            header: to_raw_value(&self.header)?,
            logs: raw(&self.logs)?,
            transactions: Some(to_raw_value(&transactions)?),
            receipts: Some(raw(&self.receipts)?),
        })
    }
}

/// Blocks with their logs and receipts, checked to belong together.
async fn blocks(rpc: &Rpc, first: u64, last: u64) -> Result<Vec<Fetched>, DevchainError> {
    let params = (first..=last).map(|number| json!([format!("{number:#x}"), true])).collect();
    let headers: Vec<Value> = rpc.batch("eth_getBlockByNumber", params).await?;
    let params = headers.iter().map(|header| json!([header["hash"]])).collect();
    let receipts: Vec<Option<Vec<Value>>> = rpc.batch("eth_getBlockReceipts", params).await?;
    let filter = json!({"fromBlock": format!("{first:#x}"), "toBlock": format!("{last:#x}")});
    let logs: Vec<Value> = rpc.request("eth_getLogs", json!([filter])).await?;
    let total = logs.len();
    let mut logs = logs.into_iter().peekable();
    let mut placed = 0;
    let mut blocks = Vec::with_capacity(headers.len());
    for (header, receipts) in headers.into_iter().zip(receipts) {
        let mut own = Vec::new();
        while let Some(log) = logs.next_if(|log| log["blockHash"] == header["hash"]) {
            own.push(log);
        }
        placed += own.len();
        let receipts = receipts.ok_or_else(|| changed(rpc.url()))?;
        blocks.push(Fetched { header, logs: own, receipts });
    }
    if placed == total { Ok(blocks) } else { Err(changed(rpc.url())) }
}

/// The tokens of a pool that this log announces.
fn tokens(log: &Value) -> Vec<Address> {
    let Ok(log) = serde_json::from_value::<Log>(log.clone()) else { return Vec::new() };
    let log = &log.inner;
    if let Ok(made) = V2Factory::PairCreated::decode_log(log) {
        vec![made.token0, made.token1]
    } else if let Ok(made) = V3Factory::PoolCreated::decode_log(log) {
        vec![made.token0, made.token1]
    } else if let Ok(made) = PoolManager::Initialize::decode_log(log) {
        vec![made.currency0, made.currency1]
    } else {
        Vec::new()
    }
}

/// What a contract says about itself as a token; its supply as of a block.
async fn answers(rpc: &Rpc, to: Address, block: &Value) -> Vec<Line> {
    let latest = json!("latest");
    let asked = [
        (Erc20::decimalsCall {}.abi_encode(), &latest),
        (Erc20::symbolCall {}.abi_encode(), &latest),
        (Erc20::nameCall {}.abi_encode(), &latest),
        (Erc20::totalSupplyCall {}.abi_encode(), block),
    ];
    let mut lines = Vec::with_capacity(asked.len());
    for (data, at) in asked {
        let data = Bytes::from(data);
        let answer = rpc.request::<Bytes>("eth_call", json!([{"to": to, "data": data}, at])).await;
        lines.push(Line::Call { to, data, result: answer.ok() });
    }
    lines
}

fn changed(url: &str) -> DevchainError {
    DevchainError::Rpc {
        method: "recording".to_owned(),
        url: url.to_owned(),
        reason: "the chain was reorganised meanwhile; record again".to_owned(),
    }
}
