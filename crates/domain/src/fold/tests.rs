//! Properties and cases of the fold.

use std::collections::HashMap;

use alloy_primitives::{Address, B256, I256, U256};
use proptest::prelude::*;

use super::{Entity, FoldError, Key, State, needs::Needs};
use crate::{
    block::{Block, BlockRef},
    config::{Collection, Dex, Pricing, Watch},
    entity::{Counters, NftStandard, PoolState, Protocol},
    event::{Event, EventKind, EventMeta},
    ids::PoolId,
};

const V2_FACTORY: Address = Address::repeat_byte(0xf2);
const V3_FACTORY: Address = Address::repeat_byte(0xf3);
const V4_MANAGER: Address = Address::repeat_byte(0xf4);
const PAIR: Address = Address::repeat_byte(0x22);
const POOL: Address = Address::repeat_byte(0x33);
const V4_POOL: B256 = B256::repeat_byte(0x44);
const APES: Address = Address::repeat_byte(0x71);
const ITEMS: Address = Address::repeat_byte(0x72);

fn watch() -> Watch {
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
            dex("v2", Protocol::V2, V2_FACTORY),
            dex("v3", Protocol::V3, V3_FACTORY),
            dex("v4", Protocol::V4, V4_MANAGER),
        ],
        collections: vec![
            Collection { name: "apes".into(), standard: NftStandard::Erc721, address: APES },
            Collection { name: "items".into(), standard: NftStandard::Erc1155, address: ITEMS },
        ],
    }
}

fn block(number: u64, events: Vec<(Address, EventKind)>) -> Block {
    let hash = |n: u64| B256::from(U256::from(n));
    let header = BlockRef {
        number,
        hash: hash(number),
        parent_hash: hash(number.wrapping_sub(1)),
        timestamp: number * 12,
    };
    let events = (0u32..)
        .zip(events)
        .map(|(log_index, (address, kind))| Event {
            meta: EventMeta { address, tx_hash: hash(number), tx_index: log_index, log_index },
            kind,
        })
        .collect();
    Block { header, senders: Vec::new(), events }
}

/// Nothing is stored beside what is in memory.
fn load_needs(state: &mut State, block: &Block) {
    Needs::new(&watch(), std::slice::from_ref(block)).load(state, |_| None);
}

/// Applies a block to a state for which nothing is stored.
fn apply(state: &mut State, block: &Block) -> Result<super::BlockChanges, FoldError> {
    load_needs(state, block);
    state.apply(block, &watch(), &HashMap::new())
}

fn creations() -> Vec<(Address, EventKind)> {
    let [token0, token1] = [Address::repeat_byte(1), Address::repeat_byte(2)];
    vec![
        (V2_FACTORY, EventKind::V2PairCreated { token0, token1, pair: PAIR }),
        (
            V3_FACTORY,
            EventKind::V3PoolCreated { token0, token1, fee: 500, tick_spacing: 10, pool: POOL },
        ),
        (
            V4_MANAGER,
            EventKind::V4Initialize {
                id: V4_POOL,
                currency0: Address::ZERO,
                currency1: token1,
                fee: 3_000,
                tick_spacing: 60,
                hooks: Address::ZERO,
                sqrt_price_x96: U256::ONE << 96,
                tick: 0,
            },
        ),
    ]
}

fn created() -> State {
    let mut state = State::default();
    apply(&mut state, &block(1, creations())).unwrap();
    state
}

fn pool_state(state: &State, id: PoolId) -> PoolState {
    match state.get(&Key::Pool(id)) {
        Some(Entity::Pool(pool)) => pool.state,
        other => panic!("no pool {id}: {other:?}"),
    }
}

fn mint(lower: i32, upper: i32, liquidity: u128) -> (Address, EventKind) {
    let kind = EventKind::V3Mint {
        owner: Address::ZERO,
        tick_lower: lower,
        tick_upper: upper,
        liquidity,
        amount0: U256::ONE,
        amount1: U256::ONE,
    };
    (POOL, kind)
}

fn burn(lower: i32, upper: i32, liquidity: u128) -> (Address, EventKind) {
    let kind = EventKind::V3Burn {
        owner: Address::ZERO,
        tick_lower: lower,
        tick_upper: upper,
        liquidity,
        amount0: U256::ONE,
        amount1: U256::ONE,
    };
    (POOL, kind)
}

fn ape(from: u8, to: u8, id: u64) -> (Address, EventKind) {
    let [from, to] = [from, to].map(Address::repeat_byte);
    (APES, EventKind::Erc721Transfer { from, to, token_id: U256::from(id) })
}

#[test]
fn creation_counts_pools_and_their_tokens_once() {
    let state = created();
    let counters = state.counters();
    assert_eq!((counters.pools, counters.tokens, counters.events), (3, 3, 3));
    let Some(Entity::Token(token)) = state.get(&Key::Token(Address::repeat_byte(2))) else {
        panic!()
    };
    assert_eq!((token.pool_count, token.first_block), (3, 1));
    // a factory that says it twice changes nothing
    let mut again = state.clone();
    let changes = apply(&mut again, &block(2, creations())).unwrap();
    assert_eq!(changes.counters_after, counters);
    assert!(changes.changes.is_empty());
}

#[test]
fn a_factory_of_another_protocol_is_ignored() {
    let mut state = State::default();
    let [token0, token1] = [Address::repeat_byte(1), Address::repeat_byte(2)];
    let kind = EventKind::V2PairCreated { token0, token1, pair: PAIR };
    for stranger in [V3_FACTORY, Address::repeat_byte(9)] {
        assert_eq!(
            apply(&mut state, &block(1, vec![(stranger, kind.clone())])).unwrap().counters_after,
            Counters::default()
        );
    }
}

#[test]
fn reserves_follow_sync_and_swap_amounts_are_the_pools() {
    let mut state = created();
    let sync = EventKind::V2Sync { reserve0: U256::from(110), reserve1: U256::from(91) };
    let swap = EventKind::V2Swap {
        sender: Address::ZERO,
        to: Address::ZERO,
        amount0_in: U256::from(10),
        amount1_in: U256::ZERO,
        amount0_out: U256::ZERO,
        amount1_out: U256::from(9),
    };
    let changes = apply(&mut state, &block(2, vec![(PAIR, sync), (PAIR, swap)])).unwrap();
    assert_eq!(
        pool_state(&state, PoolId::Contract(PAIR)),
        PoolState::Reserves { reserve0: U256::from(110), reserve1: U256::from(91) }
    );
    let row = &changes.rows.swaps[0];
    assert_eq!(
        (row.amount0, row.amount1),
        (I256::try_from(10).unwrap(), I256::try_from(-9).unwrap())
    );
}

#[test]
fn v4_swap_amounts_turn_to_the_pools_view() {
    let mut state = created();
    let swap = EventKind::V4Swap {
        id: V4_POOL,
        sender: Address::ZERO,
        amount0: I256::try_from(-10).unwrap(),
        amount1: I256::try_from(9).unwrap(),
        sqrt_price_x96: U256::ONE << 95,
        liquidity: 5,
        tick: -3,
        fee: 3_000,
    };
    let changes = apply(&mut state, &block(2, vec![(V4_MANAGER, swap.clone())])).unwrap();
    assert_eq!(changes.rows.swaps[0].amount0, I256::try_from(10).unwrap());
    // the same id from a contract that is not the pool's manager is a forgery
    let changes = apply(&mut state, &block(3, vec![(PAIR, swap)])).unwrap();
    assert!(changes.rows.swaps.is_empty());
}

#[test]
fn liquidity_in_range_and_ticks_follow_positions() {
    let mut state = created();
    let id = PoolId::Contract(POOL);
    let events = vec![
        (POOL, EventKind::V3Initialize { sqrt_price_x96: U256::ONE << 96, tick: 0 }),
        mint(-10, 10, 100), // in range
        mint(0, 20, 7),     // the lower tick is inside
        mint(-20, 0, 50),   // the upper tick is not
    ];
    apply(&mut state, &block(2, events)).unwrap();
    let PoolState::Concentrated { liquidity, .. } = pool_state(&state, id) else { panic!() };
    assert_eq!(liquidity, 107);
    let Some(Entity::Tick(tick)) = state.get(&Key::Tick(id, 0)) else { panic!() };
    assert_eq!((tick.liquidity_gross, tick.liquidity_net), (57, -43));
    apply(&mut state, &block(3, vec![burn(0, 20, 7), burn(-20, 0, 50)])).unwrap();
    let Some(Entity::Tick(tick)) = state.get(&Key::Tick(id, 0)) else { panic!() };
    assert_eq!((tick.liquidity_gross, tick.liquidity_net), (0, 0), "a tick stays");
    assert_eq!(tick.created_block, 2);
}

#[test]
fn burning_what_is_not_there_is_an_error_and_changes_nothing() {
    let mut state = created();
    apply(&mut state, &block(2, vec![mint(-10, 10, 100)])).unwrap();
    let wrong = block(3, vec![mint(-10, 10, 1), burn(-10, 10, 102)]);
    load_needs(&mut state, &wrong);
    let before = state.clone();
    let error = apply(&mut state, &wrong).unwrap_err();
    assert!(matches!(error, FoldError::OutOfRange { .. }), "{error}");
    assert_eq!(state, before);
}

#[test]
fn what_was_not_loaded_is_an_error_not_an_absence() {
    let kind = EventKind::V2Sync { reserve0: U256::ONE, reserve1: U256::ONE };
    let error = State::default()
        .apply(&block(1, vec![(PAIR, kind)]), &watch(), &HashMap::new())
        .unwrap_err();
    assert_eq!(error, FoldError::NotLoaded(Key::Pool(PoolId::Contract(PAIR))));
}

#[test]
fn an_ape_has_one_owner_through_mint_self_transfer_and_burn() {
    let mut state = State::default();
    let holder = |state: &State, who: u8| {
        state.get(&Key::Nft(APES, U256::from(5), Address::repeat_byte(who))).cloned()
    };
    apply(&mut state, &block(1, vec![ape(0, 1, 5), ape(1, 2, 5), ape(2, 2, 5)])).unwrap();
    assert_eq!(holder(&state, 1), None);
    let Some(Entity::Nft(nft)) = holder(&state, 2) else { panic!() };
    assert_eq!((nft.balance, nft.since_block), (U256::ONE, 1));
    let changes = apply(&mut state, &block(2, vec![ape(2, 0, 5)])).unwrap();
    assert_eq!(holder(&state, 2), None);
    assert_eq!(changes.counters_after.nft_transfers, 4);
}

#[test]
fn selling_an_unknown_ape_is_an_error() {
    let error = apply(&mut State::default(), &block(1, vec![ape(1, 2, 5)])).unwrap_err();
    assert!(error.to_string().contains("start_block"), "{error}");
}

#[test]
fn batches_move_each_item() {
    let mut state = State::default();
    let [zero, owner] = [Address::ZERO, Address::repeat_byte(1)];
    let items = vec![
        (U256::from(1), U256::from(10)),
        (U256::from(2), U256::ZERO),
        (U256::from(1), U256::from(5)),
    ];
    let kind = EventKind::Erc1155Transfer { operator: owner, from: zero, to: owner, items };
    let changes = apply(&mut state, &block(1, vec![(ITEMS, kind)])).unwrap();
    let Some(Entity::Nft(nft)) = state.get(&Key::Nft(ITEMS, U256::from(1), owner)) else {
        panic!()
    };
    assert_eq!(nft.balance, U256::from(15));
    assert_eq!(
        state.get(&Key::Nft(ITEMS, U256::from(2), owner)),
        None,
        "none of something is nothing"
    );
    assert_eq!(
        changes.rows.nft_transfers.iter().map(|row| row.meta.position.item).collect::<Vec<_>>(),
        [0, 1, 2]
    );
}

/// Random events over one V3 pool, one pair, and two collections; invalid ones are possible and must be refused whole.
fn event() -> impl Strategy<Value = (Address, EventKind)> {
    let ticks = (-3i32..3, 1i32..4).prop_map(|(lower, width)| (lower * 10, (lower + width) * 10));
    prop_oneof![
        (ticks.clone(), 1u128..1000)
            .prop_map(|((lower, upper), liquidity)| mint(lower, upper, liquidity)),
        (ticks, 1u128..50).prop_map(|((lower, upper), liquidity)| burn(lower, upper, liquidity)),
        (-40i32..40, any::<u64>()).prop_map(|(tick, price)| {
            let sqrt_price_x96 = U256::from(price);
            (POOL, EventKind::V3Initialize { sqrt_price_x96, tick })
        }),
        (any::<u64>(), any::<u64>()).prop_map(|(a, b)| {
            (PAIR, EventKind::V2Sync { reserve0: U256::from(a), reserve1: U256::from(b) })
        }),
        (0u8..3, 0u8..3, 0u64..3).prop_map(|(from, to, id)| ape(from, to, id)),
    ]
}

/// Whether a pool would emit this liquidity event: nobody burns what was not minted on the same range.
fn is_possible(event: &EventKind, positions: &mut HashMap<(i32, i32), u128>) -> bool {
    match *event {
        EventKind::V3Mint { tick_lower, tick_upper, liquidity, .. } => {
            *positions.entry((tick_lower, tick_upper)).or_default() += liquidity;
            true
        }
        EventKind::V3Burn { tick_lower, tick_upper, liquidity, .. } => {
            let held = positions.entry((tick_lower, tick_upper)).or_default();
            let enough = *held >= liquidity;
            *held -= if enough { liquidity } else { 0 };
            enough
        }
        _ => false,
    }
}

proptest! {
    /// Whatever a block changed can be taken back, block by block, to the very same state.
    #[test]
    fn apply_then_revert_is_the_identity(blocks in prop::collection::vec(prop::collection::vec(event(), 0..6), 1..12)) {
        let mut state = created();
        let mut history = Vec::new();
        for (number, events) in (2u64..).zip(blocks) {
            let block = block(number, events);
            load_needs(&mut state, &block);
            let before = state.clone();
            match apply(&mut state, &block) {
                Ok(changes) => history.push((before, changes)),
                Err(_) => prop_assert_eq!(&state, &before),
            }
        }
        for (before, changes) in history.into_iter().rev() {
            state.revert(&changes);
            // keys loaded later are known to be absent: compare what exists
            for key in changes.changes.iter().map(|change| &change.key) {
                prop_assert_eq!(state.get(key), before.get(key));
            }
            prop_assert_eq!(state.counters(), before.counters());
        }
    }

    /// Liquidity in range is the sum of the net liquidity of the ticks at or below the current one.
    #[test]
    fn liquidity_is_the_sum_of_ticks_below(events in prop::collection::vec(event(), 1..60)) {
        let mut state = created();
        // the price stands still: a move without a swap event carries no liquidity of its own
        let tick = 5;
        apply(&mut state, &block(2, vec![(POOL, EventKind::V3Initialize { sqrt_price_x96: U256::ONE, tick })])).unwrap();
        let mut positions = HashMap::new();
        for (number, event) in (3u64..).zip(events) {
            if is_possible(&event.1, &mut positions) {
                apply(&mut state, &block(number, vec![event])).unwrap();
            }
        }
        let id = PoolId::Contract(POOL);
        let sum: i128 = (-10..=0)
            .filter_map(|index| match state.get(&Key::Tick(id, index * 10)) {
                Some(Entity::Tick(tick)) => Some(tick.liquidity_net),
                _ => None,
            })
            .sum();
        let PoolState::Concentrated { liquidity, .. } = pool_state(&state, id) else { panic!() };
        prop_assert_eq!(i128::try_from(liquidity), Ok(sum));
    }
}
