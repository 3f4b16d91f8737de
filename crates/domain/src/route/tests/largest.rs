//! The largest amount fits, and one more does not.

use super::*;
use crate::route::{Largest, Liquidity, largest};

#[test]
fn of_one_pool_it_is_exact() {
    let (mut checked, mut pairs) = (0, 0);
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let market = kit::market(&mut dice, 4, 10);
        for exact_in in [true, false] {
            for (number, venue) in (0..).zip(market.iter()) {
                let [zero, one] = venue.tokens;
                let (from, to) = if dice.below(2) == 0 { (zero, one) } else { (one, zero) };
                let ask = |amount: U256| Question {
                    token_in: from,
                    token_out: to,
                    hops: 1,
                    amount: if exact_in {
                        Amount::ExactIn(amount)
                    } else {
                        Amount::ExactOut(amount)
                    },
                    allowed: Allowed { pools: Some([PoolIx(number)].into()), ..Allowed::default() },
                    effort: 2_000,
                    ..question(0, 1, Amount::ExactIn(U256::ONE))
                };
                let Some(Largest { amount, pools }) = largest(&market, &ask(U256::MAX >> 1)) else {
                    assert!(find(&market, &ask(U256::from(1_000))).is_err(), "seed {seed}");
                    continue;
                };
                assert_eq!(pools, [PoolIx(number)]);
                assert!(find(&market, &ask(amount)).is_ok(), "seed {seed}: {amount} of {venue:?}");
                let more = find(&market, &ask(amount + U256::ONE));
                assert!(matches!(more, Err(RouteError::Refused(_))), "seed {seed}: {venue:?}");
                checked += 1;
                pairs += u32::from(matches!(venue.liquidity, Liquidity::Reserves { .. }));
            }
        }
    }
    assert!(checked > 800 && pairs > 200, "{checked}, {pairs} of them of pairs");
}

#[test]
fn of_a_pair_it_is_that_of_the_pool_that_takes_most() {
    let mut dice = Dice(8);
    let market = kit::market(&mut dice, 3, 24);
    let asked = Question { hops: 1, ..question(0, 1, Amount::ExactOut(U256::MAX >> 1)) };
    let best = largest(&market, &asked).unwrap();
    let alone = |pool| {
        let allowed = Allowed { pools: Some([pool].into()), ..Allowed::default() };
        largest(&market, &Question { allowed, ..asked.clone() }).map(|largest| largest.amount)
    };
    let all = market.between(TokenIx(0), TokenIx(1)).filter_map(alone);
    assert_eq!(all.max(), Some(best.amount));
}

#[test]
fn of_several_legs_it_is_what_a_path_takes() {
    let (mut found, mut long) = (0, 0);
    for seed in 0..40 {
        let mut dice = Dice(900 + seed);
        let market = kit::market(&mut dice, 8, 30);
        let given = U256::ONE << (190 + seed % 60);
        let given = if seed % 2 == 0 { Amount::ExactIn(given) } else { Amount::ExactOut(given) };
        let asked = Question { hops: 3, effort: 2_000, ..question(0, 6, given) };
        if find(&market, &asked).is_ok() {
            continue;
        }
        let Some(largest) = largest(&market, &asked) else { continue };
        let with = |amount: U256| Question { amount: given.with(amount), ..asked.clone() };
        assert!(find(&market, &with(largest.amount)).is_ok(), "seed {seed}: {largest:?}");
        // of this path one more is too much
        let value = |amount| kit::value(&market, &asked, &largest.pools, amount);
        assert!(value(largest.amount).is_some(), "seed {seed}");
        assert!(value(largest.amount + U256::ONE).is_none(), "seed {seed}");
        found += 1;
        long += u32::from(largest.pools.len() > 1);
    }
    assert!(found > 15 && long > 3, "{found}, {long} of them with several legs");
}
