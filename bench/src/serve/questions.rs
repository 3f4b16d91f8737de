//! What is asked.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use domain::block::BlockRef;
use domain::ids::PoolId;
use serde_json::{Value, json};
use store::{PoolOrder, PoolQuery, Store};

use crate::load::{get, post};
use crate::synth::CHAIN_ID;

/// What the questions are about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    /// The pool with most swaps.
    pub(super) pool: PoolId,
    /// The newest block.
    pub(super) block: BlockRef,
}

impl Subject {
    pub(super) async fn of(store: &Store) -> Result<Self> {
        let snapshot = store.reader().snapshot(CHAIN_ID).await?.context("nothing is stored")?;
        let query = PoolQuery { order: PoolOrder::Swaps, limit: 1, ..PoolQuery::default() };
        let pool = snapshot.pools(&query).await?.pop().context("no pools")?;
        Ok(Self { pool: pool.id, block: snapshot.block() })
    }
}

/// A question over HTTP.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) name: &'static str,
    asked: Asked,
}

#[derive(Debug, Clone)]
enum Asked {
    Get(String),
    GraphQl(Value),
}

impl Question {
    /// As bytes.
    pub(super) fn request(&self, host: SocketAddr) -> Vec<u8> {
        match &self.asked {
            Asked::Get(path) => get(host, path),
            Asked::GraphQl(body) => post(host, "/graphql", &body.to_string()),
        }
    }
}

/// Pools with figures and both tokens.
fn pools(name: &'static str, count: u32) -> Question {
    let query = format!(
        "{{ pools(first: {count}, orderBy: TVL) {{ nodes {{ id feePips sqrtPriceX96 liquidity swapCount totalValueLockedUSD
            volumeUSD token0 {{ address symbol decimals }} token1 {{ address symbol decimals }} }} }} }}"
    );
    Question { name, asked: Asked::GraphQl(json!({ "query": query })) }
}

/// All of them.
pub(super) fn all(subject: &Subject) -> Vec<Question> {
    let pool = subject.pool.to_string();
    let to = subject.block.timestamp + 1;
    let of_pool =
        |query: &str| Asked::GraphQl(json!({ "query": query, "variables": { "pool": pool } }));
    vec![
        // as many as others had when they were measured
        pools("24 pools by locked value", 24),
        pools("100 pools by locked value", 100),
        Question {
            name: "100 newest swaps of a pool",
            asked: of_pool(
                "query($pool: String) { swaps(first: 100, pool: $pool) { nodes { id timestamp txHash sender recipient
                 amount0 amount1 sqrtPriceX96 tick } } }",
            ),
        },
        Question {
            name: "days of a pool",
            asked: Asked::Get(format!("/v1/pools/{pool}/days?first=100")),
        },
        Question {
            name: "1,000 bars for a chart",
            asked: Asked::Get(format!(
                "/udf/history?symbol={pool}&resolution=1&from=0&to={to}&countback=1000"
            )),
        },
        Question {
            name: "tickers of all pools",
            asked: Asked::Get("/coingecko/tickers".to_owned()),
        },
    ]
}
