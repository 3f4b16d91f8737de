//! The made chain is one that real contracts could have made: it is read back event by event.

use std::collections::{BTreeMap, HashMap, HashSet};

use abis::events::{v2, v3, v4};
use alloy_primitives::{Address, B256, U256, aliases::I24};
use alloy_sol_types::SolEvent;
use domain::entity::Protocol;

use super::block::Recorded;
use super::market::pricing;
use super::{Chain, Plan};

const PLAN: Plan = Plan { seed: 7, events: 6_000, pools: 24 };

fn blocks(plan: Plan) -> Vec<Recorded> {
    let mut chain = Chain::new(plan);
    let mut events = 0;
    let mut blocks = Vec::new();
    while events < plan.events {
        let block = chain.next_block().unwrap();
        events += block.logs.len() as u64;
        blocks.push(block);
    }
    blocks
}

#[test]
fn blocks_link_and_times_go_up() {
    let blocks = blocks(PLAN);
    for pair in blocks.windows(2) {
        let (before, after) = (&pair[0].header.header, &pair[1].header.header);
        assert_eq!(after.inner.parent_hash, before.hash);
        assert_eq!(after.inner.timestamp - before.inner.timestamp, super::SECONDS_PER_BLOCK);
        assert_eq!(after.inner.hash_slow(), after.hash);
    }
    let per_block = PLAN.events / blocks.len() as u64;
    assert!((9..=15).contains(&per_block), "{per_block} events in a block");
}

#[test]
fn a_seed_gives_one_chain_and_a_longer_one_goes_on() {
    let last = |plan| blocks(plan).last().map(|block| block.header.header.hash);
    assert_eq!(last(PLAN), last(PLAN));
    assert_ne!(last(PLAN), last(Plan { seed: 8, ..PLAN }));
    let short = blocks(PLAN);
    let long = blocks(Plan { events: PLAN.events * 2, ..PLAN });
    let at = short.len() - 1;
    assert_eq!(short[at].header.header.hash, long[at].header.header.hash);
}

#[test]
fn pairs_keep_their_product() {
    let mut products: HashMap<Address, (U256, U256)> = HashMap::new();
    let mut swaps = 0;
    for log in blocks(PLAN).iter().flat_map(|block| &block.logs) {
        let pair = log.inner.address;
        if let Ok(sync) = v2::Sync::decode_log_data_validate(&log.inner.data) {
            let now = (U256::from(sync.reserve0), U256::from(sync.reserve1));
            products.insert(pair, now);
        } else if let Ok(swap) = v2::Swap::decode_log_data_validate(&log.inner.data) {
            let (r0, r1) = products[&pair];
            let before =
                (r0 + swap.amount0Out - swap.amount0In, r1 + swap.amount1Out - swap.amount1In);
            // the contract's own condition
            let thousand = U256::from(1_000);
            let less_fee = |now: U256, paid: U256| now * thousand - paid * U256::from(3);
            let kept = less_fee(r0, swap.amount0In) * less_fee(r1, swap.amount1In);
            assert!(kept >= before.0 * before.1 * thousand * thousand);
            swaps += 1;
        }
    }
    assert!(swaps > 500, "{swaps} swaps");
}

/// The pools of a chain with their tokens.
fn created(plan: Plan) -> HashMap<String, [Address; 2]> {
    let mut created = HashMap::new();
    for log in blocks(plan).iter().flat_map(|block| &block.logs) {
        let data = &log.inner.data;
        let (pool, tokens) = if let Ok(e) = v2::PairCreated::decode_log_data_validate(data) {
            (format!("{:#x}", e.pair), [e.token0, e.token1])
        } else if let Ok(e) = v3::PoolCreated::decode_log_data_validate(data) {
            (format!("{:#x}", e.pool), [e.token0, e.token1])
        } else if let Ok(e) = v4::Initialize::decode_log_data_validate(data) {
            (e.id.to_string(), [e.currency0, e.currency1])
        } else {
            continue;
        };
        assert!(tokens[0] < tokens[1], "{pool}");
        assert_eq!(created.insert(pool, tokens), None);
    }
    created
}

#[test]
fn many_pools_are_as_many_different_ones() {
    assert_eq!(created(Plan { events: 14_000, pools: 600, ..PLAN }).len(), 600);
}

#[test]
fn prices_rest_on_pools_that_exist() {
    let created = created(Plan { events: 200, ..PLAN });
    assert_eq!(created.len(), PLAN.pools);
    for protocol in [Protocol::V2, Protocol::V3, Protocol::V4] {
        let pricing = pricing(protocol);
        let native = if protocol == Protocol::V4 { Address::ZERO } else { pricing.reference_token };
        for pool in &pricing.stable_pools {
            let tokens = created[&pool.to_string()];
            assert!(tokens.contains(&native), "{pool}");
            assert!(tokens.iter().any(|token| pricing.is_stablecoin(*token)), "{pool}");
        }
    }
}

/// Liquidity that is added at each tick when it is crossed upwards.
type Nets = HashMap<B256, BTreeMap<i32, i128>>;

fn change(nets: &mut Nets, id: B256, (lower, upper): (I24, I24), delta: i128) {
    let ticks = nets.entry(id).or_default();
    *ticks.entry(lower.as_i32()).or_default() += delta;
    *ticks.entry(upper.as_i32()).or_default() -= delta;
}

/// Liquidity in range follows from the positions and the tick alone, in both versions, at every swap.
#[test]
fn liquidity_in_range_is_that_of_the_positions() {
    let mut nets = Nets::new();
    let mut levels = HashSet::new();
    let mut swaps = 0;
    for log in blocks(PLAN).iter().flat_map(|block| &block.logs) {
        let data = &log.inner.data;
        let id = log.inner.address.into_word();
        let swap = if let Ok(e) = v3::Mint::decode_log_data_validate(data) {
            let delta = i128::try_from(e.amount).unwrap();
            change(&mut nets, id, (e.tickLower, e.tickUpper), delta);
            None
        } else if let Ok(e) = v3::Burn::decode_log_data_validate(data) {
            let delta = i128::try_from(e.amount).unwrap();
            change(&mut nets, id, (e.tickLower, e.tickUpper), -delta);
            None
        } else if let Ok(e) = v4::ModifyLiquidity::decode_log_data_validate(data) {
            let delta = i128::try_from(e.liquidityDelta).unwrap();
            change(&mut nets, e.id, (e.tickLower, e.tickUpper), delta);
            None
        } else if let Ok(e) = v3::Swap::decode_log_data_validate(data) {
            assert!(e.amount0.is_negative() != e.amount1.is_negative());
            Some((id, e.tick.as_i32(), e.liquidity))
        } else if let Ok(e) = v4::Swap::decode_log_data_validate(data) {
            assert!((e.amount0 < 0) != (e.amount1 < 0));
            Some((e.id, e.tick.as_i32(), e.liquidity))
        } else {
            None
        };
        if let Some((id, tick, liquidity)) = swap {
            let in_range: i128 = nets[&id].range(..=tick).map(|(_, net)| net).sum();
            assert_eq!(u128::try_from(in_range).unwrap(), liquidity, "pool {id} at {tick}");
            levels.insert((id, liquidity));
            swaps += 1;
        }
    }
    assert!(swaps > 1_500 && levels.len() > 150, "{swaps} swaps, {} levels", levels.len());
}
