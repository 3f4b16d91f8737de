//! Order books out of curves.

use std::sync::Arc;

use domain::{
    amm::{
        fee::Fee,
        tick_map::{TickLiquidity, TickMap},
    },
    route::{TokenIx, Unsupported},
};

use super::*;
use crate::feeds::pairs::tests::pair;

const TOKENS: [TokenIx; 2] = [TokenIx(0), TokenIx(1)];

/// 1,000 ONE (18 digits) and 4,000 TWO (6 digits).
fn reserves() -> Venue {
    let ten = |power: usize| U256::from(10).pow(U256::from(power));
    let reserves = [ten(21), U256::from(4_000) * ten(6)];
    Venue::new(Protocol::V2, TOKENS, Liquidity::Reserves { reserves, fee_pips: 3_000 })
}

fn concentrated(ranges: &[(i32, i32, u128)]) -> Venue {
    let ticks = ranges.iter().flat_map(|(lower, upper, liquidity)| {
        let net = i128::try_from(*liquidity).unwrap();
        [(*lower, net), (*upper, -net)].map(|(index, net)| TickLiquidity {
            index,
            gross: *liquidity,
            net,
        })
    });
    let in_range = ranges.iter().filter(|(lower, upper, _)| (*lower..*upper).contains(&0));
    let liquidity = in_range.map(|(_, _, liquidity)| liquidity).sum();
    let liquidity = Liquidity::Concentrated {
        sqrt_price_x96: U256::ONE << 96,
        tick: 0,
        liquidity,
        fee: Fee::V3 { pips: 3_000, protocol: 0 },
        ticks: Arc::new(TickMap::from_ticks(60, ticks).unwrap()),
    };
    Venue::new(Protocol::V3, TOKENS, liquidity)
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn assert_sound(depth: &Depth) {
    for (side, better) in [(&depth.bids, false), (&depth.asks, true)] {
        for pair in side.windows(2) {
            let ascends = pair[0].0 <= pair[1].0;
            let descends = pair[0].0 >= pair[1].0;
            assert!(if better { ascends } else { descends }, "{side:?}");
        }
        for (price, amount) in side {
            assert!(!price.is_zero() && decimal(amount) > Decimal::ZERO, "{price} {amount}");
        }
    }
    if let (Some(bid), Some(ask)) = (depth.bids.first(), depth.asks.first()) {
        assert!(bid.0 < ask.0, "{bid:?} {ask:?}");
    }
}

fn sum(side: &[Level]) -> (Decimal, Decimal) {
    side.iter().fold((Decimal::ZERO, Decimal::ZERO), |(base, quote), (price, amount)| {
        (base + decimal(amount), quote + *price * decimal(amount))
    })
}

#[test]
fn the_levels_of_a_pair_cost_what_its_contract_takes() {
    let pair = pair("4", false);
    let depth = Depth::new(&pair, &reserves(), 50).unwrap();
    assert_sound(&depth);
    assert_eq!((depth.bids.len(), depth.asks.len()), (50, 50));
    let units = |amount: &str| {
        let scaled = decimal(amount).scaled(18).to_string();
        U256::from_str_radix(&scaled, 10).unwrap()
    };
    let Liquidity::Reserves { reserves: [one, two], fee_pips } = reserves().liquidity else {
        panic!("a pair")
    };
    let near = |found: Decimal, units: U256| {
        let wanted = Decimal::from_units(units, 6);
        assert!((found - wanted).abs() <= decimal("0.000001"), "{found} {wanted}");
    };
    for levels in [1, 7, 50] {
        let (base, quote) = sum(&depth.asks[..levels]);
        near(quote, v2::amount_in(units(&base.to_string()), two, one, fee_pips).unwrap());
        let (base, quote) = sum(&depth.bids[..levels]);
        near(quote, v2::amount_out(units(&base.to_string()), one, two, fee_pips).unwrap());
    }
    // about a tenth away
    assert!(depth.asks[49].0 > decimal("4.35") && depth.asks[49].0 < decimal("4.5"));
    assert!(depth.bids[49].0 < decimal("3.65") && depth.bids[49].0 > decimal("3.5"));
}

#[test]
fn the_levels_of_ranges_cost_what_whole_swaps_do() {
    // a tick after every step: each level ends among other ranges
    let ranges: Vec<_> = (1_i32..=15)
        .map(|n| (-60 * n, 60 * n, (1_u128 << 78) * u128::from(n.unsigned_abs())))
        .collect();
    let venue = concentrated(&ranges);
    let (pool, _) = venue.concentrated().unwrap();
    for inverted in [false, true] {
        let pair = pair("1", inverted);
        let depth = Depth::new(&pair, &venue, 40).unwrap();
        assert_sound(&depth);
        assert_eq!((depth.bids.len(), depth.asks.len()), (40, 40));
        for levels in [1, 9, 40] {
            for (side, is_ask) in [(&depth.bids, false), (&depth.asks, true)] {
                let (base, quote) = sum(&side[..levels]);
                let base = base.scaled(i32::from(pair.base.decimals)).to_string();
                let base = U256::from_str_radix(&base, 10).unwrap();
                let amount = if is_ask { Amount::ExactOut(base) } else { Amount::ExactIn(base) };
                let swapped = swap::swap(&pool, is_ask == inverted, amount, None).unwrap();
                let paid = if is_ask { swapped.amount_in } else { swapped.amount_out };
                let paid = Decimal::from_units(paid, pair.quote.decimals);
                // prices are cut after some digits
                assert!((quote - paid).abs() <= paid.scaled(-18), "{quote} {paid}");
            }
        }
    }
}

#[test]
fn the_other_way_round_sides_change_places() {
    let depth = Depth::new(&pair("4", true), &reserves(), 10).unwrap();
    assert_sound(&depth);
    assert!(depth.bids[0].0 < decimal("0.25") && depth.asks[0].0 > decimal("0.25"));
    assert!(decimal(&depth.asks[0].1) > Decimal::from(10), "{:?}", depth.asks[0]);
}

#[test]
fn ranges_end_where_their_liquidity_does() {
    let wide = concentrated(&[(-6_000, 6_000, 1 << 80)]);
    let plain = Depth::new(&pair("1", false), &wide, 20).unwrap();
    assert_sound(&plain);
    assert_eq!((plain.bids.len(), plain.asks.len()), (20, 20));
    let narrow = concentrated(&[(-60, 60, 1 << 80)]);
    let depth = Depth::new(&pair("1", false), &narrow, 20).unwrap();
    assert_sound(&depth);
    assert!(sum(&depth.asks).0 < sum(&plain.asks).0 * decimal("0.1"));
    // a gap, and liquidity on one side of the price alone
    let above = concentrated(&[(240, 600, 1 << 80)]);
    let depth = Depth::new(&pair("1", false), &above, 20).unwrap();
    assert_sound(&depth);
    assert!(depth.bids.is_empty() && !depth.asks.is_empty(), "{depth:?}");
}

#[test]
fn what_cannot_be_computed_is_not_made_up() {
    let venue = Venue::new(Protocol::V4, TOKENS, Liquidity::Unsupported(Unsupported::Empty));
    let problem = Depth::new(&pair("1", false), &venue, 20).unwrap_err();
    assert_eq!((problem.status().as_u16(), problem.code()), (404, "ORDERBOOK_UNKNOWN"));
}

#[test]
fn a_pool_of_dust_has_no_levels_of_nothing() {
    let reserves = [U256::from(30), U256::from(7)];
    let venue = Venue::new(Protocol::V2, TOKENS, Liquidity::Reserves { reserves, fee_pips: 3_000 });
    let depth = Depth::new(&pair("1", false), &venue, 100).unwrap();
    assert_sound(&depth);
    assert!(depth.asks.len() <= 1, "{depth:?}");
}
