//! Many pools in a database, and how long a service takes until it has them in memory.

use std::path::Path;

use alloy_primitives::{Address, B256, U256, keccak256};
use anyhow::{Context, Result};
use domain::block::BlockRef;
use domain::entity::{Counters, Created, Pool, PoolState, Protocol, Tick, Token};
use domain::figures::PoolFigures;
use domain::fold::{BlockChanges, Change, Entity, Key};
use domain::ids::PoolId;
use domain::route::{Liquidity, Market, Venue};
use domain::row::Rows;
use store::Batch;

use crate::database::Server;
use crate::role;
use crate::roles::Done;

/// Chain id of the made pools.
pub(crate) const CHAIN: u64 = 1_337_002;
const CACHE_MB: u32 = 512;
/// Pools of a block.
const PER_BLOCK: usize = 1_000;

/// Stores the market and loads it in a process of its own.
pub(super) async fn measure(folder: &Path, market: &Market, tokens: u32) -> Result<Done> {
    let server = Server::start(folder, CACHE_MB).await?;
    store(&server, market, tokens).await?;
    let loaded = role::run(&["book", "--uri", &server.uri]).await;
    server.stop().await;
    loaded
}

async fn store(server: &Server, market: &Market, tokens: u32) -> Result<()> {
    let writer = store::testing::writer(&server.store, CHAIN).await?;
    let tokens: Vec<Change> = (0..tokens).map(token).map(created).collect();
    let pools: Vec<Change> = (0..).zip(market.iter()).flat_map(pool).map(created).collect();
    let blocks: Vec<_> = tokens.chunks(PER_BLOCK).chain(pools.chunks(PER_BLOCK)).collect();
    let mut before: Option<BlockRef> = None;
    for (number, changes) in (1..).zip(blocks) {
        let block = BlockRef {
            number,
            hash: word(b'b', number),
            parent_hash: before.map_or(B256::ZERO, |block| block.hash),
            timestamp: 1_700_000_000 + number,
        };
        let whole = [BlockChanges {
            block,
            rows: Rows::default(),
            changes: changes.to_vec(),
            counters_before: Counters::default(),
            counters_after: Counters::default(),
        }];
        let parent = before.map(|block| block.number);
        // nothing of it is taken back
        let batch = Batch { parent, blocks: &whole, undo_from: u64::MAX, prune_undo_below: 0 };
        writer.commit(&batch).await.with_context(|| format!("storing block {number}"))?;
        before = Some(block);
    }
    Ok(())
}

fn created((key, entity): (Key, Entity)) -> Change {
    Change { key, before: None, after: Some(entity) }
}

fn word(kind: u8, number: u64) -> B256 {
    keccak256([&[kind][..], &number.to_be_bytes()].concat())
}

fn address(kind: u8, number: u32) -> Address {
    Address::from_word(word(kind, number.into()))
}

fn token(number: u32) -> (Key, Entity) {
    let address = address(b't', number);
    let token = Token {
        address,
        symbol: Some(format!("T{number}")),
        name: Some(format!("Token {number}")),
        decimals: Some(18),
        total_supply: Some(U256::from(10).pow(U256::from(27))),
        pool_count: 1,
        first_block: 1,
    };
    (Key::Token(address), token.into())
}

/// The pool and its ticks.
fn pool((number, venue): (u32, &Venue)) -> Vec<(Key, Entity)> {
    let id = match venue.protocol {
        Protocol::V4 => PoolId::Key(word(b'p', number.into())),
        _ => PoolId::Contract(address(b'p', number)),
    };
    let [token0, token1] = venue.tokens.map(|token| address(b't', token.0));
    let mut pool = Pool {
        id,
        dex: format!("made-{:?}", venue.protocol),
        protocol: venue.protocol,
        factory: address(b'f', 0),
        token0,
        token1,
        fee_pips: 3_000,
        tick_spacing: 0,
        hooks: Address::ZERO,
        created: Created { block: 1, timestamp: 1, tx_hash: B256::ZERO, log_index: number },
        state: PoolState::Reserves { reserve0: U256::ZERO, reserve1: U256::ZERO },
        swap_count: 0,
        liquidity_event_count: 0,
        updated_block: 1,
        figures: PoolFigures::default(),
    };
    let mut all = Vec::new();
    match &venue.liquidity {
        Liquidity::Reserves { reserves: [reserve0, reserve1], .. } => {
            pool.state = PoolState::Reserves { reserve0: *reserve0, reserve1: *reserve1 };
        }
        Liquidity::Concentrated { sqrt_price_x96, tick, liquidity, ticks, .. } => {
            let (sqrt_price_x96, tick, liquidity) = (*sqrt_price_x96, *tick, *liquidity);
            pool.state = PoolState::Concentrated { sqrt_price_x96, tick, liquidity };
            pool.tick_spacing = ticks.spacing();
            all.extend(ticks.ticks().iter().map(|tick| {
                let stored = Tick {
                    pool: id,
                    index: tick.index,
                    liquidity_gross: tick.gross,
                    liquidity_net: tick.net,
                    created_block: 1,
                    created_timestamp: 1,
                    fee_growth_outside: None,
                };
                (Key::Tick(id, tick.index), stored.into())
            }));
        }
        Liquidity::Unsupported(_) => {}
    }
    all.push((Key::Pool(id), pool.into()));
    all
}
