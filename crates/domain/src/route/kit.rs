//! Markets for tests, and what looking at everything finds in them.

use std::sync::Arc;

use alloy_primitives::{I256, U256};

use super::{
    GasPrice, Leg, Liquidity, Market, PoolIx, Question, TokenIx, Venue, gas, graph::Aim,
    path::score,
};
use crate::{
    amm::{
        Amount,
        fee::Fee,
        tick_map::TickMap,
        tick_math::{sqrt_ratio_at_tick, tick_at_sqrt_ratio},
    },
    entity::Protocol,
};

/// Numbers that a seed decides (`SplitMix64`).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    fn signed(&mut self, most: i32) -> i32 {
        i32::try_from(self.below(2 * u64::from(most.unsigned_abs()) + 1)).unwrap() - most
    }
}

/// A random market. Every token has a price, and pools are a little beside it.
pub(super) fn market(dice: &mut Dice, tokens: u32, pools: u32) -> Market {
    let prices: Vec<i32> = (0..tokens).map(|_| dice.signed(20_000)).collect();
    let mut market = Market::default();
    for _ in 0..pools {
        // the first tokens are in more pools than others
        let pick = |dice: &mut Dice| {
            let range =
                if dice.below(3) == 0 { u64::from(tokens).min(4) } else { u64::from(tokens) };
            u32::try_from(dice.below(range)).unwrap()
        };
        let (one, mut other) = (pick(dice), pick(dice));
        if one == other {
            other = (one + 1) % tokens;
        }
        let (low, high) = (one.min(other), one.max(other));
        let price = |token: u32| prices[usize::try_from(token).unwrap()];
        let tick = price(low) - price(high) + dice.signed(150);
        market.add(venue(dice, [TokenIx(low), TokenIx(high)], tick));
    }
    market
}

fn venue(dice: &mut Dice, tokens: [TokenIx; 2], tick: i32) -> Venue {
    let depth =
        10_u128.pow(u32::try_from(17 + dice.below(6)).unwrap()) * u128::from(1 + dice.below(9));
    let fee = [100, 500, 3_000, 10_000][usize::try_from(dice.below(4)).unwrap()];
    let root = sqrt_ratio_at_tick(tick).unwrap();
    let depth_wide = U256::from(depth);
    let q96 = U256::ONE << 96;
    match dice.below(3) {
        0 => {
            // x = L / root, y = L * root
            let reserves = [depth_wide * q96 / root, depth_wide * root / q96];
            Venue::new(Protocol::V2, tokens, Liquidity::Reserves { reserves, fee_pips: 3_000 })
        }
        kind => {
            let spacing = 60;
            let mut ticks = TickMap::new(spacing).unwrap();
            let mut liquidity = 0;
            for _ in 0..=dice.below(5) {
                let width = spacing * i32::try_from(1 + dice.below(100)).unwrap();
                let centre = (tick + dice.signed(3_000)).div_euclid(spacing) * spacing;
                let (lower, upper) = (centre - width, centre + width);
                let part = depth / u128::from(1 + dice.below(4));
                ticks.change(lower, upper, i128::try_from(part).unwrap()).unwrap();
                if (lower..upper).contains(&tick) {
                    liquidity += part;
                }
            }
            let (protocol, fee) = if kind == 1 {
                (Protocol::V3, Fee::V3 { pips: fee, protocol: 0 })
            } else {
                (Protocol::V4, Fee::V4 { lp_pips: fee, protocol: 0 })
            };
            let liquidity = Liquidity::Concentrated {
                sqrt_price_x96: root,
                tick: tick_at_sqrt_ratio(root).unwrap(),
                liquidity,
                fee,
                ticks: Arc::new(ticks),
            };
            Venue::new(protocol, tokens, liquidity)
        }
    }
}

pub(super) fn question(token_in: u32, token_out: u32, amount: Amount) -> Question {
    Question {
        token_in: TokenIx(token_in),
        token_out: TokenIx(token_out),
        amount,
        hops: super::MOST_HOPS,
        splits: 1,
        gas_price: GasPrice::FREE,
        allowed: super::Allowed::default(),
        effort: u32::MAX,
    }
}

pub(super) fn aim(question: &Question) -> Aim {
    if matches!(question.amount, Amount::ExactIn(_)) { Aim::Most } else { Aim::Least }
}

/// All paths that visit no token twice, in the order of the trade.
pub(super) fn all_paths(market: &Market, question: &Question) -> Vec<Vec<PoolIx>> {
    let mut found = Vec::new();
    let mut open = vec![(vec![question.token_in], Vec::new())];
    while let Some((tokens, pools)) = open.pop() {
        let here = *tokens.last().unwrap();
        if here == question.token_out {
            found.push(pools);
            continue;
        }
        if pools.len() == question.hops {
            continue;
        }
        for (number, venue) in (0..).zip(market.iter()) {
            let [zero, one] = venue.tokens;
            let next = match here {
                _ if here == zero => one,
                _ if here == one => zero,
                _ => continue,
            };
            if !tokens.contains(&next) {
                let mut tokens = tokens.clone();
                tokens.push(next);
                let mut pools: Vec<_> = pools.clone();
                pools.push(PoolIx(number));
                open.push((tokens, pools));
            }
        }
    }
    found
}

/// What a path gives or costs for an amount, and its gas.
pub(super) fn value(
    market: &Market,
    question: &Question,
    path: &[PoolIx],
    amount: U256,
) -> Option<(U256, u64)> {
    let aim = aim(question);
    let mut here = if aim == Aim::Most { question.token_in } else { question.token_out };
    let mut sum = (amount, gas::PER_ROUTE);
    let pools: Vec<_> = match aim {
        Aim::Most => path.to_vec(),
        Aim::Least => path.iter().rev().copied().collect(),
    };
    for pool in pools {
        let venue = market.pool(pool)?;
        let from_zero = venue.tokens[0] == here;
        let (zero_for_one, given) = match aim {
            Aim::Most => (from_zero, Amount::ExactIn(sum.0)),
            Aim::Least => (!from_zero, Amount::ExactOut(sum.0)),
        };
        let answer = venue.answer_within(zero_for_one, given, u32::MAX).ok()?;
        let amount = if aim == Aim::Most { answer.amount_out } else { answer.amount_in };
        if amount.is_zero() {
            return None;
        }
        sum = (amount, sum.1 + venue.gas(&answer));
        here = venue.tokens[usize::from(from_zero)];
    }
    Some(sum)
}

/// The best of all single paths.
pub(super) fn best_of_all(market: &Market, question: &Question) -> Option<I256> {
    let paths = all_paths(market, question);
    let values =
        paths.iter().filter_map(|path| value(market, question, path, question.amount.value()));
    values.map(|(amount, gas)| score(aim(question), amount, question.gas_price.cost(gas))).max()
}

/// The worth of a plan by the same measure.
pub(super) fn worth(question: &Question, plan: &super::Plan) -> I256 {
    let aim = aim(question);
    let amount = if aim == Aim::Most { plan.amount_out } else { plan.amount_in };
    score(aim, amount, question.gas_price.cost(plan.gas - gas::PER_TRANSACTION))
}

/// Asserts that the legs are what the pools answer, each of the one before.
pub(super) fn assert_holds(market: &Market, question: &Question, plan: &super::Plan) {
    let mut pools = std::collections::BTreeSet::new();
    let (mut paid, mut got) = (U256::ZERO, U256::ZERO);
    for route in &plan.routes {
        let (first, last) = (route.legs.first().unwrap(), route.legs.last().unwrap());
        assert_eq!((first.token_in, last.token_out), (question.token_in, question.token_out));
        assert_eq!((first.amount_in, last.amount_out), (route.amount_in, route.amount_out));
        for pair in route.legs.windows(2) {
            let [one, next]: &[Leg; 2] = pair.try_into().unwrap();
            assert_eq!((one.token_out, one.amount_out), (next.token_in, next.amount_in));
        }
        for leg in &route.legs {
            assert!(pools.insert(leg.pool), "{leg:?} is used twice");
            let venue = market.pool(leg.pool).unwrap();
            let given = match question.amount {
                Amount::ExactIn(_) => Amount::ExactIn(leg.amount_in),
                Amount::ExactOut(_) => Amount::ExactOut(leg.amount_out),
            };
            let answer =
                venue.answer_within(venue.tokens[0] == leg.token_in, given, u32::MAX).unwrap();
            assert_eq!((answer.amount_in, answer.amount_out), (leg.amount_in, leg.amount_out));
        }
        paid += route.amount_in;
        got += route.amount_out;
    }
    assert_eq!((paid, got), (plan.amount_in, plan.amount_out));
    match question.amount {
        Amount::ExactIn(amount) => assert_eq!(plan.amount_in, amount),
        Amount::ExactOut(amount) => assert_eq!(plan.amount_out, amount),
    }
}
