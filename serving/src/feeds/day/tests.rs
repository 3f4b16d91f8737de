//! The window, put together and told.

use super::*;
use crate::feeds::pairs::tests::{pair, swap};

fn candle(start: u64, price: i64, volume: u64, swaps: u64) -> Candle {
    let volume = U256::from(volume);
    Candle {
        volume0: volume,
        volume1: volume * U256::from(2),
        swap_count: swaps,
        ..Candle::at(start, Decimal::from(price))
    }
}

#[test]
fn the_window_is_as_long_as_a_day() {
    let now = 1_700_000_000;
    assert_eq!(begin(now), now - LENGTH + 1);
    assert_eq!(begin(5), 0);
}

#[test]
fn of_the_minute_that_is_cut_only_the_rest_counts() {
    let minutes = || [candle(60, 3, 100, 4), candle(120, 5, 10, 1)].into_iter();
    // before the 90th second 30 and 20 moved
    let early = [swap(1, 30, -60), swap(2, -20, 40)];
    let found = window(minutes(), &early.each_ref(), 90);
    assert_eq!(found[0].volume0, U256::from(50));
    assert_eq!(found[0].volume1, U256::from(100));
    assert_eq!((found[0].swap_count, found.len()), (2, 2));
    assert_eq!(found[1], candle(120, 5, 10, 1));
    // nothing is left of it
    let all = [swap(1, 30, -60), swap(2, 30, -60), swap(3, 20, -40), swap(4, 20, -40)];
    let found = window(minutes(), &all.each_ref(), 90);
    assert_eq!(found, [candle(120, 5, 10, 1)]);
    // it begins with the minute
    let found = window(minutes(), &[], 60);
    assert_eq!(found.len(), 2);
}

#[test]
fn a_day_without_trades_stands_still() {
    let pair = pair("8", false);
    let day = Day::new(&pair, None).unwrap();
    let eight = Decimal::from(8);
    assert_eq!([day.last, day.open, day.high, day.low], [eight; 4]);
    assert_eq!((day.base_volume, day.change_percent()), (U256::ZERO, Decimal::ZERO));
    let mut unpriced = crate::feeds::pairs::tests::pair("0", false);
    let none = U256::ZERO;
    unpriced.pool.state = domain::entity::PoolState::Reserves { reserve0: none, reserve1: none };
    assert_eq!(Day::new(&unpriced, None), None);
}

#[test]
fn the_other_way_round_high_and_low_change_places() {
    let candle = Candle { high: Decimal::from(10), low: Decimal::from(4), ..candle(0, 8, 100, 3) };
    let traded = Traded { candle, before: Some(Decimal::from(5)) };
    let plain = Day::new(&pair("8", false), Some(&traded)).unwrap();
    assert_eq!([plain.open, plain.high, plain.low].map(|p| p.to_string()), ["5", "10", "4"]);
    assert_eq!((plain.base_volume, plain.quote_volume), (U256::from(100), U256::from(200)));
    assert_eq!(plain.change_percent().to_string(), "60");
    let turned = Day::new(&pair("8", true), Some(&traded)).unwrap();
    assert_eq!(
        [turned.open, turned.high, turned.low].map(|p| p.to_string()),
        ["0.2", "0.25", "0.1"]
    );
    assert_eq!((turned.base_volume, turned.quote_volume), (U256::from(200), U256::from(100)));
    assert_eq!(turned.change_percent().to_string(), "-37.5");
    // without a price before, the first one of the window
    let first = Traded { before: None, ..traded };
    assert_eq!(Day::new(&pair("8", false), Some(&first)).unwrap().open.to_string(), "8");
}

#[test]
fn the_first_unit_costs_its_fee() {
    let of = |pair: Pair| Day::new(&pair, None).unwrap().marginal;
    let [bid, ask] = of(pair("1", false)).unwrap();
    assert_eq!(bid.to_string(), "0.997");
    assert!(ask.to_string().starts_with("1.003009"), "{ask}");
    let mut hooked = pair("1", false);
    hooked.pool.fee_pips = 0x80_0000;
    assert_eq!(of(hooked), None);
    let mut empty = pair("1", false);
    let root = U256::ONE << 96;
    empty.pool.state =
        domain::entity::PoolState::Concentrated { sqrt_price_x96: root, tick: 0, liquidity: 0 };
    assert_eq!(of(empty), None);
}

#[test]
fn the_price_before_the_window_is_the_last_one_there_was() {
    let pair = pair("8", false);
    let before = |past: &[Candle], cut: Option<&Candle>, early: &[Swap]| {
        let early: Vec<&Swap> = early.iter().collect();
        before::in_minutes(&pair, past, cut, &early).map(|price| price.to_string())
    };
    let some = |text: &str| Some(text.to_owned());
    let past = [candle(0, 3, 1, 1), candle(60, 4, 1, 1), candle(120, 0, 1, 1)];
    let cut = Candle { open: Decimal::from(5), ..candle(180, 6, 10, 2) };
    assert_eq!(before(&[], None, &[]), None);
    assert_eq!(before(&past, None, &[]), some("4"), "a candle without a price is passed over");
    // nothing of the minute that is cut lies before the window
    assert_eq!(before(&past, Some(&cut), &[]), some("4"));
    let mut early = [swap(1, 30, -60), swap(2, -20, 40)];
    early.iter_mut().for_each(|swap| swap.sqrt_price_x96 = None);
    assert_eq!(before(&past, Some(&cut), &early), some("5"));
    early[0].sqrt_price_x96 = Some(U256::ONE << 97);
    let told = before(&past, Some(&cut), &early).unwrap();
    assert!(told.starts_with("4000000000000"), "a swap tells it: {told}");
    early[1].sqrt_price_x96 = Some(U256::ONE << 96);
    let told = before(&past, Some(&cut), &early).unwrap();
    assert!(told.starts_with("1000000000000"), "the last one does: {told}");
}
