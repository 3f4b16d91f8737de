//! What holds on any chain of events.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};
use proptest::prelude::*;

use super::{
    handlers::{At, Liquidity, Reference, convert},
    support::{
        ALICE, BOB, Chain, Emitted, FEES, PAIRS, ROUTER, WETH_MUTE, ZERO, create, decimals,
        pricing, tokens,
    },
};
use crate::{
    config::Pricing,
    decimal::Decimal,
    event::EventKind,
    figures::{Interval, TokenFigures},
    fold::Key,
    ids::PoolId,
    row::PairLiquidity,
};

const HOLDERS: [Address; 5] = [ZERO, ALICE, BOB, FEES, ROUTER];

/// An event of the pair by its number; the party with the last number is the pair itself.
#[derive(Debug, Clone)]
enum Act {
    Sync(u64, u64),
    Swap([u64; 2], [u64; 2]),
    Mint(u64, u64),
    Burn(u64, u64),
    Transfer(usize, usize, u64),
}

fn act() -> impl Strategy<Value = Act> {
    // around the thresholds as well as far from them
    let amount =
        || prop_oneof![Just(0), 1_u64..30, 1_000_u64..40_000, any::<u32>().prop_map(u64::from)];
    let party = || 0..=HOLDERS.len();
    prop_oneof![
        4 => (amount(), amount()).prop_map(|(a, b)| Act::Sync(a, b)),
        3 => ([amount(), amount()], [amount(), amount()]).prop_map(|(a, b)| Act::Swap(a, b)),
        1 => (amount(), amount()).prop_map(|(a, b)| Act::Mint(a, b)),
        1 => (amount(), amount()).prop_map(|(a, b)| Act::Burn(a, b)),
        3 => (party(), party(), prop_oneof![Just(1_000), 1_u64..5_000])
            .prop_map(|(from, to, value)| Act::Transfer(from, to, value)),
    ]
}

/// A whole number of tokens' tenths.
fn raw(token: Address, tenths: u64) -> U256 {
    U256::from(tenths) * U256::from(10).pow(U256::from(decimals(token).unwrap_or(18)))
        / U256::from(10)
}

fn event(pair: Address, act: &Act) -> Emitted {
    let [token0, token1] = tokens(pair);
    let both = |a: u64, b: u64| (raw(token0, a), raw(token1, b));
    let kind = match *act {
        Act::Sync(a, b) => {
            let (reserve0, reserve1) = both(a, b);
            EventKind::V2Sync { reserve0, reserve1 }
        }
        Act::Swap(ins, outs) => {
            let ((amount0_in, amount1_in), (amount0_out, amount1_out)) =
                (both(ins[0], ins[1]), both(outs[0], outs[1]));
            let (sender, to) = (ROUTER, BOB);
            EventKind::V2Swap { sender, to, amount0_in, amount1_in, amount0_out, amount1_out }
        }
        Act::Mint(a, b) => {
            let (amount0, amount1) = both(a, b);
            EventKind::V2Mint { sender: ROUTER, amount0, amount1 }
        }
        Act::Burn(a, b) => {
            let (amount0, amount1) = both(a, b);
            EventKind::V2Burn { sender: ROUTER, to: ALICE, amount0, amount1 }
        }
        Act::Transfer(from, to, value) => {
            let party = |n: usize| HOLDERS.get(n).copied().unwrap_or(pair);
            EventKind::V2Transfer { from: party(from), to: party(to), value: U256::from(value) }
        }
    };
    (pair, kind)
}

/// Nobody moves shares that are not there.
fn is_possible(event: &Emitted, shares: &mut BTreeMap<(Address, Address), U256>) -> bool {
    let (pair, EventKind::V2Transfer { from, to, value }) = event else { return true };
    if !from.is_zero() {
        let held = shares.entry((*pair, *from)).or_default();
        if *held < *value {
            return false;
        }
        *held -= *value;
    }
    *shares.entry((*pair, *to)).or_default() += *value;
    true
}

type Plan = Vec<Vec<Vec<(usize, Act)>>>;

/// Blocks of transactions of events.
fn plan() -> impl Strategy<Value = Plan> {
    let tx = prop::collection::vec((0..PAIRS.len(), act()), 1..8);
    prop::collection::vec(prop::collection::vec(tx, 0..4), 1..10)
}

/// Runs a plan on both; a pair is made in the block in which it first has a part.
fn run(plan: &Plan, pricing: &Pricing) -> (Chain, Reference) {
    let mut chain = Chain::new(pricing.clone());
    let mut reference = Reference::new(pricing.clone());
    let (mut made, mut shares) = (BTreeSet::new(), BTreeMap::new());
    let mut tx_number = 0;
    for block in plan {
        let mut young = BTreeSet::new();
        let mut txs = Vec::new();
        for tx in block {
            let mut events = Vec::new();
            for (pair, act) in tx {
                let pair = PAIRS[*pair].0;
                if made.insert(pair) {
                    young.insert(pair);
                    events.push(create(pair));
                }
                let event = event(pair, act);
                if is_possible(&event, &mut shares) {
                    events.push(event);
                }
            }
            txs.push(events);
        }
        let time = chain.time;
        let mut later = Vec::new();
        let mut log_index = 0;
        for (n, events) in (tx_number..).zip(&txs) {
            for (address, kind) in events {
                let at = At { tx: n, log_index, time };
                log_index += 1;
                if young.contains(address) {
                    later.push((at, *address, kind.clone()));
                } else {
                    reference.handle(at, *address, kind);
                }
            }
        }
        later.iter().for_each(|(at, address, kind)| reference.handle(*at, *address, kind));
        tx_number += txs.len() as u64;
        chain.block(txs);
        // now and then into another hour, and another day
        chain.time += 3_000;
    }
    (chain, reference)
}

fn told(row: &PairLiquidity) -> Liquidity {
    let PoolId::Contract(pair) = row.pool else { panic!("{row:?}") };
    Liquidity {
        pair,
        to: row.to,
        sender: row.sender,
        liquidity: convert(row.liquidity, 18),
        amount0: row.amount0,
        amount1: row.amount1,
        amount_usd: row.amount_usd,
        fee_to: row.fee_to,
        fee_liquidity: row.fee_liquidity.map(|raw| convert(raw, 18)),
        needs_complete: row.needs_complete,
        log_index: row.log_index,
    }
}

/// All that the fold and the reference have in common.
fn compare(chain: &Chain, reference: &Reference) {
    if reference.factory.pool_count > 0 {
        assert_eq!(chain.factory(), reference.factory);
    }
    for (address, pair) in &reference.pairs {
        let mut figures = chain.pool(*address).figures;
        // ours alone
        figures.liquidity_provider_count = 0;
        figures.holder_count = 0;
        figures.chain_total_supply = U256::ZERO;
        assert_eq!(figures, pair.figures, "{address}");
    }
    for (token, figures) in &reference.tokens {
        let ours = TokenFigures { whitelist_pools: Vec::new(), ..chain.token(*token) };
        assert_eq!(ours, *figures, "{token}");
    }
    for (day, row) in &reference.days {
        assert_eq!(chain.day(day * 86_400).as_ref(), Some(row));
    }
    for ((pair, day), row) in &reference.pair_days {
        assert_eq!(chain.pair_row(*pair, Interval::Day, day * 86_400).as_ref(), Some(row));
    }
    for ((pair, hour), row) in &reference.pair_hours {
        assert_eq!(chain.pair_row(*pair, Interval::Hour, hour * 3_600).as_ref(), Some(row));
    }
    for ((token, day), row) in &reference.token_days {
        assert_eq!(chain.token_row(*token, Interval::Day, day * 86_400).as_ref(), Some(row));
    }
    let (mut mints, mut burns, mut swaps) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut first_tx = 0;
    let mut written = 0;
    for (_, changes) in &chain.history {
        for row in &changes.rows.pair_liquidity {
            let id = format!("{}-{}", first_tx + u64::from(row.meta.tx_index), row.n);
            let list = if row.burn { &mut burns } else { &mut mints };
            assert_eq!(list.insert(id, told(row)), None);
        }
        for row in &changes.rows.swaps {
            let id =
                format!("{}-{}", first_tx + u64::from(row.meta.tx_index), row.pair.unwrap().index);
            if row.pool != PoolId::Contract(WETH_MUTE) {
                assert_eq!(swaps.insert(id, (row.meta.position.log_index, row.amount_usd)), None);
            }
        }
        first_tx += chain.txs_of(changes.block.number);
        written += changes
            .changes
            .iter()
            .filter(|change| is_row_of_period(&change.key) && change.before.is_none())
            .count();
    }
    assert_eq!(mints, reference.mints);
    assert_eq!(burns, reference.burns);
    assert_eq!(swaps, reference.swaps);
    let rows = reference.days.len()
        + reference.pair_days.len()
        + reference.pair_hours.len()
        + reference.token_days.len();
    assert_eq!(written, rows, "rows of periods in which nothing happened");
}

const fn is_row_of_period(key: &Key) -> bool {
    matches!(key, Key::ProtocolDay(..) | Key::PoolInterval(..) | Key::TokenInterval(..))
}

proptest! {
    /// The fold agrees with the reference to the last digit, in every figure it has.
    #[test]
    fn figures_are_those_of_the_reference(plan in plan(), minimum in 0_u64..3, stable in any::<bool>()) {
        let mut pricing = pricing();
        pricing.minimum_liquidity_usd = Decimal::from(minimum * 1_000);
        if stable {
            pricing.stablecoins = vec![super::support::DAI];
        }
        let (chain, reference) = run(&plan, &pricing);
        compare(&chain, &reference);
    }

    /// Block by block, whatever was changed can be taken back.
    #[test]
    fn reverting_is_the_inverse(plan in plan()) {
        let (mut chain, _) = run(&plan, &pricing());
        for (before, changes) in std::mem::take(&mut chain.history).into_iter().rev() {
            chain.state.revert(&changes);
            for key in changes.changes.iter().map(|change| &change.key) {
                prop_assert_eq!(chain.state.get(key), before.get(key));
            }
            prop_assert_eq!(chain.state.counters(), before.counters());
        }
    }

    /// Rows add up to totals: swaps per pair, shares per pair.
    #[test]
    fn rows_add_up_to_totals(plan in plan()) {
        let (chain, reference) = run(&plan, &pricing());
        for pair in reference.pairs.keys() {
            let id = PoolId::Contract(*pair);
            let [decimals0, _] = tokens(*pair).map(|token| decimals(token).unwrap());
            let figures = chain.pool(*pair).figures;
            let swaps = chain.history.iter().flat_map(|(_, changes)| &changes.rows.swaps);
            let volume = swaps.filter(|row| row.pool == id).fold(Decimal::ZERO, |sum, row| {
                let out = row.pair.unwrap().amount0_out;
                let into = (row.amount0 + alloy_primitives::I256::from_raw(out)).into_raw();
                sum + convert(out, decimals0) + convert(into, decimals0)
            });
            prop_assert_eq!(volume, figures.volume_token0);

            let positions = HOLDERS.iter().filter_map(|holder| chain.position(*pair, *holder));
            let held: Vec<_> = positions.map(|position| position.balance).collect();
            let holders = held.iter().filter(|balance| !balance.is_zero()).count() as u64;
            prop_assert_eq!(figures.holder_count, holders);
            prop_assert!(held.iter().sum::<U256>() <= figures.chain_total_supply);
            let made = chain.position(*pair, *pair).iter().count() + held.len();
            prop_assert_eq!(figures.liquidity_provider_count, made as u64);
        }
    }
}
