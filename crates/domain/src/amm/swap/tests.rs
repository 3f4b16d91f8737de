//! Tests: whole swaps against a step-by-step reading of the contract, and what must hold between them.

use alloy_primitives::{I256, U256};
use proptest::prelude::*;

use super::{Pool, Swapped, swap};
use crate::amm::{
    AmmError, Amount, PIPS,
    fee::Fee,
    swap_step::{Version, swap_step},
    tick_map::TickMap,
    tick_math::{
        MAX_SQRT_RATIO, MAX_TICK, MIN_SQRT_RATIO, MIN_TICK, sqrt_ratio_at_tick, tick_at_sqrt_ratio,
    },
};

const FEE: Fee = Fee::V3 { pips: 3000, protocol: 0 };

fn pool(map: &TickMap, tick: i32, fee: Fee) -> Pool<'_> {
    Pool {
        sqrt_price_x96: sqrt_ratio_at_tick(tick).unwrap(),
        tick,
        liquidity: map.liquidity_at(tick).unwrap(),
        fee,
        ticks: map,
    }
}

fn exact_in(value: u128) -> Amount {
    Amount::ExactIn(U256::from(value))
}

#[test]
fn crossing_changes_the_liquidity_and_the_tick() {
    let mut map = TickMap::new(60).unwrap();
    map.change(-887_220, 887_220, 1_000_000_000).unwrap();
    map.change(-60, 60, 5_000_000_000).unwrap();
    let down = swap(&pool(&map, 0, FEE), true, exact_in(100_000_000), None).unwrap();
    assert_eq!((down.liquidity, down.crossed.clone()), (1_000_000_000, 1..2));
    assert!(down.tick < -60 && down.remaining.is_zero());
    assert_eq!(map.ticks()[down.crossed.clone()][0].index, -60);
    let (amount0, amount1) = down.deltas();
    assert_eq!(amount0, I256::try_from(100_000_000).unwrap());
    assert!(amount1.is_negative());
    // exactly to the boundary: crossed downwards the tick is one below, and coming back crosses again
    let boundary = sqrt_ratio_at_tick(-60).unwrap();
    let to = swap(&pool(&map, 0, FEE), true, exact_in(u128::MAX >> 8), Some(boundary)).unwrap();
    assert_eq!((to.tick, to.liquidity, to.sqrt_price_x96), (-61, 1_000_000_000, boundary));
    assert!(!to.remaining.is_zero());
    let there =
        Pool { sqrt_price_x96: boundary, tick: -61, liquidity: to.liquidity, ..pool(&map, 0, FEE) };
    let back = swap(&there, false, exact_in(1000), None).unwrap();
    assert_eq!((back.liquidity, back.tick), (6_000_000_000, -60));
}

#[test]
fn a_pool_without_liquidity_runs_to_the_limit_for_nothing() {
    let map = TickMap::new(1).unwrap();
    let empty = pool(&map, 0, FEE);
    let down = swap(&empty, true, exact_in(1), None).unwrap();
    assert_eq!((down.sqrt_price_x96, down.tick), (MIN_SQRT_RATIO + U256::ONE, MIN_TICK));
    assert_eq!((down.amount_in, down.remaining), (U256::ZERO, U256::ONE));
    let up = swap(&empty, false, exact_in(1), None).unwrap();
    assert_eq!((up.sqrt_price_x96, up.tick), (MAX_SQRT_RATIO - U256::ONE, MAX_TICK - 1));
}

#[test]
fn what_the_pool_refuses() {
    let map = TickMap::new(1).unwrap();
    let empty = pool(&map, 0, FEE);
    let current = empty.sqrt_price_x96;
    assert_eq!(swap(&empty, true, exact_in(0), None), Err(AmmError::ZeroAmount));
    for (zero_for_one, limit) in
        [(true, current), (true, MIN_SQRT_RATIO), (false, current), (false, MAX_SQRT_RATIO)]
    {
        assert_eq!(
            swap(&empty, zero_for_one, exact_in(1), Some(limit)),
            Err(AmmError::PriceLimit { limit, current })
        );
    }
    let huge = Amount::ExactIn(U256::MAX);
    assert!(matches!(swap(&empty, true, huge, None), Err(AmmError::Overflow(_))));
    let four = Pool { fee: Fee::V4 { lp_pips: PIPS, protocol: 0 }, ..empty };
    let beyond = Amount::ExactIn(U256::ONE << 127);
    assert!(matches!(swap(&four, true, beyond, None), Err(AmmError::Overflow(_))));
    assert_eq!(swap(&four, true, Amount::ExactOut(U256::ONE), None), Err(AmmError::Fee(PIPS)));
    let unborn = Pool { sqrt_price_x96: U256::ZERO, ..empty };
    assert_eq!(swap(&unborn, true, exact_in(1), None), Err(AmmError::SqrtPrice(U256::ZERO)));
    let mut map = TickMap::new(1).unwrap();
    map.change(-10, 10, 1000).unwrap();
    let wrong = Pool { liquidity: 999, ..pool(&map, 0, FEE) };
    assert_eq!(swap(&wrong, true, exact_in(1_000_000), None), Err(AmmError::Liquidity(-10)));
}

/// The contract's loop as it is written: word by word, also where there is no liquidity.
fn plain(
    pool: &Pool<'_>,
    zero_for_one: bool,
    amount: Amount,
    limit: U256,
) -> (U256, U256, U256, i32, u128) {
    let (mut price, mut tick, mut liquidity) = (pool.sqrt_price_x96, pool.tick, pool.liquidity);
    let (mut left, mut paid, mut got) = (amount.value(), U256::ZERO, U256::ZERO);
    let pips = pool.fee.swap_pips(zero_for_one).unwrap();
    let version = if matches!(pool.fee, Fee::V4 { .. }) { Version::V4 } else { Version::V3 };
    while !left.is_zero() && price != limit {
        let stop = pool.ticks.next_within_word(tick, pool.ticks.count_to(tick), zero_for_one);
        let stop_price = sqrt_ratio_at_tick(stop.index).unwrap();
        let target = if zero_for_one { stop_price.max(limit) } else { stop_price.min(limit) };
        let exact = matches!(amount, Amount::ExactIn(_));
        let remaining = if exact { Amount::ExactIn(left) } else { Amount::ExactOut(left) };
        let step = swap_step(version, price, target, liquidity, remaining, pips).unwrap();
        let whole = step.amount_in + step.fee;
        left -= if exact { whole } else { step.amount_out };
        paid += whole;
        got += step.amount_out;
        if step.sqrt_price_x96 == stop_price {
            if let Some(net) = stop.net {
                liquidity =
                    liquidity.checked_add_signed(if zero_for_one { -net } else { net }).unwrap();
            }
            tick = stop.index - i32::from(zero_for_one);
        } else if step.sqrt_price_x96 != price {
            tick = tick_at_sqrt_ratio(step.sqrt_price_x96).unwrap();
        }
        price = step.sqrt_price_x96;
    }
    (paid, got, price, tick, liquidity)
}

#[derive(Debug)]
struct Case {
    map: TickMap,
    tick: i32,
    zero_for_one: bool,
    amount: Amount,
    limit: i32,
    fee: Fee,
}

fn case() -> impl Strategy<Value = Case> {
    let range = (-700_i32..700, 1_i32..400, 1_u64..u64::MAX);
    let ranges = prop::collection::vec(range, 0..8);
    let fee = prop_oneof![
        (0..100_000_u32, 0..=u8::MAX).prop_map(|(pips, protocol)| Fee::V3 { pips, protocol }),
        (0..100_000_u32, 0..1_u32 << 24)
            .prop_map(|(lp_pips, protocol)| Fee::V4 { lp_pips, protocol }),
    ];
    let spacing = prop_oneof![Just(1), Just(10), Just(60), Just(200)];
    (
        spacing,
        ranges,
        -900_i32..900,
        any::<bool>(),
        any::<bool>(),
        1_u128..1 << 80,
        0_u32..40,
        1_i32..1500,
        fee,
    )
        .prop_map(|(spacing, ranges, tick, zero_for_one, exact, value, shift, reach, fee)| {
            let mut map = TickMap::new(spacing).unwrap();
            for (lower, width, liquidity) in ranges {
                map.change(lower * spacing, (lower + width) * spacing, liquidity.into()).unwrap();
            }
            let value = U256::from((value >> shift).max(1));
            let amount = if exact { Amount::ExactIn(value) } else { Amount::ExactOut(value) };
            let reach = if zero_for_one { -reach } else { reach };
            Case {
                map,
                tick: tick * spacing,
                zero_for_one,
                amount,
                limit: (tick + reach) * spacing,
                fee,
            }
        })
}

fn run(case: &Case) -> (Pool<'_>, U256, Result<Swapped, AmmError>) {
    let pool = pool(&case.map, case.tick, case.fee);
    let limit = sqrt_ratio_at_tick(case.limit).unwrap();
    let done = swap(&pool, case.zero_for_one, case.amount, Some(limit));
    (pool, limit, done)
}

proptest! {
    #[test]
    fn swaps_are_those_of_the_plain_loop(case in case()) {
        let (pool, limit, done) = run(&case);
        let done = done?;
        let wanted = plain(&pool, case.zero_for_one, case.amount, limit);
        let found = (done.amount_in, done.amount_out, done.sqrt_price_x96, done.tick, done.liquidity);
        prop_assert_eq!(found, wanted);
        // the map and the liquidity still agree, and the fees are part of the input
        prop_assert_eq!(case.map.liquidity_at(done.tick), Some(done.liquidity));
        prop_assert!(done.protocol_fee <= done.fee && done.fee <= done.amount_in);
        let used = match case.amount {
            Amount::ExactIn(_) => done.amount_in,
            Amount::ExactOut(_) => done.amount_out,
        };
        prop_assert_eq!(used + done.remaining, case.amount.value());
        prop_assert!(done.remaining.is_zero() || done.sqrt_price_x96 == limit);
    }

    #[test]
    fn asking_for_the_output_costs_no_more_than_the_input_was(case in case()) {
        let (pool, limit, done) = run(&case);
        let done = done?;
        if done.amount_out.is_zero() || !done.remaining.is_zero() {
            return Ok(());
        }
        let again = swap(&pool, case.zero_for_one, Amount::ExactOut(done.amount_out), Some(limit))?;
        prop_assert_eq!(again.amount_out, done.amount_out);
        prop_assert!(again.amount_in <= done.amount_in);
        // and paying exactly that gives the output again
        let once_more = swap(&pool, case.zero_for_one, Amount::ExactIn(again.amount_in), Some(limit))?;
        prop_assert!(once_more.amount_out >= done.amount_out);
    }

    #[test]
    fn two_swaps_never_beat_one_and_there_and_back_never_wins(case in case()) {
        let (pool, limit, done) = run(&case);
        let done = done?;
        if matches!(case.amount, Amount::ExactOut(_)) || done.amount_in < U256::from(2) {
            return Ok(());
        }
        let half = done.amount_in / U256::from(2);
        let first = swap(&pool, case.zero_for_one, Amount::ExactIn(half), Some(limit))?;
        let between = Pool {
            sqrt_price_x96: first.sqrt_price_x96, tick: first.tick, liquidity: first.liquidity, ..pool
        };
        if first.sqrt_price_x96 != limit {
            let second = swap(&between, case.zero_for_one, Amount::ExactIn(done.amount_in - half), Some(limit))?;
            prop_assert!(first.amount_out + second.amount_out <= done.amount_out + U256::ONE);
        }
        if done.amount_out.is_zero() {
            return Ok(());
        }
        let there = Pool {
            sqrt_price_x96: done.sqrt_price_x96, tick: done.tick, liquidity: done.liquidity, ..pool
        };
        let back = swap(&there, !case.zero_for_one, Amount::ExactIn(done.amount_out), None)?;
        prop_assert!(back.amount_out <= done.amount_in);
    }
}
