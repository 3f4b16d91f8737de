//! What the search finds, beside what looking at everything finds.

use std::collections::BTreeSet;

use alloy_primitives::{I256, U256};
use proptest::prelude::*;

use super::{
    Allowed, GasPrice, Market, PoolIx, Question, Refusal, RouteError, SHARES, TokenIx, find,
    kit::{self, Dice, all_paths, assert_holds, best_of_all, question, worth},
    mid_amount, path,
};
use crate::{amm::Amount, entity::Protocol};

mod effort;
mod largest;
mod many;
mod taxed;

fn amount(dice: &mut Dice) -> Amount {
    let value = U256::from(1 + dice.below(9)) * U256::from(10).pow(U256::from(dice.below(24)));
    if dice.below(2) == 0 { Amount::ExactIn(value) } else { Amount::ExactOut(value) }
}

fn gas_price(dice: &mut Dice) -> GasPrice {
    GasPrice {
        per: U256::from(dice.below(3)) * U256::from(10).pow(U256::from(dice.below(15))),
        units: 1,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_best_single_path_is_that_of_all(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let market = kit::market(&mut dice, 9, 40);
        let asked = Question { gas_price: gas_price(&mut dice), ..question(4, 7, amount(&mut dice)) };
        match (find(&market, &asked), best_of_all(&market, &asked)) {
            (Ok(plan), Some(best)) => {
                assert_holds(&market, &asked, &plan);
                prop_assert_eq!(worth(&asked, &plan), best);
                prop_assert!(plan.exhausted);
            }
            (Err(_), None) => {}
            (plan, best) => prop_assert!(false, "{plan:?} {best:?}"),
        }
    }

    #[test]
    fn splits_are_never_worse_than_none(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let market = kit::market(&mut dice, 7, 30);
        let asked = Question { gas_price: gas_price(&mut dice), ..question(1, 5, amount(&mut dice)) };
        let split = Question { splits: super::MOST_SPLITS, ..asked.clone() };
        match (find(&market, &asked), find(&market, &split)) {
            (Ok(one), Ok(many)) => {
                assert_holds(&market, &split, &many);
                prop_assert!(worth(&split, &many) >= worth(&asked, &one));
                prop_assert_eq!(many.routes.iter().map(|route| route.share).sum::<u32>(), SHARES);
                prop_assert!(many.routes.len() <= super::MOST_SPLITS);
                prop_assert_eq!(find(&market, &split).unwrap(), many);
            }
            // a share may fit where the whole does not
            (Err(_), Ok(many)) => assert_holds(&market, &split, &many),
            (Ok(one), Err(error)) => prop_assert!(false, "{one:?} {error}"),
            (Err(_), Err(_)) => {}
        }
    }
}

/// The best of all shares of all sets of up to three paths without a common pool.
fn best_split(market: &Market, asked: &Question) -> Option<I256> {
    let paths = all_paths(market, asked);
    let total = asked.amount.value();
    let part = |share: u32| total * U256::from(share) / U256::from(SHARES);
    let values: Vec<Vec<_>> = paths
        .iter()
        .map(|path| {
            (0..=SHARES).map(|share| kit::value(market, asked, path, part(share))).collect()
        })
        .collect();
    let apart =
        |one: usize, other: usize| !paths[one].iter().any(|pool| paths[other].contains(pool));
    let mut best: Option<I256> = None;
    let mut consider = |parts: &[(usize, u32)]| {
        let sum = parts.iter().try_fold((U256::ZERO, 0), |sum, (path, share)| {
            let (amount, gas) = values[*path][usize::try_from(*share).unwrap()]?;
            Some((sum.0 + amount, sum.1 + gas))
        });
        if let Some((amount, gas)) = sum {
            best = best.max(Some(path::score(kit::aim(asked), amount, asked.gas_price.cost(gas))));
        }
    };
    for a in 0..paths.len() {
        consider(&[(a, SHARES)]);
        for b in (a + 1..paths.len()).filter(|b| apart(a, *b)) {
            for share in 1..SHARES {
                consider(&[(a, share), (b, SHARES - share)]);
            }
            for c in (b + 1..paths.len()).filter(|c| apart(a, *c) && apart(b, *c)) {
                for one in 1..SHARES - 1 {
                    for two in 1..SHARES - one {
                        consider(&[(a, one), (b, two), (c, SHARES - one - two)]);
                    }
                }
            }
        }
    }
    best
}

#[test]
fn three_splits_are_within_a_basis_point_of_all_there_are() {
    let mut compared = 0;
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let market = kit::market(&mut dice, 5, 12);
        // amounts that are a good part of what pools hold
        let value =
            U256::from(1 + dice.below(50)) * U256::from(10).pow(U256::from(17 + dice.below(4)));
        let given = if seed % 2 == 0 { Amount::ExactIn(value) } else { Amount::ExactOut(value) };
        let asked = Question {
            splits: 3,
            hops: 3,
            gas_price: gas_price(&mut dice),
            ..question(0, 3, given)
        };
        let (Ok(plan), Some(best)) = (find(&market, &asked), best_split(&market, &asked)) else {
            continue;
        };
        compared += 1;
        let worth = worth(&asked, &plan);
        // the rest of the shares' rounding may make it better
        let short = best.saturating_sub(worth);
        let point = best.unsigned_abs() / U256::from(10_000);
        assert!(short <= I256::try_from(point).unwrap(), "seed {seed}: {worth} and {best}");
    }
    assert!(compared > 40, "{compared}");
}

#[test]
fn one_leg_is_the_best_pool_of_the_pair() {
    let mut compared = 0;
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let market = kit::market(&mut dice, 4, 16);
        let asked = Question {
            hops: 1,
            gas_price: gas_price(&mut dice),
            ..question(0, 1, amount(&mut dice))
        };
        match (find(&market, &asked), best_of_all(&market, &asked)) {
            (Ok(plan), Some(best)) => {
                assert_holds(&market, &asked, &plan);
                assert_eq!(worth(&asked, &plan), best);
                compared += 1;
            }
            (Err(_), None) => {}
            (plan, best) => panic!("{plan:?} {best:?}"),
        }
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn what_is_not_allowed_is_not_used() {
    let mut dice = Dice(7);
    let market = kit::market(&mut dice, 6, 30);
    let asked = question(0, 1, Amount::ExactIn(U256::from(1_000_000)));
    let plan = find(&market, &asked).unwrap();
    let used: Vec<PoolIx> = plan.routes[0].legs.iter().map(|leg| leg.pool).collect();
    let legs_of = |allowed: Allowed| {
        let asked = Question { allowed, ..asked.clone() };
        find(&market, &asked).map(|plan| plan.routes[0].legs.clone())
    };
    let without_pools = used.iter().copied().collect();
    let legs = legs_of(Allowed { without_pools, ..Allowed::default() }).unwrap();
    assert!(legs.iter().all(|leg| !used.contains(&leg.pool)));
    let protocols = [Protocol::V4].into();
    for leg in legs_of(Allowed { protocols, ..Allowed::default() }).unwrap() {
        assert_eq!(market.pool(leg.pool).unwrap().protocol, Protocol::V4);
    }
    let without_tokens = (2..6).map(TokenIx).collect();
    assert_eq!(legs_of(Allowed { without_tokens, ..Allowed::default() }).unwrap().len(), 1);
    let tokens = Some(BTreeSet::new());
    assert_eq!(legs_of(Allowed { tokens, ..Allowed::default() }).unwrap().len(), 1);
    let pools = Some([used[0]].into());
    let only = legs_of(Allowed { pools, ..Allowed::default() });
    assert_eq!(only.is_ok(), used.len() == 1);
}

#[test]
fn reasons_are_told() {
    let mut dice = Dice(3);
    let mut market = kit::market(&mut dice, 4, 12);
    let given = Amount::ExactIn(U256::ONE);
    assert_eq!(find(&market, &question(1, 1, given)), Err(RouteError::SameToken));
    let nothing = Amount::ExactOut(U256::ZERO);
    assert_eq!(find(&market, &question(1, 2, nothing)), Err(RouteError::ZeroAmount));
    assert_eq!(find(&market, &question(1, 99, given)), Err(RouteError::NotConnected));
    let too_much = question(1, 2, Amount::ExactOut(U256::MAX >> 2));
    assert!(matches!(find(&market, &too_much), Err(RouteError::Refused(_))));
    let (all, why) = (market.len(), super::Unsupported::Incomplete);
    for number in 0..u32::try_from(all).unwrap() {
        let old = market.pool(PoolIx(number)).unwrap();
        let (protocol, tokens) = (old.protocol, old.tokens);
        let venue = super::Venue::new(protocol, tokens, super::Liquidity::Unsupported(why));
        assert!(market.replace(PoolIx(number), venue));
    }
    assert_eq!(find(&market, &question(1, 2, given)), Err(RouteError::NotConnected));
    assert_ne!(Refusal::from(why), Refusal::TooMuch);
}

#[test]
fn without_effort_the_first_way_is_as_good_as_any() {
    let mut dice = Dice(11);
    let market = kit::market(&mut dice, 12, 120);
    let asked = question(5, 9, Amount::ExactIn(U256::from(10).pow(U256::from(19))));
    let best = find(&market, &asked).unwrap();
    let hasty = find(&market, &Question { effort: 40, ..asked.clone() }).unwrap();
    assert!(!hasty.exhausted && best.exhausted);
    // the path that is found is computed once more
    assert!(usize::try_from(hasty.computed).unwrap() <= 40 + 3 * super::MOST_HOPS, "{hasty:?}");
    assert_holds(&market, &asked, &hasty);
    assert!(worth(&asked, &hasty) <= worth(&asked, &best));
}

#[test]
fn a_small_trade_moves_the_price_by_its_fee() {
    let mut dice = Dice(5);
    let market = kit::market(&mut dice, 6, 30);
    let given = U256::from(10_u64.pow(12));
    let plan = find(&market, &question(0, 1, Amount::ExactIn(given))).unwrap();
    let legs = &plan.routes[0].legs;
    let mid: U256 = mid_amount(&market, legs, given).unwrap() >> 40;
    assert!(mid > plan.amount_out && (mid - plan.amount_out) * U256::from(20) < mid);
    assert_eq!(mid_amount(&market, legs, U256::MAX), None);
}
