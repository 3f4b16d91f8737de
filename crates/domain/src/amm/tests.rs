//! Tests: what other simulators of these pools got wrong, by the names under which it was reported.

use std::collections::HashMap;

use alloy_primitives::U256;
use proptest::prelude::*;

use super::{
    AmmError, Amount,
    consistency::Gap,
    fee::Fee,
    liquidity::amounts,
    swap::{Pool, Swapped, swap},
    swap_step::{Version, swap_step},
    tick_map::{TickLiquidity, TickMap},
    tick_math::{MAX_TICK, MIN_TICK, sqrt_ratio_at_tick, tick_at_sqrt_ratio},
    tick_word::{next_stop, place},
};

const FEE: Fee = Fee::V3 { pips: 500, protocol: 0 };

fn pool(map: &TickMap, tick: i32, liquidity: u128) -> Pool<'_> {
    let sqrt_price_x96 = sqrt_ratio_at_tick(tick).unwrap();
    Pool { sqrt_price_x96, tick, liquidity, fee: FEE, ticks: map }
}

/// Both tokens of all positions, rounded up.
fn held(pool: &Pool<'_>) -> [U256; 2] {
    let (mut held, mut liquidity) = ([U256::ZERO; 2], 0_u128);
    for ends in pool.ticks.ticks().windows(2) {
        liquidity = liquidity.checked_add_signed(ends[0].net).unwrap();
        let range = (ends[0].index, ends[1].index);
        let part = amounts(pool.sqrt_price_x96, pool.tick, range, liquidity, true).unwrap();
        held = [held[0] + part.0, held[1] + part.1];
    }
    held
}

fn positions() -> impl Strategy<Value = (TickMap, i32)> {
    let position = (-300_i32..300, 1_i32..200, 1_u64..u64::MAX);
    (prop::collection::vec(position, 1..10), -500_i32..500).prop_map(|(positions, tick)| {
        let mut map = TickMap::new(10).unwrap();
        for (lower, width, liquidity) in positions {
            map.change(lower * 10, (lower + width) * 10, liquidity.into()).unwrap();
        }
        (map, tick * 10)
    })
}

proptest! {
    /// A pool followed from the middle of its life lacks the ticks of earlier positions.
    #[test]
    fn amms_rs_81_late_start((map, tick) in positions(), lost in any::<prop::sample::Index>(), sell: bool) {
        let liquidity = map.liquidity_at(tick).unwrap();
        let whole = pool(&map, tick, liquidity);
        prop_assert_eq!(whole.check(), Ok(()));
        let lost = map.ticks()[lost.index(map.ticks().len())];
        let rest = map.ticks().iter().copied().filter(|known| *known != lost);
        let late = TickMap::from_ticks(10, rest).unwrap();
        let known = Pool { ticks: &late, ..whole };
        if lost.net != 0 {
            let refused = known.check();
            prop_assert!(matches!(refused, Err(AmmError::Incomplete(_))), "{:?}", refused);
            prop_assert!(refused.is_err_and(|error| error.is_of_state()));
        }
        // who swaps all the same gets a smaller number or a fault of the state, never an overflow
        let amount = Amount::ExactIn(U256::from(u128::MAX));
        match swap(&known, sell, amount, None) {
            Ok(_) => {}
            Err(error) => prop_assert!(error.is_of_state(), "{}", error),
        }
    }

    /// No swap gives more than the positions hold, whatever is put in; what they do not hold is refused.
    #[test]
    fn amms_rs_110_overdraft((map, tick) in positions(), sell: bool, limbs: [u64; 4], bits in 0_usize..255) {
        let whole = pool(&map, tick, map.liquidity_at(tick).unwrap());
        let held = held(&whole)[usize::from(sell)];
        let size = (U256::from_limbs(limbs) >> (255 - bits)).max(U256::ONE).min(U256::MAX >> 1);
        for amount in [size, U256::MAX >> 1] {
            let done = swap(&whole, sell, Amount::ExactIn(amount), None)?;
            prop_assert!(done.amount_out <= held, "{} of {held}", done.amount_out);
            prop_assert!(done.clone().within(held).is_ok());
            if let Some(less) = done.amount_out.checked_sub(U256::ONE) {
                let refused = AmmError::Overdraft { asked: done.amount_out, held: less };
                prop_assert_eq!(done.within(less), Err(refused));
            }
        }
        let beyond = Amount::ExactOut(held + U256::ONE);
        let refused = swap(&whole, sell, beyond, None).and_then(Swapped::whole);
        prop_assert_eq!(refused, Err(AmmError::InsufficientLiquidity));
    }

    /// A tick map is accepted only when what starts ends, nothing ends first, and the pool agrees.
    #[test]
    fn v3_subgraph_176_ticks((map, tick) in positions(), at in any::<prop::sample::Index>(), by in 1..i128::MAX / 4) {
        let liquidity = map.liquidity_at(tick).unwrap();
        prop_assert_eq!(map.check(tick, liquidity), Ok(()));
        let gap = Gap::InRange { ticks: liquidity, pool: liquidity + 1 };
        prop_assert_eq!(map.check(tick, liquidity + 1), Err(AmmError::Incomplete(gap)));
        let at = at.index(map.ticks().len());
        for delta in [by, -by] {
            let changed = map.ticks().iter().enumerate().map(|(place, tick)| {
                if place != at {
                    return *tick;
                }
                let net = tick.net + delta;
                TickLiquidity { net, gross: tick.gross.max(net.unsigned_abs()), ..*tick }
            });
            let wrong = TickMap::from_ticks(10, changed).unwrap();
            let refused = wrong.check(tick, liquidity);
            let found = matches!(
                refused,
                Err(AmmError::Incomplete(Gap::Sum(_) | Gap::Prefix(_)))
            );
            prop_assert!(found, "{:?}", refused);
        }
    }
}

#[test]
fn v3_subgraph_176_each_gap_has_its_name() {
    let tick = |index, gross, net| TickLiquidity { index, gross, net };
    let check = |ticks: &[TickLiquidity]| {
        TickMap::from_ticks(10, ticks.iter().copied()).unwrap().check(0, 5)
    };
    let refused = |gap| Err(AmmError::Incomplete(gap));
    assert_eq!(check(&[tick(-10, 5, 5), tick(10, 5, -5)]), Ok(()));
    assert_eq!(check(&[tick(-10, 5, 5), tick(10, 5, -4)]), refused(Gap::Sum(1)));
    assert_eq!(check(&[tick(-10, 5, -5), tick(10, 5, 5)]), refused(Gap::Prefix(-10)));
    assert_eq!(check(&[tick(-10, 4, 5), tick(10, 5, -5)]), refused(Gap::Gross(-10)));
    let beside = refused(Gap::InRange { ticks: 0, pool: 5 });
    assert_eq!(check(&[tick(10, 5, 5), tick(20, 5, -5)]), beside);
    // one slot of another block is noticed too
    let map = TickMap::from_ticks(10, [tick(-10, 5, 5), tick(10, 5, -5)]).unwrap();
    let whole = pool(&map, 0, 5);
    let price = sqrt_ratio_at_tick(1).unwrap();
    let ended_at_stop = Pool { sqrt_price_x96: price, ..whole };
    assert_eq!(ended_at_stop.check(), Ok(()));
    let price = price + U256::ONE;
    let mixed = Pool { sqrt_price_x96: price, ..whole };
    assert_eq!(mixed.check(), refused(Gap::Price { price, tick: 0 }));
    let unborn = Pool { sqrt_price_x96: U256::ZERO, ..whole };
    assert_eq!(unborn.check(), Err(AmmError::SqrtPrice(U256::ZERO)));
}

/// The bits of a map's words.
fn words(map: &TickMap) -> HashMap<i32, U256> {
    let mut words = HashMap::new();
    for tick in map.ticks() {
        let (word, bit) = place(tick.index, map.spacing());
        *words.entry(word).or_insert(U256::ZERO) |= U256::ONE << bit;
    }
    words
}

/// The contract's loop over a bitmap: input, output and number of steps. Without words it jumps straight to the next
/// initialised tick.
fn by_bitmap(
    pool: &Pool<'_>,
    sell: bool,
    mut left: U256,
    limit: U256,
    jump: bool,
) -> (U256, U256, u32) {
    let (words, spacing) = (words(pool.ticks), pool.ticks.spacing());
    let word = |number: i32| Ok::<_, ()>(words.get(&number).copied().unwrap_or_default());
    let (mut price, mut tick, mut liquidity) = (pool.sqrt_price_x96, pool.tick, pool.liquidity);
    let (mut paid, mut got, mut steps) = (U256::ZERO, U256::ZERO, 0);
    while !left.is_zero() && price != limit {
        steps += 1;
        let (mut stop, mut initialised) = next_stop(tick, spacing, sell, word).unwrap();
        while jump && !initialised && stop > MIN_TICK && stop < MAX_TICK {
            let from = if sell { stop - 1 } else { stop };
            (stop, initialised) = next_stop(from, spacing, sell, word).unwrap();
        }
        let stop_price = sqrt_ratio_at_tick(stop).unwrap();
        let target = if sell { stop_price.max(limit) } else { stop_price.min(limit) };
        let amount = Amount::ExactIn(left);
        let step = swap_step(Version::V3, price, target, liquidity, amount, 500).unwrap();
        left -= step.amount_in + step.fee;
        paid += step.amount_in + step.fee;
        got += step.amount_out;
        price = step.sqrt_price_x96;
        if price != stop_price {
            tick = tick_at_sqrt_ratio(price).unwrap();
            continue;
        }
        if let Some(crossed) = pool.ticks.get(stop) {
            let net = if sell { -crossed.net } else { crossed.net };
            liquidity = liquidity.checked_add_signed(net).unwrap();
        }
        tick = if sell { stop - 1 } else { stop };
    }
    (paid, got, steps)
}

/// Each end of a word is a step of its own, and each step rounds: jumping over empty words is off by single units.
#[test]
fn v3_sdk_82_word_edge() {
    let mut map = TickMap::new(1).unwrap();
    map.change(-20_000, 20_000, 7_777_777).unwrap();
    map.change(-3_000, 5_000, 1_234_567).unwrap();
    let (mut differ, mut edges) = (0, 0);
    for tick in [-4_097, -257, -256, -255, -1, 0, 1, 255, 256, 511, 4_096] {
        let whole = pool(&map, tick, map.liquidity_at(tick).unwrap());
        for (sell, amount) in
            [(true, 3_000_000), (false, 3_000_000), (true, 99_999), (false, 54_321)]
        {
            let limit = sqrt_ratio_at_tick(if sell { tick - 9_000 } else { tick + 9_000 }).unwrap();
            let amount = U256::from(amount);
            let done = swap(&whole, sell, Amount::ExactIn(amount), Some(limit)).unwrap();
            let (paid, got, steps) = by_bitmap(&whole, sell, amount, limit, false);
            assert_eq!((done.amount_in, done.amount_out), (paid, got), "from {tick}");
            let (jumped_paid, jumped_got, jumped) = by_bitmap(&whole, sell, amount, limit, true);
            assert!(steps >= jumped);
            edges += steps - jumped;
            differ += usize::from((jumped_paid, jumped_got) != (paid, got));
        }
    }
    assert!(edges > 200 && differ > 20, "{edges} edges, {differ} other results");
}

/// Every spacing, empty words on both sides, ticks beside the grid: the walk ends, and goes a word at a time.
#[test]
fn amms_rs_96_tick_step() {
    for spacing in 1..=i32::from(i16::MAX) {
        let mut map = TickMap::new(spacing).unwrap();
        let edge = MAX_TICK / spacing * spacing;
        map.change(-edge, edge, 1_000_000_000_000).unwrap();
        let words = words(&map);
        let word = |number: i32| Ok::<_, ()>(words.get(&number).copied().unwrap_or_default());
        for sell in [true, false] {
            // a negative tick beside the grid belongs to the usable tick below it
            let from = -spacing - spacing / 2;
            let (mut tick, mut steps) = (from, 0);
            loop {
                let stop = map.next_within_word(tick, map.count_to(tick), sell);
                let wanted = next_stop(tick, spacing, sell, word);
                assert_eq!(wanted, Ok((stop.index, stop.net.is_some())), "spacing {spacing}");
                assert!(if sell { stop.index <= tick } else { stop.index > tick });
                steps += 1;
                tick = if sell { stop.index - 1 } else { stop.index };
                if stop.net.is_some() {
                    break;
                }
            }
            assert!(steps <= edge / (256 * spacing) + 2, "{steps} steps at spacing {spacing}");
        }
    }
    // the same as a swap, where spacings are those of real pools and one of their own
    for spacing in [1, 10, 60, 200, 2_000, 32_767] {
        let mut map = TickMap::new(spacing).unwrap();
        // at the very last price no swap arrives
        let edge = (MAX_TICK / spacing - 1) * spacing;
        map.change(-edge, edge, 1_000_000_000_000).unwrap();
        let whole = pool(&map, -spacing - spacing / 2, 1_000_000_000_000);
        for sell in [true, false] {
            let done = swap(&whole, sell, Amount::ExactIn(U256::MAX >> 1), None).unwrap();
            assert_eq!((done.liquidity, done.crossed.len()), (0, 1), "spacing {spacing}");
            assert!(!done.remaining.is_zero());
        }
    }
}
