//! Many who listen: how soon after the commit of a block all of them know, and what one of them costs while nothing happens.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use alloy_primitives::{Address, I256, U256};
use anyhow::{Context, Result, bail, ensure};
use domain::block::BlockRef;
use domain::decimal::Decimal;
use domain::entity::{Counters, Created, Pool, PoolState, Protocol};
use domain::figures::PoolFigures;
use domain::fold::{BlockChanges, Change, Key};
use domain::ids::PoolId;
use domain::row::{Position, RowMeta, Rows, Swap};
use futures::{SinkExt as _, StreamExt as _};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Batch, Writer};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest as _};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::words::{address, word};
use crate::process::resident;

/// Chain id of the made blocks.
pub(super) const CHAIN: u64 = 1_337_003;
/// Pools that are listened to.
const POOLS: usize = 10;
/// Between two blocks.
const PAUSE: Duration = Duration::from_millis(200);
/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
const PROTOCOL: &str = "graphql-transport-ws";

type Socket = WebSocketStream<TcpStream>;

/// What was measured.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Heard {
    /// How many listened.
    pub(super) subscribers: usize,
    /// From the commit of a block to when the last of them was told of it: of half of the blocks at most.
    pub(super) p50: Duration,
    /// The same of 99 %.
    pub(super) p99: Duration,
    /// Memory of the service for one that is told nothing, in bytes.
    pub(super) idle: u64,
}

/// A chain of made blocks, each with a swap in each of some pools.
pub(super) struct Chain {
    writer: Writer,
    newest: BlockRef,
    pools: Vec<Pool>,
    counters: Counters,
}

impl Chain {
    /// Stores its first block.
    pub(super) async fn begin(store: &store::Store) -> Result<Self> {
        let writer = store::testing::writer(store, CHAIN).await?;
        let pools = (0..POOLS).map(pool).collect::<Result<Vec<_>>>()?;
        let newest = block(0, None);
        let mut chain = Self { writer, newest, pools, counters: Counters::default() };
        let made = chain.pools.iter().map(|pool| Change {
            key: Key::Pool(pool.id),
            before: None,
            after: Some(pool.clone().into()),
        });
        let changes = made.collect();
        chain.commit(None, newest, Rows::default(), changes).await?;
        Ok(chain)
    }

    async fn commit(
        &mut self,
        parent: Option<u64>,
        block: BlockRef,
        rows: Rows,
        mut changes: Vec<Change>,
    ) -> Result<()> {
        changes.sort_unstable_by_key(|change| change.key);
        let before = self.counters;
        self.counters.swaps += rows.swaps.len() as u64;
        let whole = [BlockChanges {
            block,
            rows,
            changes,
            counters_before: before,
            counters_after: self.counters,
        }];
        let batch = Batch { parent, blocks: &whole, undo_from: 0, prune_undo_below: 0 };
        self.writer.commit(&batch).await?;
        self.newest = block;
        Ok(())
    }

    /// Commits the next block.
    async fn next(&mut self) -> Result<u64> {
        let block = block(self.newest.number + 1, Some(self.newest));
        let (mut swaps, mut changes) = (Vec::new(), Vec::new());
        for (place, pool) in (0_u32..).zip(&mut self.pools) {
            let before = pool.clone();
            pool.swap_count += 1;
            pool.updated_block = block.number;
            swaps.push(swap(&block, pool.id, place));
            changes.push(Change {
                key: Key::Pool(pool.id),
                before: Some(before.into()),
                after: Some(pool.clone().into()),
            });
        }
        let rows = Rows { swaps, ..Rows::default() };
        self.commit(Some(self.newest.number), block, rows, changes).await?;
        Ok(block.number)
    }
}

/// Lets so many listen while so many blocks are committed.
pub(super) async fn measure(
    host: SocketAddr,
    pid: u32,
    mut chain: Chain,
    (subscribers, blocks): (usize, usize),
) -> Result<Heard> {
    // what the first ones cost is there for all
    let mut sockets = Vec::with_capacity(subscribers + POOLS);
    for number in 0..POOLS {
        sockets.push(subscribe(host, &chain, number).await?);
    }
    chain.next().await?;
    for socket in &mut sockets {
        told(socket).await?;
    }
    let before = resident(pid)?;
    for number in 0..subscribers {
        sockets.push(subscribe(host, &chain, number).await?);
    }
    tokio::time::sleep(PAUSE).await;
    let idle = resident(pid)?.saturating_sub(before) / (subscribers as u64).max(1);
    let mut times = Vec::with_capacity(blocks);
    for _ in 0..blocks {
        let number = chain.next().await?;
        let committed = Instant::now();
        let mut waiting = JoinSet::new();
        for mut socket in std::mem::take(&mut sockets) {
            waiting.spawn(async move {
                let block = told(&mut socket).await?;
                ensure!(block == number, "told of block {block} instead of {number}");
                Ok((socket, committed.elapsed()))
            });
        }
        let mut last = Duration::ZERO;
        while let Some(heard) = waiting.join_next().await {
            let (socket, time) = heard??;
            last = last.max(time);
            sockets.push(socket);
        }
        times.push(last);
        tokio::time::sleep(PAUSE).await;
    }
    times.sort_unstable();
    let at = |percent: usize| times.get(blocks * percent / 100).or(times.last()).copied();
    let (p50, p99) = at(50).zip(at(99)).context("no blocks")?;
    Ok(Heard { subscribers, p50, p99, idle })
}

/// A connection of its own with one subscription, which has begun.
async fn subscribe(host: SocketAddr, chain: &Chain, number: usize) -> Result<Socket> {
    let mut request = format!("ws://{host}/graphql/ws").into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", PROTOCOL.parse()?);
    let stream = TcpStream::connect(host).await?;
    stream.set_nodelay(true)?;
    let (mut socket, _) = client_async(request, stream).await?;
    send(&mut socket, &json!({ "type": "connection_init" })).await?;
    ensure!(next(&mut socket).await?["type"] == "connection_ack", "no acknowledgement");
    let pool = chain.pools.get(number % POOLS).context("a pool")?.id.to_string();
    let query =
        "subscription($id: String!) { pool(id: $id) { block { number } pool { swapCount } } }";
    let payload = json!({ "query": query, "variables": { "id": pool } });
    send(&mut socket, &json!({ "id": "1", "type": "subscribe", "payload": payload })).await?;
    told(&mut socket).await?;
    Ok(socket)
}

/// The block of the next answer.
async fn told(socket: &mut Socket) -> Result<u64> {
    let answer = next(socket).await?;
    let block = answer["payload"]["data"]["pool"]["block"]["number"].as_u64();
    block.with_context(|| format!("no news: {answer}"))
}

async fn send(socket: &mut Socket, message: &Value) -> Result<()> {
    Ok(socket.send(Message::text(message.to_string())).await?)
}

async fn next(socket: &mut Socket) -> Result<Value> {
    loop {
        let message = tokio::time::timeout(PATIENCE, socket.next()).await?;
        match message.context("the connection ended")?? {
            Message::Text(text) => return Ok(serde_json::from_str(&text)?),
            Message::Close(frame) => bail!("the service closes: {frame:?}"),
            _ => {}
        }
    }
}

fn block(number: u64, parent: Option<BlockRef>) -> BlockRef {
    BlockRef {
        number,
        hash: word(b'b', number),
        parent_hash: parent.map(|parent| parent.hash).unwrap_or_default(),
        timestamp: 1_700_000_000 + number,
    }
}

fn pool(number: usize) -> Result<Pool> {
    let log_index = u32::try_from(number)?;
    let id = PoolId::Contract(address(b'p', number as u64));
    let reserve = U256::from(10).pow(U256::from(24));
    Ok(Pool {
        id,
        dex: "made".to_owned(),
        protocol: Protocol::V2,
        factory: address(b'f', 0),
        token0: address(b't', 0),
        token1: address(b't', 1),
        fee_pips: 3_000,
        tick_spacing: 0,
        hooks: Address::ZERO,
        created: Created { block: 0, timestamp: 1_700_000_000, tx_hash: word(b'x', 0), log_index },
        state: PoolState::Reserves { reserve0: reserve, reserve1: reserve },
        swap_count: 0,
        liquidity_event_count: 0,
        updated_block: 0,
        figures: PoolFigures::default(),
    })
}

fn swap(block: &BlockRef, pool: PoolId, log_index: u32) -> Swap {
    let amount = I256::try_from(1_000_000_i64).unwrap_or_default();
    Swap {
        meta: RowMeta {
            position: Position { block: block.number, log_index, item: 0 },
            timestamp: block.timestamp,
            tx_hash: word(b'x', block.number),
            tx_index: 0,
            origin: None,
            gas_price: None,
        },
        pool,
        sender: address(b'a', 1),
        recipient: address(b'a', 2),
        amount0: amount,
        amount1: -amount,
        sqrt_price_x96: None,
        tick: None,
        amount_usd: Decimal::default(),
        pair: None,
    }
}
