//! How long single quotes take: `cargo bench -p domain --bench amm`.

#![expect(clippy::unwrap_used, reason = "a bench of states that are none should end")]

use alloy_primitives::U256;
use divan::{Bencher, black_box};
use domain::amm::{
    Amount,
    fee::Fee,
    swap::{Ladder, Pool, quote, swap},
    tick_map::TickMap,
    tick_math::{sqrt_ratio_at_tick, tick_at_sqrt_ratio},
    v2,
};

fn main() {
    divan::main();
}

/// A pool of 60 ticks around its price, and one position over all prices.
fn ticks() -> TickMap {
    let mut map = TickMap::new(10).unwrap();
    map.change(-887_270, 887_270, 1_000_000_000_000_000_000).unwrap();
    for place in 1..30 {
        let liquidity = 3_000_000_000_000_000_000 + i128::from(place);
        map.change(-10 * place, 10 * place, liquidity).unwrap();
    }
    map
}

fn pool(map: &TickMap, fee: Fee) -> Pool<'_> {
    let liquidity = map.liquidity_at(0).unwrap();
    Pool { sqrt_price_x96: U256::ONE << 96, tick: 0, liquidity, fee, ticks: map }
}

const V3: Fee = Fee::V3 { pips: 500, protocol: 0 };

/// Amounts that cross so many ticks.
#[divan::bench(args = [0, 1, 5, 20])]
fn v3_exact_in(bencher: Bencher<'_, '_>, crossed: i32) {
    let map = ticks();
    let pool = pool(&map, V3);
    let end = sqrt_ratio_at_tick(-10 * crossed - 5).unwrap();
    let most = Amount::ExactIn(U256::MAX >> 1);
    let amount = Amount::ExactIn(swap(&pool, true, most, Some(end)).unwrap().amount_in);
    assert_eq!(
        swap(&pool, true, amount, None).unwrap().crossed.len(),
        crossed.unsigned_abs() as usize
    );
    bencher.bench(|| swap(black_box(&pool), true, black_box(amount), None));
}

/// The same as a quote of a pool that was asked before.
#[divan::bench(args = [0, 1, 5, 20])]
fn v3_quote(bencher: Bencher<'_, '_>, crossed: i32) {
    let map = ticks();
    let pool = pool(&map, V3);
    let end = sqrt_ratio_at_tick(-10 * crossed - 5).unwrap();
    let most = Amount::ExactIn(U256::MAX >> 1);
    let amount = Amount::ExactIn(swap(&pool, true, most, Some(end)).unwrap().amount_in);
    let ladder = Ladder::default();
    assert!(quote(&pool, &ladder, true, amount).is_ok());
    bencher.bench(|| quote(black_box(&pool), &ladder, true, black_box(amount)));
}

#[divan::bench]
fn v4_exact_out_over_a_tick(bencher: Bencher<'_, '_>) {
    let map = ticks();
    let pool = pool(&map, Fee::V4 { lp_pips: 500, protocol: 100 << 12 | 100 });
    let end = sqrt_ratio_at_tick(15).unwrap();
    let most = Amount::ExactIn(U256::MAX >> 130);
    let amount = Amount::ExactOut(swap(&pool, false, most, Some(end)).unwrap().amount_out);
    bencher.bench(|| swap(black_box(&pool), false, black_box(amount), None));
}

#[divan::bench]
fn v2_exact_in(bencher: Bencher<'_, '_>) {
    let reserve = U256::from(1_u64 << 60);
    bencher.bench(|| v2::amount_out(black_box(U256::from(12_345_678)), reserve, reserve, 3000));
}

#[divan::bench]
fn price_of_a_tick() -> U256 {
    sqrt_ratio_at_tick(black_box(-123_456)).unwrap()
}

#[divan::bench]
fn tick_of_a_price(bencher: Bencher<'_, '_>) {
    let price = sqrt_ratio_at_tick(-123_456).unwrap();
    bencher.bench(|| tick_at_sqrt_ratio(black_box(price)));
}
