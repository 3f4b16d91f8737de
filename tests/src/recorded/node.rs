//! A node that shows whatever branch it is told to show: empty blocks, only their hashes are real.

use std::sync::{Arc, PoisonError, RwLock};

use alloy_primitives::{B256, U64, U256};
use anyhow::{Context, Result};
use axum::{Json, Router, extract::State, routing::post};
use domain::block::BlockRef;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

type Chain = Arc<RwLock<Vec<BlockRef>>>;

/// A JSON-RPC endpoint of mainnet's chain id.
#[derive(Debug)]
pub struct BranchNode {
    /// Where it answers.
    pub url: String,
    chain: Chain,
    task: JoinHandle<std::io::Result<()>>,
}

impl Drop for BranchNode {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl BranchNode {
    /// A node without blocks.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port is free")?;
        let url = format!("http://{}", listener.local_addr()?);
        let chain = Chain::default();
        let router = Router::new().route("/", post(answer)).with_state(Arc::clone(&chain));
        let task = tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { url, chain, task })
    }

    /// Shows these blocks, ascending and linked, from now on.
    pub fn show(&self, blocks: Vec<BlockRef>) {
        *self.chain.write().unwrap_or_else(PoisonError::into_inner) = blocks;
    }
}

async fn answer(State(chain): State<Chain>, Json(request): Json<Value>) -> Json<Value> {
    let chain = chain.read().unwrap_or_else(PoisonError::into_inner);
    Json(match request {
        Value::Array(requests) => requests.iter().map(|request| one(&chain, request)).collect(),
        request => one(&chain, &request),
    })
}

fn one(chain: &[BlockRef], request: &Value) -> Value {
    let (id, first) = (&request["id"], &request["params"][0]);
    let result = match request["method"].as_str() {
        Some("eth_chainId") => json!("0x1"),
        Some("eth_blockNumber") => json!(chain.last().map(|block| U64::from(block.number))),
        Some("eth_getBlockByNumber") => json!(by_number(chain, first).map(header)),
        Some("eth_getBlockByHash") => {
            let wanted = serde_json::from_value::<B256>(first.clone()).ok();
            json!(chain.iter().find(|block| Some(block.hash) == wanted).map(header))
        }
        Some("eth_getLogs" | "eth_getBlockReceipts") => json!([]),
        _ => {
            let error = json!({"code": -32601, "message": "the method does not exist"});
            return json!({"jsonrpc": "2.0", "id": id, "error": error});
        }
    };
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

fn by_number<'a>(chain: &'a [BlockRef], wanted: &Value) -> Option<&'a BlockRef> {
    match wanted.as_str()? {
        "latest" | "pending" => chain.last(),
        "earliest" | "finalized" | "safe" => chain.first(),
        _ => {
            let number: U64 = serde_json::from_value(wanted.clone()).ok()?;
            chain.iter().find(|block| U64::from(block.number) == number)
        }
    }
}

fn header(block: &BlockRef) -> Value {
    json!({
        "number": U64::from(block.number),
        "hash": block.hash,
        "parentHash": block.parent_hash,
        "timestamp": U64::from(block.timestamp),
        "logsBloom": format!("{:#0514x}", U256::ZERO),
        "transactions": [],
    })
}
