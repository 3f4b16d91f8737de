//! The same quotes over HTTP: of the service one by one and in batches, and of the quoter contract.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Value, json};
use serving::book::Book;
use toml::Table;

use super::contracts::Asked;
use crate::load::{flood, get, post};
use crate::service::Service;

/// Quotes in a batch.
const BATCH: usize = 100;

/// Quotes per second.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct OverHttp {
    pub(super) one_by_one: f64,
    pub(super) in_batches: f64,
    pub(super) contract: f64,
}

/// Asks all three for so long.
pub(super) async fn measure(
    folder: &Path,
    store: &str,
    mut chain: Table,
    node: &str,
    (book, asked): (&Book, &[Asked]),
    time: Duration,
) -> Result<OverHttp> {
    // the chain stands still meanwhile
    chain.insert("quote_max_age_s".to_owned(), 0.into());
    let service = Service::start(folder, store, chain).await?;
    let questions = asked.iter().map(|asked| Question::of(book, asked));
    let questions = questions.collect::<Result<Vec<_>>>()?;
    let first = questions.first().context("nothing to ask")?.path();
    service.ready(&first).await?;

    let host = service.address;
    let single = questions.iter().map(|question| get(host, &question.path())).collect();
    let one_by_one = flood(host, single, time).await?;
    let mut cycle = questions.iter().cycle();
    let batches = (0..questions.len()).map(|_| {
        let quotes: Vec<_> = cycle.by_ref().take(BATCH).map(Question::json).collect();
        post(host, "/v1/quotes", &json!({ "quotes": quotes }).to_string())
    });
    let in_batches = flood(host, batches.collect(), time).await? * f64::from(u32::try_from(BATCH)?);
    service.stop().await?;

    let node: SocketAddr = node.trim_start_matches("http://").parse().context("the node")?;
    let calls = asked.iter().map(|asked| {
        let (to, data) = &asked.call;
        let block = json!({ "blockHash": book.block.hash });
        let params = json!([{ "to": to, "data": data }, block]);
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": params });
        post(node, "/", &body.to_string())
    });
    let contract = flood(node, calls.collect(), time).await?;
    Ok(OverHttp { one_by_one, in_batches, contract })
}

/// A quote of one pool.
struct Question {
    pool: String,
    token_in: String,
    amount: String,
}

impl Question {
    fn of(book: &Book, asked: &Asked) -> Result<Self> {
        let pool = asked.question.allowed.pools.iter().flatten().next().context("no pool")?;
        let pool = book.names.pool(*pool).context("a pool without name")?.id.to_string();
        let token = book.names.token(asked.question.token_in).context("a token without name")?;
        let amount = asked.question.amount.value().to_string();
        Ok(Self { pool, token_in: format!("{:#x}", token.address), amount })
    }

    fn path(&self) -> String {
        let Self { pool, token_in, amount } = self;
        format!("/v1/quote?pool={pool}&tokenIn={token_in}&amount={amount}")
    }

    fn json(&self) -> Value {
        json!({ "pool": self.pool, "tokenIn": self.token_in, "amount": self.amount })
    }
}
