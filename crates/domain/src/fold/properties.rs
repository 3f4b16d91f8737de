//! Random chains of V3 and V4 events: the fold gives what the references' handlers give, digit by digit, and whatever a
//! block changed can be taken back.

use std::collections::BTreeSet;

use alloy_primitives::{Address, I256, U256};
use proptest::prelude::*;

use super::{
    BlockChanges, Entity, Key,
    kit::{
        COIN, Chain, DAI, FACTORY, LINK, MANAGER, MEME, MIDNIGHT, MUTE, SKIPPED, STABLE, WETH,
        burn, collect, create, create_v4, initialize, mint, modify, swap, swap_v4, v3_pool,
        v4_pool,
    },
    oracle::Oracle,
};
use crate::{decimal::Decimal, event::EventKind, figures::Factory};

type Emitted = (Address, EventKind);

/// Pools that may come to be, with their tokens in V3 and in V4.
const POOLS: [(u8, [Address; 2], [Address; 2]); 7] = [
    (STABLE, [WETH, DAI], [Address::ZERO, DAI]),
    (0xa1, [WETH, LINK], [WETH, LINK]),
    (0xa2, [MEME, WETH], [Address::ZERO, MEME]),
    (0xa3, [LINK, MEME], [LINK, MEME]),
    (0xa4, [COIN, DAI], [COIN, DAI]),
    (0xa5, [COIN, MUTE], [COIN, MUTE]),
    (SKIPPED, [WETH, DAI], [Address::ZERO, DAI]),
];

/// Amounts that happen, and amounts with more digits than a decimal keeps.
fn amount() -> impl Strategy<Value = U256> {
    prop_oneof![
        3 => (1u64..10_000, 0usize..24)
            .prop_map(|(digits, zeros)| U256::from(digits) * U256::from(10).pow(U256::from(zeros))),
        1 => (any::<u128>(), 0u32..127).prop_map(|(bits, shift)| U256::from(bits >> 1 >> shift)),
    ]
}

fn signed() -> impl Strategy<Value = I256> {
    (amount(), any::<bool>()).prop_map(|(amount, negative)| {
        let amount = I256::from_raw(amount);
        if negative { -amount } else { amount }
    })
}

/// Any price between about 2^-40 and 2^40.
fn sqrt_price() -> impl Strategy<Value = U256> {
    (any::<u64>(), 13usize..52).prop_map(|(bits, shift)| (U256::from(bits | 1 << 63)) << shift)
}

fn tick() -> impl Strategy<Value = i32> {
    -50i32..50
}

fn range() -> impl Strategy<Value = (i32, i32)> {
    (-6i32..5, 1i32..6).prop_map(|(lower, width)| (lower * 10, (lower + width) * 10))
}

fn two<T: std::fmt::Debug>(
    strategy: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = [T; 2]> {
    [strategy.clone(), strategy]
}

fn v3_event() -> impl Strategy<Value = Emitted> {
    // the pools that give prices speak most
    let pool = prop_oneof![4 => 0usize..4, 1 => 4usize..7];
    let amounts = || two(amount().boxed());
    (pool, 0u8..14).prop_flat_map(move |(index, kind)| {
        let (byte, [token0, token1], _) = POOLS[index];
        let id = v3_pool(byte);
        match kind {
            0 => Just(create(id, token0, token1, 3_000)).boxed(),
            1 => (sqrt_price(), tick()).prop_map(move |(p, t)| initialize(id, p, t)).boxed(),
            2..=4 => (range(), 1_000u128..100_000, amounts())
                .prop_map(move |(range, size, amounts)| mint(id, range, size, amounts))
                .boxed(),
            5 => (range(), 0u128..100, amounts())
                .prop_map(move |(range, size, amounts)| burn(id, range, size, amounts))
                .boxed(),
            6..=7 => (range(), amounts())
                .prop_map(move |(range, amounts)| collect(id, range, amounts))
                .boxed(),
            _ => (two(signed().boxed()), sqrt_price(), 0u128..1 << 100, tick())
                .prop_map(move |(amounts, p, l, t)| {
                    swap(id, amounts, p, l.saturating_sub(1 << 96), t)
                })
                .boxed(),
        }
    })
}

fn v4_event() -> impl Strategy<Value = Emitted> {
    let pool = prop_oneof![4 => 0usize..4, 1 => 4usize..7];
    (pool, 0u8..12).prop_flat_map(|(index, kind)| {
        let (byte, _, tokens) = POOLS[index];
        let id = v4_pool(byte);
        match kind {
            0 => (sqrt_price(), tick())
                .prop_map(move |(p, t)| create_v4(id, tokens, 0x80_0000, p, t))
                .boxed(),
            1..=4 => (range(), -1_000_000_000i128..1 << 90)
                .prop_map(move |(range, delta)| modify(id, range, delta))
                .boxed(),
            _ => (
                two(signed().boxed()),
                sqrt_price(),
                1u128 << 40..1 << 100,
                tick(),
                0u32..1_000_000,
            )
                .prop_map(move |(amounts, p, l, t, fee)| swap_v4(id, amounts, p, l, t, fee))
                .boxed(),
        }
    })
}

fn creations() -> Vec<Emitted> {
    let even = U256::ONE << 96;
    POOLS[..4]
        .iter()
        .flat_map(|(byte, [token0, token1], tokens)| {
            let pool = v3_pool(*byte);
            [
                create(pool, *token0, *token1, 500),
                initialize(pool, even, 0),
                create_v4(v4_pool(*byte), *tokens, 500, even, 0),
            ]
        })
        .collect()
}

/// Blocks with the seconds since the one before.
fn blocks() -> impl Strategy<Value = Vec<(u64, Vec<Emitted>)>> {
    let gap = prop_oneof![Just(12u64), Just(1_700), Just(3_600), Just(50_000)];
    let events = prop::collection::vec(prop_oneof![v3_event(), v4_event()], 0..8);
    prop::collection::vec((gap, events), 1..10)
}

/// What was there before a block, and what the block did.
type Step = (Vec<(Key, Option<Entity>)>, BlockChanges);

struct Run {
    chain: Chain,
    oracles: [Oracle; 2],
    touched: BTreeSet<Key>,
    steps: Vec<Step>,
}

impl Run {
    fn new() -> Self {
        let chain = Chain::new();
        let oracles = [Oracle::new(&chain, false), Oracle::new(&chain, true)];
        Self { chain, oracles, touched: BTreeSet::new(), steps: Vec::new() }
    }

    /// Applies a block, if a chain could have it, to the fold and to the oracles.
    fn block(&mut self, time: u64, events: &[Emitted]) {
        let known: Vec<Key> = self.touched.iter().copied().collect();
        let before: Vec<_> =
            known.into_iter().map(|key| (key, self.chain.state.get(&key).cloned())).collect();
        // events that no chain would have are refused with their block
        let Ok(changes) = self.chain.block(time, events.to_vec()) else {
            for (key, image) in before {
                assert_eq!(self.chain.state.get(&key), image.as_ref(), "{key:?}");
            }
            return;
        };
        let [v3, v4] = &mut self.oracles;
        let values = v3.block(time, events);
        let more = v4.block(time, events);
        let worth = |log: u32| values[log as usize] + more[log as usize];
        for row in &changes.rows.swaps {
            assert_eq!(row.amount_usd, worth(row.meta.position.log_index), "{row:?}");
        }
        for row in &changes.rows.liquidity {
            assert_eq!(row.amount_usd, worth(row.meta.position.log_index), "{row:?}");
        }
        self.oracles.iter().for_each(|oracle| oracle.assert_same(&self.chain));
        self.touched.extend(changes.changes.iter().map(|change| change.key));
        self.steps.push((before, changes));
    }

    /// The fold has no figures beside the oracles'.
    fn assert_complete(&self) {
        let figures = self.touched.iter().filter(|key| match key {
            Key::Pool(id) => self.chain.pool(*id).figures.counted,
            Key::Tick(..)
            | Key::TickWord(..)
            | Key::TickDay(..)
            | Key::Token(_)
            | Key::Nft(..)
            | Key::Account(_) => false,
            _ => true,
        });
        assert_eq!(figures.count(), self.oracles.iter().map(Oracle::len).sum::<usize>());
    }

    /// Takes back every block, newest first.
    fn revert(&mut self) {
        while let Some((before, changes)) = self.steps.pop() {
            self.chain.state.revert(&changes);
            assert_eq!(self.chain.state.counters(), changes.counters_before);
            let images: std::collections::BTreeMap<_, _> = before.into_iter().collect();
            for key in &self.touched {
                let image = images.get(key).and_then(Option::as_ref);
                assert_eq!(self.chain.state.get(key), image, "{key:?}");
            }
        }
    }
}

proptest! {
    #[test]
    fn the_fold_is_the_references_and_can_be_taken_back(blocks in blocks()) {
        let mut run = Run::new();
        run.block(MIDNIGHT, &creations());
        let mut time = MIDNIGHT;
        for (gap, events) in &blocks {
            time += gap;
            run.block(time, events);
        }
        run.assert_complete();
        run.revert();
    }

    /// With amounts that a decimal holds: swap rows sum up to the totals, and what is locked is what the pool holds.
    #[test]
    fn rows_sum_up_to_totals_and_nothing_drifts(
        events in prop::collection::vec((0usize..4, 0u8..5, 1i64..1_000_000, 1i64..1_000_000, sqrt_price()), 1..80),
    ) {
        let mut chain = Chain::new();
        chain.ok(MIDNIGHT, creations());
        let mut held = [[0i64; 2]; 4];
        let mut volume = [Decimal::ZERO; 4];
        let mut total = Decimal::ZERO;
        for (i, (index, kind, a, b, price)) in events.into_iter().enumerate() {
            let id = v3_pool(POOLS[index].0);
            let raw = |amount: i64| I256::try_from(amount).unwrap();
            let amounts = [a, b].map(|amount| raw(amount).into_raw());
            let holds = &mut held[index];
            let event = match kind {
                0 => {
                    *holds = [holds[0] + a, holds[1] + b];
                    mint(id, (-100, 100), 1_000, amounts)
                }
                1 if holds[0] > a && holds[1] > b => {
                    *holds = [holds[0] - a, holds[1] - b];
                    collect(id, (-100, 100), amounts)
                }
                _ if holds[1] > b => {
                    *holds = [holds[0] + a, holds[1] - b];
                    swap(id, [raw(a), raw(-b)], price, 1_000_000, 0)
                }
                _ => continue,
            };
            let changes = chain.ok(MIDNIGHT + i as u64, vec![event]);
            for row in &changes.rows.swaps {
                volume[index] += row.amount_usd;
                total += row.amount_usd;
            }
        }
        for (index, (byte, tokens, _)) in POOLS[..4].iter().enumerate() {
            let figures = chain.pool(v3_pool(*byte)).figures;
            prop_assert_eq!(figures.volume_usd, volume[index]);
            let decimals = tokens.map(|token| if token == LINK { 8 } else { 18 });
            let locked = [figures.total_value_locked_token0, figures.total_value_locked_token1];
            for side in 0..2 {
                let expected = Decimal::from(held[index][side]).scaled(-decimals[side]);
                prop_assert_eq!(locked[side], expected);
            }
        }
        let factory: Factory = chain.get(&Key::Factory(FACTORY));
        prop_assert_eq!(factory.total_volume_usd, total);
    }
}

#[test]
fn tokens_have_prices_in_both_protocols() {
    // a guard for what is generated above: its pools and pricing lead to prices
    let mut run = Run::new();
    run.block(MIDNIGHT, &creations());
    let big =
        |number: i64| I256::try_from(number).unwrap() * I256::try_from(10u64.pow(18)).unwrap();
    let even = U256::ONE << 96;
    for byte in [STABLE, 0xa2, 0xa3, 0xa1] {
        let amounts = [big(100), big(100)];
        run.block(
            MIDNIGHT + 12,
            &[
                swap(v3_pool(byte), amounts, even << 3, 1, 0),
                swap_v4(v4_pool(byte), amounts.map(|amount| -amount), even << 3, 1, 0, 9),
                swap_v4(v4_pool(byte), amounts.map(|amount| -amount), even << 3, 1, 0, 9),
            ],
        );
    }
    for dex in [FACTORY, MANAGER] {
        for token in [DAI, MEME, LINK] {
            let figures: crate::figures::TokenFigures =
                run.chain.get(&Key::TokenFigures(dex, token));
            assert!(figures.derived_eth > Decimal::ZERO, "{dex} {token}");
        }
        let factory: Factory = run.chain.get(&Key::Factory(dex));
        assert!(factory.total_volume_usd > Decimal::ZERO);
    }
}
