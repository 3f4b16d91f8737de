//! Tests: growth of fees as the contracts keep it, on random pools whose swaps are computed as the contracts compute them.

use std::collections::{BTreeMap, HashMap};

use alloy_primitives::{Address, I256, U256};
use proptest::prelude::*;

use super::super::{
    Entity, EntityType as _, Key, State,
    kit::{
        Chain, DAI, MIDNIGHT, WETH, burn, create, create_v4, initialize, mint, modify,
        pancake_swap, swap, swap_v4, v3_pool, v4_pool,
    },
    needs::Needs,
};
use crate::{
    amm::{
        Amount, Q128,
        fee::Fee,
        replay::{
            Standing,
            tests::{Asked, contract},
        },
        tick_map::TickMap,
        tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO, sqrt_ratio_at_tick},
        tick_word::place,
    },
    block::Block,
    config::Fork,
    entity::{Pool, Protocol, Tick},
    event::EventKind,
    figures::{Interval, NftPosition, PoolInterval, TickDay, TickWord},
    ids::PoolId,
};

mod model;
mod positions;

use self::model::{Model, Op, Rules, ops, rules};

/// Blocks of random events of one pool, several events a block; some blocks a day later.
fn blocks(model: &mut Model, chain: &mut Chain, ops: &[Op]) -> Vec<(Block, Model)> {
    let mut blocks = Vec::new();
    let mut events = vec![model.born()];
    for (n, op) in ops.iter().enumerate() {
        events.extend(model.happens(op).map(|event| vec![event]));
        if n % 3 == 2 {
            let timestamp = MIDNIGHT + (n as u64 / 9) * 86_400;
            blocks.push((chain.made(timestamp, std::mem::take(&mut events)), model.clone()));
        }
    }
    blocks
}

/// Compares everything with what a contract would have.
fn same(state: &State, model: &Model, timestamp: u64) {
    let id = model.id;
    // a batch without events of the pool does not ask for it
    let Some(pool) = pool(state, id) else { return };
    assert_eq!(pool.figures.fee_growth(), Some(model.global));
    let mut words: BTreeMap<i32, U256> = BTreeMap::new();
    for (index, outside) in &model.outside {
        let Some(Entity::Tick(tick)) = state.get(&Key::Tick(id, *index)) else {
            // not asked for in this batch
            continue;
        };
        assert_eq!(tick.fee_growth_outside, Some(*outside), "tick {index}");
    }
    for tick in model.map.ticks() {
        let (word, bit) = place(tick.index, model.map.spacing());
        *words.entry(word).or_default() |= U256::ONE << bit;
    }
    for (word, bits) in words {
        if let Some(Entity::TickWord(found)) = state.get(&Key::TickWord(id, word)) {
            assert_eq!(found.initialised, bits, "word {word}");
        }
    }
    let day = Interval::Day.period(timestamp);
    let row = state.get(&Key::PoolInterval(id, Interval::Day, day));
    if let Some(row) = row.and_then(PoolInterval::of) {
        let found = row.fee_growth_global0.zip(row.fee_growth_global1).map(<[U256; 2]>::from);
        assert!(found == Some(model.global) || model.gave_last, "the day's row");
    }
}

fn chain_of(rules: Rules) -> Chain {
    let mut chain = Chain::new();
    if rules == Rules::PancakeV3 {
        let three = chain.watch.dexes.iter_mut().find(|dex| dex.protocol == Protocol::V3);
        three.unwrap().fork = Some(Fork::PancakeV3);
    }
    chain
}

fn pool(state: &State, id: PoolId) -> Option<&Pool> {
    state.get(&Key::Pool(id)).and_then(Pool::of)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn growth_is_the_contracts_own(
        rules in rules(),
        ops in ops(),
        batch in 1_usize..6,
    ) {
        let mut chain = chain_of(rules);
        let mut model = Model::new(rules);
        let blocks = blocks(&mut model, &mut chain, &ops);
        // what is stored; each batch begins with nothing in memory
        let mut stored: HashMap<Key, Entity> = HashMap::new();
        let mut counters = chain.state.counters();
        let mut before = HashMap::new();
        let mut all = Vec::new();
        for batch in blocks.chunks(batch) {
            let mut state = State::new(counters);
            let only: Vec<Block> = batch.iter().map(|(block, _)| block.clone()).collect();
            Needs::new(&chain.watch, &only).load(&mut state, |key| stored.get(key).cloned());
            for (block, model) in batch {
                let changes = state.apply(block, &chain.watch, &chain.metadata).unwrap();
                for change in &changes.changes {
                    match change.after.clone() {
                        Some(after) => stored.insert(change.key, after),
                        None => stored.remove(&change.key),
                    };
                }
                same(&state, model, block.header.timestamp);
                counters = changes.counters_after;
                all.push(changes);
            }
        }
        if let Some((_, model)) = blocks.last() {
            // nothing was left out because it was not in memory
            for (index, outside) in &model.outside {
                let tick = stored.get(&Key::Tick(model.id, *index)).and_then(Tick::of).unwrap();
                prop_assert_eq!(tick.fee_growth_outside, Some(*outside));
            }
            for tick in model.map.ticks() {
                let (word, bit) = place(tick.index, model.map.spacing());
                let found = stored.get(&Key::TickWord(model.id, word)).and_then(TickWord::of);
                prop_assert!(found.unwrap().initialised.bit(bit));
            }
            let days = stored.keys().filter(|key| matches!(key, Key::TickDay(..))).count();
            prop_assert_eq!(days == 0, rules == Rules::V4 || model.outside.is_empty());
        }
        // and back
        for changes in all.iter().rev() {
            for change in &changes.changes {
                match change.before.clone() {
                    Some(image) => before.insert(change.key, image),
                    None => before.remove(&change.key),
                };
            }
        }
        prop_assert!(before.is_empty(), "{:?}", before.keys().collect::<Vec<_>>());
    }
}

#[test]
fn a_tick_has_a_row_for_each_day_that_touches_it() {
    let mut chain = Chain::new();
    let mut model = Model::new(Rules::V3);
    let id = model.id;
    let mut events = model.born();
    events.extend(model.happens(&Op::Mint { lower: -3, width: 6, size: 1 << 60 }));
    events.extend(model.happens(&Op::Mint { lower: -60, width: 120, size: 1 << 60 }));
    chain.transactions(MIDNIGHT, vec![events]).unwrap();
    let day = |chain: &Chain, tick, day| {
        let first = Interval::Day.period(MIDNIGHT);
        chain.find::<TickDay>(&Key::TickDay(id, tick, first + day))
    };
    assert_eq!(day(&chain, -30, 0).unwrap().fee_growth_outside0, Some(U256::ZERO));
    // down through the lower tick, a day later: what has grown is on its other side now
    let down = Op::Swap { zero_for_one: true, exact_in: true, value: 1 << 58, reach: Some(10) };
    let event = model.happens(&down).unwrap();
    chain.ok(MIDNIGHT + 86_400, vec![event]);
    assert!(model.standing.tick < -30);
    let crossed = day(&chain, -30, 1).unwrap();
    assert_eq!(crossed.liquidity_gross, 1 << 60);
    assert_eq!(crossed.fee_growth_outside0, Some(model.outside[&-30][0]));
    assert!(model.outside[&-30][0] > U256::ZERO);
    assert_eq!((day(&chain, 30, 1), day(&chain, -30, 2)), (None, None));
    // the day before stays as it was
    assert_eq!(day(&chain, -30, 0).unwrap().fee_growth_outside0, Some(U256::ZERO));
}

#[test]
fn what_contradicts_the_rules_is_not_known_any_more() {
    let mut chain = Chain::new();
    let mut model = Model::new(Rules::V3);
    let id = model.id;
    let mut events = model.born();
    events.extend(model.happens(&Op::Mint { lower: -3, width: 6, size: 1 << 60 }));
    chain.transactions(MIDNIGHT, vec![events]).unwrap();
    assert_eq!(pool(&chain.state, id).unwrap().figures.fee_growth(), Some([U256::ZERO; 2]));
    // more liquidity than was put in
    let amounts = [I256::try_from(1_000).unwrap(), I256::ZERO];
    let one = U256::ONE << 96;
    let changes = chain.ok(MIDNIGHT, vec![swap(id, amounts, one, 1 << 61, 0)]);
    assert_eq!(pool(&chain.state, id).unwrap().figures.fee_growth(), None);
    // and stays so
    chain.ok(MIDNIGHT, vec![mint(id, (-30, 30), 5, [U256::ONE; 2])]);
    let day = Key::TickDay(id, -30, Interval::Day.period(MIDNIGHT));
    assert_eq!(chain.get::<TickDay>(&day).fee_growth_outside0, None);
    chain.ok(MIDNIGHT, vec![swap(id, amounts, one, 1 << 61, 0)]);
    assert_eq!(pool(&chain.state, id).unwrap().figures.fee_growth(), None);
    assert_eq!(changes.rows.swaps.len(), 1, "all else is counted");
}

/// A fork that is not set up as one, or a share that no event told of: what the swap says does not add up.
#[test]
fn a_share_that_is_not_the_pools_is_noticed() {
    for fork in [None, Some(Fork::PancakeV3)] {
        let rules = if fork.is_some() { Rules::PancakeV3 } else { Rules::V3 };
        let mut chain = chain_of(rules);
        let mut model = Model::new(Rules::PancakeV3);
        let mut events = model.born();
        events.extend(model.happens(&Op::Mint { lower: -3, width: 6, size: 1 << 60 }));
        let down = Op::Swap { zero_for_one: true, exact_in: true, value: 1 << 50, reach: None };
        events.extend(model.happens(&down));
        chain.transactions(MIDNIGHT, vec![events]).unwrap();
        let pool = pool(&chain.state, model.id).unwrap();
        let known = fork.map(|_| model.global);
        assert_eq!(pool.figures.fee_growth(), known);
        assert_eq!(pool.swap_count, 1, "all else is counted");
    }
}

/// `PancakeV3Pool.initialize`.
#[test]
fn pools_of_pancakeswap_begin_with_the_share_of_their_tier() {
    for (pips, packed) in
        [(100, 216_272_100), (500, 222_825_800), (2_500, 209_718_400), (10_000, 209_718_400)]
    {
        let mut chain = chain_of(Rules::PancakeV3);
        let id = v3_pool(0xa1);
        chain.ok(MIDNIGHT, vec![create(id, WETH, DAI, pips)]);
        assert_eq!(pool(&chain.state, id).unwrap().figures.fee_protocol, packed);
    }
}
