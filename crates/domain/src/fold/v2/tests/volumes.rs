//! `Swap`: volumes, and the rows of days and hours.

use super::support::{
    BOB, Chain, DAI_WETH, ROUTER, TOKEN, TOKEN_SHELL, USDC, WETH, WETH_TOKEN, WETH_USDC, ZERO,
    burn, dec, mint, pricing, swap, sync, transfer,
};
use crate::{
    config::Pricing,
    decimal::Decimal,
    figures::{Interval, PoolInterval, ProtocolDay, TokenInterval},
};

/// 1 WETH is 2,000 USDC is 10 TOKEN.
fn priced(pricing: Pricing) -> Chain {
    let mut chain = Chain::with_pairs(pricing);
    for _ in 0..2 {
        chain.tx(vec![sync(WETH_USDC, ["100", "200000"])]);
        chain.tx(vec![sync(WETH_TOKEN, ["10", "100"])]);
    }
    chain
}

/// The value of one swap, tracked (as the pair's volume tells) and in its row.
fn value(mut chain: Chain, event: super::support::Emitted) -> (Decimal, Decimal, Decimal) {
    let pair = event.0;
    let changes = chain.tx(vec![event]);
    let figures = chain.pool(pair).figures;
    (figures.volume_usd, figures.untracked_volume_usd, changes.rows.swaps[0].amount_usd)
}

#[test]
fn a_swap_changes_every_figure_of_volume() {
    let mut chain = priced(pricing());
    let before = (chain.pool(WETH_USDC), chain.token(WETH), chain.token(USDC), chain.factory());
    let time = chain.time;
    let changes = chain.tx(vec![swap(WETH_USDC, ["1.5", "0"], ["0.5", "3600"])]);

    // in and out of one token add up: 2 WETH = 4,000 USD, 3,600 USDC = 3,600 USD
    let (weth, usdc, usd, eth) = (dec("2"), dec("3600"), dec("3800"), dec("1.9"));
    let (mut pool, mut token0, mut token1, mut factory) = before;
    pool.swap_count = 1;
    pool.updated_block = chain.pool(WETH_USDC).updated_block;
    (pool.figures.volume_token0, pool.figures.volume_token1) = (weth, usdc);
    (pool.figures.volume_usd, pool.figures.untracked_volume_usd) = (usd, usd);
    pool.figures.tx_count = 1;
    assert_eq!(chain.pool(WETH_USDC), pool);
    for (token, volume) in [(&mut token0, weth), (&mut token1, usdc)] {
        token.volume = volume;
        (token.volume_usd, token.untracked_volume_usd) = (usd, usd);
        token.tx_count = 1;
    }
    assert_eq!((chain.token(WETH), chain.token(USDC)), (token0, token1));
    (factory.total_volume_usd, factory.untracked_volume_usd) = (usd, usd);
    (factory.total_volume_eth, factory.tx_count) = (eth, 1);
    assert_eq!(chain.factory(), factory);

    let row = &changes.rows.swaps[0];
    assert_eq!((row.sender, row.recipient, row.amount_usd), (ROUTER, BOB, usd));
    let pair = row.pair.unwrap();
    assert_eq!(pair.index, 0);
    assert_eq!(pair.amount0_out.to_string(), "500000000000000000");
    assert_eq!(pair.amount1_out.to_string(), "3600000000");
    assert_eq!(row.amount0.to_string(), "1000000000000000000");
    assert_eq!(row.amount1.to_string(), "-3600000000");

    // 100 WETH and 200,000 USDC, and 10 WETH and 100 TOKEN at 0.1 WETH
    let day = ProtocolDay {
        volume_eth: eth,
        volume_usd: usd,
        volume_usd_untracked: usd,
        tvl_usd: dec("440000"),
        tvl_eth: dec("220"),
        tx_count: 1,
        ..ProtocolDay::default()
    };
    assert_eq!(chain.day(time), Some(day));
    let row = PoolInterval {
        tvl_usd: dec("400000"),
        volume_token0: weth,
        volume_token1: usdc,
        volume_usd: usd,
        tx_count: 1,
        reserve0: dec("100"),
        reserve1: dec("200000"),
        ..PoolInterval::default()
    };
    assert_eq!(chain.pair_row(WETH_USDC, Interval::Day, time).as_ref(), Some(&row));
    assert_eq!(chain.pair_row(WETH_USDC, Interval::Hour, time), Some(row));
    let row = TokenInterval {
        volume: usdc,
        volume_eth: dec("1.8"),
        volume_usd: dec("3600"),
        total_value_locked: dec("200000"),
        total_value_locked_eth: dec("100"),
        total_value_locked_usd: dec("200000"),
        price_usd: dec("1"),
        tx_count: 1,
        ..TokenInterval::default()
    };
    assert_eq!(chain.token_row(USDC, Interval::Day, time), Some(row));
    let row = chain.token_row(WETH, Interval::Day, time).unwrap();
    assert_eq!((row.volume_eth, row.volume_usd), (dec("2"), dec("4000")));
    assert_eq!((row.total_value_locked, row.price_usd), (dec("110"), dec("2000")));
    // the reference has no token hours
    assert_eq!(chain.token_row(WETH, Interval::Hour, time), None);
}

#[test]
fn volume_of_a_pair_that_holds_too_little_is_not_tracked_but_told() {
    // both whitelisted: they hold 400,000 USD; the swap is worth 2,000
    let event = || swap(WETH_USDC, ["1", "0"], ["0", "2000"]);
    let minimum = |usd| Pricing { minimum_liquidity_usd: dec(usd), ..pricing() };
    let usd = dec("2000");
    assert_eq!(value(priced(minimum("400000")), event()), (usd, usd, usd));
    assert_eq!(value(priced(minimum("400000.01")), event()), (Decimal::ZERO, usd, usd));
    // one whitelisted: twice its 10 WETH; tracked is the WETH alone
    let event = || swap(WETH_TOKEN, ["1", "0"], ["0", "9"]);
    assert_eq!(value(priced(minimum("40000")), event()), (dec("2000"), dec("1900"), dec("2000")));
    assert_eq!(value(priced(minimum("40001")), event()), (Decimal::ZERO, dec("1900"), dec("1900")));
}

#[test]
fn a_tracked_value_that_happens_to_be_zero_is_not_the_constant() {
    let event = swap(TOKEN_SHELL, ["4", "0"], ["0", "1"]);
    let minimum = |usd| Pricing { minimum_liquidity_usd: dec(usd), ..pricing() };
    // SHELL is whitelisted and without price: 4 TOKEN are 0.4 WETH, and the other side is next to nothing
    let untracked = dec("800");
    assert_eq!(
        value(priced(minimum("0")), event.clone()),
        (Decimal::ZERO, untracked, Decimal::ZERO)
    );
    assert_eq!(value(priced(minimum("1")), event), (Decimal::ZERO, untracked, untracked));
}

#[test]
fn a_side_worth_next_to_nothing_is_not_averaged() {
    let mut chain = priced(pricing());
    // 0.002 USDC are exactly 0.000001 WETH: 1.000001 WETH in all
    chain.tx(vec![swap(WETH_USDC, ["1", "0"], ["0", "0.002"])]);
    assert_eq!(chain.pool(WETH_USDC).figures.untracked_volume_usd, dec("2000.002"));
    // one unit more: half of 1.0000010005 WETH
    chain.tx(vec![swap(WETH_USDC, ["0", "0.002001"], ["1", "0"])]);
    assert_eq!(chain.factory().untracked_volume_usd, dec("3000.0030005"));
    // tracked is averaged either way
    assert_eq!(chain.factory().total_volume_usd, dec("2000.0020005"));
}

#[test]
fn without_pricing_amounts_are_counted_and_nothing_is_worth_anything() {
    let mut chain = priced(Pricing::default());
    let changes = chain.tx(vec![swap(WETH_USDC, ["1", "0"], ["0", "2000"])]);
    let figures = chain.pool(WETH_USDC).figures;
    assert_eq!((figures.volume_token0, figures.volume_token1), (dec("1"), dec("2000")));
    assert_eq!(figures.token1_price, dec("2000"));
    assert_eq!((figures.volume_usd, figures.untracked_volume_usd), (Decimal::ZERO, Decimal::ZERO));
    assert_eq!(changes.rows.swaps[0].amount_usd, Decimal::ZERO);
    assert_eq!(chain.token(WETH).total_value_locked, dec("110"));
}

#[test]
fn periods_begin_anew_and_follow_the_current_state() {
    let mut chain = priced(pricing());
    // the last hour of a day
    chain.time = 1_700_006_400 - 3_600;
    let first = chain.time;
    let second = first + 3_600;
    chain.tx(vec![swap(WETH_TOKEN, ["1", "0"], ["0", "10"])]);
    chain.time = second;
    let events = vec![
        transfer(WETH_TOKEN, ZERO, BOB, 4 * 10_u128.pow(18)),
        sync(WETH_TOKEN, ["20", "200"]),
        mint(WETH_TOKEN, ["10", "100"]),
        transfer(WETH_TOKEN, BOB, WETH_TOKEN, 10_u128.pow(18)),
        transfer(WETH_TOKEN, WETH_TOKEN, ZERO, 10_u128.pow(18)),
        sync(WETH_TOKEN, ["15", "150"]),
        burn(WETH_TOKEN, ["5", "50"]),
    ];
    chain.tx(events);
    let hour = |time| chain.pair_row(WETH_TOKEN, Interval::Hour, time).unwrap();
    assert_eq!((hour(first).tx_count, hour(first).volume_usd), (1, dec("2000")));
    let expected = PoolInterval {
        tvl_usd: dec("60000"),
        tx_count: 2,
        reserve0: dec("15"),
        reserve1: dec("150"),
        total_supply: dec("3"),
        ..PoolInterval::default()
    };
    assert_eq!(hour(second), expected);
    assert_eq!(chain.pair_row(WETH_TOKEN, Interval::Day, second), Some(expected));
    let days = [first, second].map(|time| chain.day(time).unwrap());
    assert_eq!(days.each_ref().map(|day| day.tx_count), [1, 3], "of the DEX in all");
    assert_eq!(days.each_ref().map(|day| day.volume_usd), [dec("2000"), Decimal::ZERO]);
    let token = chain.token_row(TOKEN, Interval::Day, second).unwrap();
    assert_eq!((token.tx_count, token.volume), (2, Decimal::ZERO));
    assert_eq!((token.total_value_locked, token.price_usd), (dec("150"), dec("200")));
    // nothing happened to others
    assert_eq!(chain.pair_row(WETH_USDC, Interval::Day, second), None);
    assert_eq!(chain.pair_row(DAI_WETH, Interval::Day, second), None);
    assert_eq!(chain.token_row(USDC, Interval::Day, second), None);
}
