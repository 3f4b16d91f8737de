//! Markets of two hundred pools: the best single path is that of all there are.

use super::*;

/// As [`kit::best_of_all`], but what a prefix of a path gives is computed once.
fn best_by_walking(market: &Market, asked: &Question) -> Option<I256> {
    fn walk(
        (market, asked): (&Market, &Question),
        (tokens, gas): (&mut Vec<TokenIx>, u64),
        amount: U256,
        best: &mut Option<I256>,
    ) {
        let exact_in = asked.amount.is_exact_in();
        let goal = if exact_in { asked.token_out } else { asked.token_in };
        let here = *tokens.last().unwrap();
        if here == goal {
            let worth = path::score(kit::aim(asked), amount, asked.gas_price.cost(gas));
            *best = (*best).max(Some(worth));
            return;
        }
        if tokens.len() > asked.hops || amount.is_zero() {
            return;
        }
        for link in market.links(here) {
            if tokens.contains(&link.other) {
                continue;
            }
            // the last step leads nowhere else
            if tokens.len() == asked.hops && link.other != goal {
                continue;
            }
            let venue = market.pool(link.pool).unwrap();
            let zero_for_one = (venue.tokens[0] == here) == exact_in;
            let given = asked.amount.with(amount);
            let Ok(answer) = venue.answer_within(zero_for_one, given, u32::MAX) else { continue };
            let next = if exact_in { answer.amount_out } else { answer.amount_in };
            if next.is_zero() {
                continue;
            }
            tokens.push(link.other);
            let gas = gas + venue.gas(&answer);
            walk((market, asked), (tokens, gas), next, best);
            tokens.pop();
        }
    }
    let start = if asked.amount.is_exact_in() { asked.token_in } else { asked.token_out };
    let (mut tokens, mut best) = (vec![start], None);
    let begun = (&mut tokens, super::super::gas::PER_ROUTE);
    walk((market, asked), begun, asked.amount.value(), &mut best);
    best
}

#[test]
fn the_best_single_path_of_two_hundred_pools_is_that_of_all() {
    let (mut compared, mut of_several, mut with_gas) = (0, 0, 0);
    for seed in 0..40 {
        let mut dice = Dice(40_000 + seed);
        let market = kit::market(&mut dice, 24, 200);
        for round in 0..3 {
            let hops = if round == 0 { 4 } else { 3 };
            let free = seed % 2 == 0;
            let gas_price = if free { GasPrice::FREE } else { gas_price(&mut dice) };
            let (from, to) = (u32::try_from(seed % 24).unwrap(), (5 * round + 7) % 24);
            if from == to {
                continue;
            }
            let asked = Question { hops, gas_price, ..question(from, to, amount(&mut dice)) };
            match (find(&market, &asked), best_by_walking(&market, &asked)) {
                (Ok(plan), Some(best)) => {
                    assert_holds(&market, &asked, &plan);
                    assert_eq!(worth(&asked, &plan), best, "seed {seed}, round {round}");
                    assert!(plan.exhausted);
                    compared += 1;
                    of_several += u32::from(plan.routes[0].legs.len() > 1);
                    with_gas += u32::from(gas_price.per > U256::ZERO);
                }
                (Err(_), None) => {}
                (plan, best) => panic!("seed {seed}, round {round}: {plan:?} {best:?}"),
            }
        }
    }
    assert!(
        compared > 80 && of_several > 40 && with_gas > 20,
        "{compared} {of_several} {with_gas}"
    );
}

#[test]
fn walking_is_looking_at_everything() {
    for seed in 0..30 {
        let mut dice = Dice(seed);
        let market = kit::market(&mut dice, 7, 24);
        let asked =
            Question { gas_price: gas_price(&mut dice), ..question(1, 4, amount(&mut dice)) };
        assert_eq!(best_by_walking(&market, &asked), best_of_all(&market, &asked), "seed {seed}");
    }
}
