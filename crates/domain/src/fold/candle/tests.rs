//! Candles of a block of V3 and V4 events.

use alloy_primitives::{Address, U256};

use crate::{
    candle::{Candle, CandleStep, Subject},
    decimal::Decimal,
    fold::{BlockChanges, kit::*},
    ids::PoolId,
    pricing::token_prices,
};

/// The block's candle of a subject, if there is one.
fn candle(changes: &BlockChanges, subject: Subject) -> Option<Candle> {
    let mut found = changes.rows.candles.iter().filter(|step| step.subject == subject);
    let candle = found.next().map(|step| step.candle.clone());
    assert!(found.next().is_none(), "one per subject");
    candle
}

fn of_pool(changes: &BlockChanges, pool: PoolId) -> Option<Candle> {
    candle(changes, Subject::Pool(pool))
}

fn of_token(changes: &BlockChanges, factory: Address, token: Address) -> Option<Candle> {
    candle(changes, Subject::Token { factory, token })
}

fn prices(candle: &Candle) -> [Decimal; 4] {
    [candle.open, candle.high, candle.low, candle.close]
}

#[test]
fn a_pool_opens_at_its_first_price_and_its_swaps_are_one_step() {
    let mut chain = Chain::new();
    let pool = v3_pool(STABLE);
    let price = sqrt_of_four_to_the;
    let begun = vec![create(pool, WETH, DAI, 3_000), initialize(pool, price(5), 69_318)];
    let begun = chain.ok(MIDNIGHT, begun);
    assert_eq!(of_pool(&begun, pool), Some(Candle::at(MIDNIGHT, dec("1024"))));
    assert_eq!(begun.rows.candles.len(), 1, "no token has a price in USD yet");

    let sold = |eth: i64, dai: i64, power, liquidity| {
        swap(pool, [signed(eth, 18), signed(dai, 18)], price(power), liquidity, 0)
    };
    let traded = chain.ok(MIDNIGHT + 12, vec![sold(-1, 1_024, 6, 7), sold(3, -4_096, 5, 8)]);
    let subjects: Vec<Subject> = traded.rows.candles.iter().map(|step| step.subject).collect();
    assert!(subjects.is_sorted());
    let found = of_pool(&traded, pool).unwrap();
    let [high, low] = ["4096", "1024"].map(dec);
    assert_eq!(prices(&found), [high, high, low, low]);
    // the first swap finds nothing priced; the second one finds WETH at 4,096 USD and DAI at 1: half of 3 x 4,096 + 4,096
    let expected = Candle {
        start: MIDNIGHT + 12,
        volume0: units(4, 18),
        volume1: units(5_120, 18),
        volume_usd: dec("8192"),
        fees_usd: dec("24.576"),
        // 2 WETH at 1,024 USD, less 3,072 DAI that were never put in
        tvl_usd: dec("-1024"),
        liquidity: 8,
        swap_count: 2,
        ..Candle::at(0, low)
    };
    assert_eq!(found, Candle { open: high, high, ..expected });
    let weth = of_token(&traded, FACTORY, WETH).unwrap();
    assert_eq!(prices(&weth), [high, high, low, low]);
    assert_eq!((weth.volume0, weth.volume1, weth.swap_count), (units(4, 18), U256::ZERO, 2));
    assert_eq!((weth.volume_usd, weth.tvl_usd), (dec("8192"), dec("2048")));
    let dai = of_token(&traded, FACTORY, DAI).unwrap();
    assert_eq!((prices(&dai), dai.volume0), ([Decimal::ONE; 4], units(5_120, 18)));

    let nothing = chain.ok(MIDNIGHT + 24, vec![mint(pool, (-60, 60), 5, [units(1, 18); 2])]);
    assert_eq!(nothing.rows.candles, Vec::<CandleStep>::new());
}

#[test]
fn a_v4_swap_is_told_at_the_price_after_it_and_in_the_pools_amounts() {
    let mut chain = Chain::new();
    let pool = v4_pool(9);
    let [first, second] = [1, 2].map(sqrt_of_four_to_the);
    let begun = chain.ok(MIDNIGHT, vec![create_v4(pool, [WETH, DAI], 500, first, 13_863)]);
    let price = |sqrt| token_prices(sqrt, 18, 18).1;
    assert_eq!(of_pool(&begun, pool), Some(Candle::at(MIDNIGHT, price(first))));
    let swap = swap_v4(pool, [signed(2, 18), signed(-9, 18)], second, 3, 27_726, 500);
    let traded = chain.ok(MIDNIGHT, vec![swap]);
    let found = of_pool(&traded, pool).unwrap();
    let expected = Candle {
        volume0: units(2, 18),
        volume1: units(9, 18),
        liquidity: 3,
        swap_count: 1,
        ..Candle::at(MIDNIGHT, price(second))
    };
    assert_eq!(found, expected);
    assert_eq!(of_token(&traded, MANAGER, WETH).unwrap().volume0, units(2, 18));
    assert_eq!(of_token(&traded, FACTORY, WETH), None, "it was another DEX");
}

#[test]
fn what_does_not_count_has_no_candles() {
    let mut chain = Chain::new();
    let (mute, skipped) = (v3_pool(1), v3_pool(SKIPPED));
    let price = sqrt_of_four_to_the(1);
    let events = vec![
        create(mute, WETH, MUTE, 500),
        create(skipped, WETH, DAI, 500),
        initialize(mute, price, 13_863),
        initialize(skipped, price, 13_863),
        swap(mute, [signed(1, 18), signed(-1, 18)], price, 3, 13_863),
    ];
    let changes = chain.ok(MIDNIGHT, events);
    assert_eq!(changes.rows.swaps.len(), 1);
    assert_eq!(changes.rows.candles, Vec::<CandleStep>::new());
}
