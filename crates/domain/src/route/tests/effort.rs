//! Pools that are made to take long, and promise much: the work stays bounded, and they hide no good way.

use std::sync::Arc;

use super::*;
use crate::{
    amm::{fee::Fee, tick_map::TickMap, tick_math::sqrt_ratio_at_tick},
    route::{Liquidity, Venue, work::Work},
};

const EFFORT: u32 = 2_000;
/// What a search, its shares and once more with long swaps may take at most, and what is told is computed again.
const STEPS: u64 = 4 * 8 * 2_000;

/// A good price, next to nothing behind it, and thousands of stops on the way to the end of the range: words without a
/// tick, or a tick at every place.
fn trap(dice: &mut Dice, tokens: [TokenIx; 2]) -> Venue {
    let tick = i32::try_from(dice.below(200_000)).unwrap() - 100_000;
    let mut ticks = TickMap::new(1).unwrap();
    ticks.change(-887_272, 887_272, 1_000).unwrap();
    if dice.below(2) == 0 {
        for place in 1..2_000 {
            ticks.change(tick - 3 * place, tick + 3 * place, 1).unwrap();
        }
    }
    let liquidity = ticks.liquidity_at(tick).unwrap();
    let liquidity = Liquidity::Concentrated {
        sqrt_price_x96: sqrt_ratio_at_tick(tick).unwrap(),
        tick,
        liquidity,
        fee: Fee::V3 { pips: 100, protocol: 0 },
        ticks: Arc::new(ticks),
    };
    Venue::new(Protocol::V3, tokens, liquidity)
}

/// A market with traps between all of its tokens.
fn trapped(dice: &mut Dice, traps: u32) -> Market {
    let mut market = kit::market(dice, 6, 40);
    for _ in 0..traps {
        let low = u32::try_from(dice.below(5)).unwrap();
        let high = low + 1 + u32::try_from(dice.below(u64::from(5 - low))).unwrap();
        market.add(trap(dice, [TokenIx(low), TokenIx(high)]));
    }
    market
}

#[test]
fn traps_cost_bounded_work_and_hide_nothing() {
    let (mut answered, mut most) = (0, 0);
    for seed in 0..24 {
        let mut dice = Dice(1_000 + seed);
        let plain = kit::market(&mut Dice(1_000 + seed), 6, 40);
        let market = trapped(&mut dice, 40);
        for splits in [1, 3] {
            let given = U256::from(10).pow(U256::from(15 + seed % 6));
            let given =
                if seed % 2 == 0 { Amount::ExactIn(given) } else { Amount::ExactOut(given) };
            let asked = Question { splits, hops: 3, effort: EFFORT, ..question(0, 5, given) };
            let (plan, without) = (find(&market, &asked), find(&plain, &asked));
            if let Ok(plan) = &plan {
                assert_holds(&market, &asked, plan);
                assert!(plan.steps <= STEPS, "seed {seed}: {} steps", plan.steps);
                most = most.max(plan.steps);
            }
            if let Ok(without) = without {
                // the pools of the plain market are all in the other one
                let worth = worth(&asked, &plan.unwrap());
                let single = best_of_all(&plain, &Question { splits: 1, ..asked.clone() });
                assert!(Some(worth) >= single, "seed {seed}: {splits}, {without:?}");
                answered += 1;
            }
        }
    }
    assert!(answered > 20 && most > 1_000, "{answered} answered with up to {most} steps");
}

#[test]
fn a_pair_of_traps_alone_is_answered_with_long_swaps() {
    let mut dice = Dice(5);
    let mut market = Market::default();
    let mut ticks = TickMap::new(1).unwrap();
    ticks.change(-887_272, 887_272, 1_000_000).unwrap();
    let liquidity = Liquidity::Concentrated {
        sqrt_price_x96: sqrt_ratio_at_tick(0).unwrap(),
        tick: 0,
        liquidity: 1_000_000,
        fee: Fee::V3 { pips: 100, protocol: 0 },
        ticks: Arc::new(ticks),
    };
    market.add(Venue::new(Protocol::V3, [TokenIx(0), TokenIx(1)], liquidity));
    // a thousand times what is there at this price: the price moves by a factor of a million
    let given = Amount::ExactIn(U256::from(1_000_000_000));
    for hops in [1, 3] {
        let asked = Question { hops, effort: EFFORT, ..question(0, 1, given) };
        let plan = find(&market, &asked).unwrap();
        assert!(plan.exhausted && plan.steps > 512, "{plan:?}");
        assert_holds(&market, &asked, &plan);
        // the pool remembers its way now, and that changes nothing
        assert_eq!(find(&market, &asked).unwrap(), plan);
    }
    let never = Amount::ExactIn(U256::ONE << 200);
    let asked = Question { hops: 1, effort: EFFORT, ..question(0, 1, never) };
    assert_eq!(find(&market, &asked), Err(RouteError::Refused(Refusal::TooMuch)));
    market.add(trap(&mut dice, [TokenIx(0), TokenIx(1)]));
    assert_eq!(find(&market, &asked), Err(RouteError::Refused(Refusal::TooMuch)));
}

#[test]
fn what_was_asked_before_changes_no_answer() {
    let mut dice = Dice(77);
    let market = trapped(&mut dice, 12);
    let ask = |given: u64| {
        let given = Amount::ExactIn(U256::from(given) * U256::from(10_u64.pow(15)));
        Question { splits: 2, hops: 3, effort: 300, ..question(0, 5, given) }
    };
    let first: Vec<_> = (1..20).map(|given| find(&market, &ask(given))).collect();
    let mut again: Vec<_> = (1..20).rev().map(|given| find(&market, &ask(given))).collect();
    again.reverse();
    assert_eq!(first, again);
    assert!(first.iter().flatten().any(|plan| !plan.exhausted), "nothing was cut short");
}

/// A pool that runs out says so only at the end of its range: that is work, too, the first time and every time.
#[test]
fn what_a_refusal_takes_is_charged() {
    let mut ticks = TickMap::new(10).unwrap();
    ticks.change(-887_270, 887_270, 1_000).unwrap();
    let liquidity = Liquidity::Concentrated {
        sqrt_price_x96: sqrt_ratio_at_tick(0).unwrap(),
        tick: 0,
        liquidity: 1_000,
        fee: Fee::V3 { pips: 100, protocol: 0 },
        ticks: Arc::new(ticks),
    };
    let mut market = Market::default();
    let pool = market.add(Venue::new(Protocol::V3, [TokenIx(0), TokenIx(1)], liquidity));
    let never = Amount::ExactIn(U256::ONE << 200);
    let mut taken = Vec::new();
    for _ in 0..2 {
        let mut work = Work::new(EFFORT).deep(EFFORT);
        assert_eq!(work.answer(&market, (pool, true), never), Err(Refusal::TooMuch));
        taken.push(work.taken);
        // what was walked for this question is not walked again
        assert_eq!(work.answer(&market, (pool, true), never), Err(Refusal::TooMuch));
        assert_eq!(work.taken, taken[0] + 1);
    }
    assert!(taken[0] > 300 && taken[0] == taken[1], "{taken:?}");
}
