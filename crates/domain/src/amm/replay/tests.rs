//! Tests: what is read from the event is what the contract's loop did, whatever the swap was asked for.

use alloy_primitives::{I256, U256};
use proptest::prelude::*;

use super::{Crossed, Replayed, Standing, Told, replay};
use crate::amm::{
    Amount, PIPS, Q128,
    fee::Fee,
    full_math::mul_div,
    swap_step::swap_step,
    tick_map::{Stop, TickMap},
    tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO, sqrt_ratio_at_tick, tick_at_sqrt_ratio},
};

/// What a swap is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) zero_for_one: bool,
    pub(crate) amount: Amount,
    pub(crate) limit: U256,
}

/// The contract's loop as it is written, with what it keeps of fees. The standing after it, the deltas, and the rest.
pub(crate) fn contract(
    map: &TickMap,
    before: Standing,
    fee: Fee,
    asked: &Asked,
) -> Option<(Standing, [I256; 2], Replayed)> {
    let Asked { zero_for_one, amount, limit } = *asked;
    let fee = fee.directed(zero_for_one).ok()?;
    let (mut now, mut left, mut paid, mut got) = (before, amount.value(), U256::ZERO, U256::ZERO);
    let exact = matches!(amount, Amount::ExactIn(_));
    let mut done = Replayed {
        zero_for_one,
        growth_x128: U256::ZERO,
        protocol: U256::ZERO,
        crossed: Vec::new(),
    };
    while !left.is_zero() && now.sqrt_price_x96 != limit {
        let stop = map.next_within_word(now.tick, map.count_to(now.tick), zero_for_one);
        let stop_price = sqrt_ratio_at_tick(stop.index).unwrap();
        let target = if zero_for_one { stop_price.max(limit) } else { stop_price.min(limit) };
        let remaining = if exact { Amount::ExactIn(left) } else { Amount::ExactOut(left) };
        let start = now.sqrt_price_x96;
        let step =
            swap_step(fee.version, start, target, now.liquidity, remaining, fee.pips).ok()?;
        let whole = step.amount_in + step.fee;
        left -= if exact { whole } else { step.amount_out };
        (paid, got) = (paid + whole, got + step.amount_out);
        if now.liquidity > 0 {
            let protocol = fee.protocol_part(step.amount_in, step.fee).unwrap();
            done.protocol += protocol;
            let lp = step.fee - protocol;
            done.growth_x128 =
                done.growth_x128.wrapping_add(mul_div(lp, Q128, U256::from(now.liquidity)).ok()?);
        }
        now.sqrt_price_x96 = step.sqrt_price_x96;
        if step.sqrt_price_x96 == stop_price {
            if let Some(net) = stop.net {
                done.crossed.push(Crossed { index: stop.index, growth_x128: done.growth_x128 });
                let net = if zero_for_one { -net } else { net };
                now.liquidity = now.liquidity.checked_add_signed(net).unwrap();
            }
            now.tick = stop.index - i32::from(zero_for_one);
        } else if step.sqrt_price_x96 != start {
            now.tick = tick_at_sqrt_ratio(step.sqrt_price_x96).unwrap();
        }
    }
    let (paid, got) = (I256::from_raw(paid), -I256::from_raw(got));
    Some((now, if zero_for_one { [paid, got] } else { [got, paid] }, done))
}

fn stops(map: &TickMap) -> impl FnMut(i32, bool) -> Result<Stop, ()> {
    |tick, zero_for_one| Ok(map.next_within_word(tick, map.count_to(tick), zero_for_one))
}

/// A swap to be asked for, before the pool's price is known: where the limit lies, and in which unit.
#[derive(Debug, Clone, Copy)]
struct Wish {
    zero_for_one: bool,
    exact_in: bool,
    value: u128,
    /// Usable ticks to the limit; none for no limit.
    reach: Option<i32>,
}

#[derive(Debug)]
struct Case {
    map: TickMap,
    tick: i32,
    fee: (Fee, Fee),
    wishes: Vec<Wish>,
}

fn wish() -> impl Strategy<Value = Wish> {
    let value = (1_u128..1 << 90, 0_u32..90).prop_map(|(value, shift)| (value >> shift).max(1));
    (any::<bool>(), any::<bool>(), value, prop::option::of(1_i32..1500)).prop_map(
        |(zero_for_one, exact_in, value, reach)| Wish { zero_for_one, exact_in, value, reach },
    )
}

/// Fees up to all of it; V4's as it is set and, once its direction is known, as an event tells it.
fn fee() -> impl Strategy<Value = (Fee, Fee)> {
    let same = |fee| (fee, fee);
    prop_oneof![
        (0..100_000_u32, 0..=u8::MAX)
            .prop_map(move |(pips, protocol)| same(Fee::V3 { pips, protocol })),
        (0..100_000_u32, any::<u32>()).prop_map(move |(pips, protocol)| same(Fee::PancakeV3 {
            pips,
            protocol: protocol & 0x0fff_0fff
        })),
        (prop_oneof![0..100_000_u32, 0..=PIPS], 0..1_u32 << 24).prop_map(|(lp_pips, protocol)| {
            (Fee::V4 { lp_pips, protocol }, Fee::V4Paid { pips: 0, protocol })
        }),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let range = (-700_i32..700, 1_i32..400, 1_u64..u64::MAX, 0_u32..60);
    let ranges = prop::collection::vec(range, 0..10);
    let spacing = prop_oneof![Just(1), Just(10), Just(60), Just(200)];
    (spacing, ranges, -900_i32..900, fee(), prop::collection::vec(wish(), 1..12)).prop_map(
        |(spacing, ranges, tick, fee, wishes)| {
            let mut map = TickMap::new(spacing).unwrap();
            for (lower, width, liquidity, shift) in ranges {
                let liquidity = (liquidity >> shift).max(1);
                map.change(lower * spacing, (lower + width) * spacing, liquidity.into()).unwrap();
            }
            Case { map, tick: tick * spacing, fee, wishes }
        },
    )
}

fn limit(wish: &Wish, now: Standing, spacing: i32) -> Option<U256> {
    let zero_for_one = wish.zero_for_one;
    let limit = match wish.reach {
        None if zero_for_one => MIN_SQRT_RATIO + U256::ONE,
        None => MAX_SQRT_RATIO - U256::ONE,
        Some(reach) => {
            let away = reach * spacing;
            let nearest = now.tick.div_euclid(spacing) * spacing;
            sqrt_ratio_at_tick(if zero_for_one { nearest - away } else { nearest + away }).ok()?
        }
    };
    let ahead = if zero_for_one { limit < now.sqrt_price_x96 } else { limit > now.sqrt_price_x96 };
    (ahead && limit > MIN_SQRT_RATIO && limit < MAX_SQRT_RATIO).then_some(limit)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn events_tell_all_that_the_contract_did(case in case()) {
        let spacing = case.map.spacing();
        let mut now = Standing {
            sqrt_price_x96: sqrt_ratio_at_tick(case.tick).unwrap(),
            tick: case.tick,
            liquidity: case.map.liquidity_at(case.tick).unwrap(),
        };
        for wish in &case.wishes {
            let Some(limit) = limit(wish, now, spacing) else { continue };
            let (zero_for_one, value) = (wish.zero_for_one, U256::from(wish.value));
            let amount = if wish.exact_in { Amount::ExactIn(value) } else { Amount::ExactOut(value) };
            let rule = case.fee.0.directed(zero_for_one).unwrap();
            let asked = Asked { zero_for_one, amount, limit };
            let Some((after, deltas, wanted)) = contract(&case.map, now, case.fee.0, &asked) else { continue };
            let fee = match case.fee.1 {
                Fee::V4Paid { protocol, .. } => Fee::V4Paid { pips: rule.pips, protocol },
                fee => fee,
            };
            let told = Told { before: now, after, deltas, fee, spacing };
            let found = replay(&told, stops(&case.map)).unwrap();
            prop_assert_eq!(found, Some(wanted), "{:?}", (told, asked));
            now = after;
        }
    }
}

const RULE: Fee = Fee::V3 { pips: 3_000, protocol: 0 };

fn told() -> (TickMap, Told, Replayed) {
    let mut map = TickMap::new(60).unwrap();
    map.change(-887_220, 887_220, 1_000_000_000).unwrap();
    map.change(-60, 60, 5_000_000_000).unwrap();
    let before = Standing { sqrt_price_x96: U256::ONE << 96, tick: 0, liquidity: 6_000_000_000 };
    let amount = Amount::ExactIn(U256::from(100_000_000));
    let asked = Asked { zero_for_one: true, amount, limit: MIN_SQRT_RATIO + U256::ONE };
    let (after, deltas, wanted) = contract(&map, before, RULE, &asked).unwrap();
    (map, Told { before, after, deltas, fee: RULE, spacing: 60 }, wanted)
}

#[test]
fn a_crossing_is_told_with_the_growth_up_to_it() {
    let (map, told, wanted) = told();
    assert_eq!(wanted.crossed.len(), 1);
    assert!(wanted.crossed[0].growth_x128 < wanted.growth_x128);
    assert_eq!(replay(&told, stops(&map)), Ok(Some(wanted)));
}

#[test]
fn what_contradicts_itself_is_not_replayed() {
    let (map, told, _) = told();
    let one = I256::ONE;
    let dearer = Fee::V3 { pips: 10_000, protocol: 0 };
    let wrong = [
        Told { after: Standing { liquidity: 6_000_000_000, ..told.after }, ..told },
        Told { after: Standing { sqrt_price_x96: U256::MAX, ..told.after }, ..told },
        Told { after: Standing { tick: 0, ..told.after }, ..told },
        Told { before: Standing { liquidity: 0, ..told.before }, ..told },
        Told { deltas: [one, told.deltas[1]], ..told },
        Told { deltas: [told.deltas[0], one], ..told },
        Told { fee: dearer, ..told },
        Told { spacing: 0, ..told },
        Told { after: Standing { tick: i32::MIN, ..told.after }, ..told },
    ];
    for told in wrong {
        assert_eq!(replay(&told, stops(&map)), Ok(None), "{told:?}");
    }
    // ticks that are not known are the asker's matter
    assert_eq!(replay(&told, |_, _| Err("which?")), Err("which?"));
}
