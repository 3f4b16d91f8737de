//! A small chain: a pool per protocol, and a hundred and twenty swaps in the V2 pair.

use std::collections::HashMap;

use alloy_primitives::{Address, B256, U256};
use domain::{
    block::{Block, BlockRef},
    config::{Dex, Pricing, Watch},
    entity::{Counters, Protocol, TokenMetadata},
    event::{Event, EventKind, EventMeta},
    fold::{BlockChanges, Entity, Key, State, needs::Needs},
    ids::PoolId,
};

use crate::contracts;

/// Blocks with swaps, ten swaps each.
pub const SWAP_BLOCKS: u64 = 12;

pub fn address(n: u8) -> Address {
    Address::repeat_byte(n)
}

/// The V2 pair.
pub fn pair() -> PoolId {
    PoolId::Contract(address(0x22))
}

/// The V4 pool.
pub fn v4() -> PoolId {
    PoolId::Key(B256::repeat_byte(0x44))
}

/// The DEXes.
pub fn watch() -> Watch {
    let dex = |name: &str, protocol, factory| Dex {
        name: name.into(),
        protocol,
        factory,
        fee_pips: 3_000,
        fork: None,
        position_manager: None,
        pricing: Pricing::default(),
    };
    Watch {
        dexes: vec![
            dex("two", Protocol::V2, address(2)),
            dex("three", Protocol::V3, address(3)),
            dex("four", Protocol::V4, address(4)),
        ],
        collections: Vec::new(),
    }
}

fn event(emitter: Address, log_index: u32, kind: EventKind) -> Event {
    let meta =
        EventMeta { address: emitter, tx_hash: B256::repeat_byte(7), tx_index: 0, log_index };
    Event { meta, kind }
}

fn creations() -> Vec<Event> {
    let (token0, token1) = (address(0xa0), address(0xa1));
    let price = U256::from(1) << 96;
    vec![
        event(address(2), 0, EventKind::V2PairCreated { token0, token1, pair: address(0x22) }),
        event(
            address(3),
            1,
            EventKind::V3PoolCreated {
                token0,
                token1,
                fee: 500,
                tick_spacing: 10,
                pool: address(0x33),
            },
        ),
        event(address(0x33), 2, EventKind::V3Initialize { sqrt_price_x96: price, tick: 0 }),
        event(
            address(4),
            3,
            EventKind::V4Initialize {
                id: B256::repeat_byte(0x44),
                currency0: Address::ZERO,
                currency1: token1,
                fee: 3_000,
                tick_spacing: 60,
                hooks: Address::ZERO,
                sqrt_price_x96: price,
                tick: 0,
            },
        ),
        event(
            address(0x22),
            4,
            EventKind::V2Mint {
                sender: address(9),
                amount0: U256::from(2_000_000),
                amount1: U256::from(1_000),
            },
        ),
    ]
}

fn swaps() -> Vec<Event> {
    let zero = U256::ZERO;
    let pair = address(0x22);
    let mut events: Vec<_> = (0..10)
        .map(|index| {
            let kind = EventKind::V2Swap {
                sender: address(9),
                to: address(8),
                amount0_in: U256::from(5),
                amount1_in: zero,
                amount0_out: zero,
                amount1_out: U256::from(3),
            };
            event(pair, index, kind)
        })
        .collect();
    let sync = EventKind::V2Sync { reserve0: U256::from(2_000_000), reserve1: U256::from(1_000) };
    events.push(event(pair, 10, sync));
    events
}

/// The chain's blocks, folded.
pub fn blocks() -> Vec<BlockChanges> {
    let times: Vec<_> = (1..=SWAP_BLOCKS + 1).map(|number| (1_700_000_000 + number, 0)).collect();
    blocks_at(&times)
}

/// A chain of as many blocks at these Unix times; the number beside tells a block from that of another fork. All but the
/// first bring ten swaps.
pub fn blocks_at(times: &[(u64, u8)]) -> Vec<BlockChanges> {
    let events = (0..times.len()).map(|place| if place == 0 { creations() } else { swaps() });
    folded(&watch(), times.iter().copied().zip(events))
}

/// A chain where somebody holds shares of the pair and a position in the V3 pool.
pub fn blocks_with_positions() -> Vec<BlockChanges> {
    let (pool, manager, holder) = (address(0x33), address(0x3a), address(8));
    let (tick_lower, tick_upper, liquidity) = (-100, 100, 1 << 60);
    let (amount0, amount1, token_id) = (U256::from(7_000), U256::from(8_000), U256::from(1));
    let mint =
        EventKind::V3Mint { owner: manager, tick_lower, tick_upper, liquidity, amount0, amount1 };
    let shares = |to| EventKind::V2Transfer { from: Address::ZERO, to, value: U256::from(5_000) };
    let made = EventKind::Erc721Transfer { from: Address::ZERO, to: holder, token_id };
    let told = EventKind::PositionIncreased { token_id, liquidity, amount0, amount1 };
    let events = vec![
        event(address(0x22), 0, shares(holder)),
        event(pool, 1, mint),
        event(manager, 2, made),
        event(manager, 3, told),
    ];
    let mut watch = watch();
    watch.dexes[1].position_manager = Some(manager);
    let at = |number: u64| (1_700_000_000 + number, 0);
    folded(&watch, [(at(1), creations()), (at(2), events)].into_iter())
}

fn folded(
    watch: &Watch,
    blocks: impl Iterator<Item = ((u64, u8), Vec<Event>)>,
) -> Vec<BlockChanges> {
    let metadata = [(0xa0, "AAA", 6), (0xa1, "BBB", 3)].map(|(byte, symbol, decimals)| {
        let symbol = Some(symbol.to_owned());
        (
            address(byte),
            TokenMetadata { symbol, decimals: Some(decimals), ..TokenMetadata::default() },
        )
    });
    let metadata = HashMap::from(metadata);
    let mut state = State::new(Counters::default());
    let mut parent_hash = B256::ZERO;
    (1..)
        .zip(blocks)
        .map(|(number, ((timestamp, fork), events))| {
            let mut hash = B256::left_padding_from(&u64::to_be_bytes(number));
            hash.0[0] = fork;
            let header = BlockRef { number, hash, parent_hash, timestamp };
            parent_hash = hash;
            let block = Block { header, senders: Vec::new(), events };
            let block = contracts::with_events(block);
            Needs::new(watch, std::slice::from_ref(&block)).load(&mut state, |_| None);
            state.apply(&block, watch, &metadata).unwrap()
        })
        .collect()
}

/// The V2 pair as the last block left it.
pub fn pair_entity() -> domain::entity::Pool {
    let last = blocks().pop().unwrap();
    let change = last.changes.into_iter().find(|change| change.key == Key::Pool(pair()));
    match change.unwrap().after {
        Some(Entity::Pool(pool)) => std::sync::Arc::unwrap_or_clone(pool),
        other => panic!("{other:?}"),
    }
}
