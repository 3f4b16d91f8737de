//! Pools come to be; which are counted; where prices come from.

use super::*;

#[test]
fn a_pool_counts_and_prices_the_token_across_from_a_whitelisted_one() {
    let mut chain = Chain::new();
    chain.ok(
        MIDNIGHT,
        vec![
            create(v3_pool(STABLE), WETH, DAI, 3_000),
            create(v3_pool(MEMES), MEME, WETH, 10_000),
            create(v3_pool(0xa2), WETH, LINK, 500),
            create(v3_pool(0xa3), COIN, MEME, 500),
        ],
    );
    assert_eq!(factory(&chain), Factory { pool_count: 4, ..Factory::default() });
    let lists = |address| token(&chain, address).whitelist_pools;
    assert_eq!(lists(WETH), [v3_pool(STABLE), v3_pool(0xa2)]);
    assert_eq!(lists(DAI), [v3_pool(STABLE)]);
    assert_eq!(lists(MEME), [v3_pool(MEMES)]);
    assert_eq!(lists(LINK), [v3_pool(0xa2)]);
    // decimals of COIN come from the configuration
    assert_eq!(token(&chain, COIN), TokenFigures::default());
    let figures = chain.pool(v3_pool(MEMES)).figures;
    assert_eq!(figures, PoolFigures { counted: true, fee_tier: 10_000, ..PoolFigures::default() });
}

#[test]
fn a_skipped_pool_and_one_of_a_mute_token_keep_state_and_rows_but_no_figures() {
    let mut chain = Chain::new();
    let pools = [v3_pool(SKIPPED), v3_pool(0xa7)];
    let mut events = vec![create(pools[0], WETH, DAI, 3_000), create(pools[1], WETH, MUTE, 3_000)];
    for id in pools {
        events.extend([
            initialize(id, sqrt_of_four_to_the(5), 69_318),
            mint(id, WIDE, LIQUIDITY, [ether(100), ether(102_400)]),
            swap(id, deltas(1, -1_024), sqrt_of_four_to_the(5), 7, 69_318),
            burn(id, WIDE, 1, [ether(1), ether(1)]),
            collect(id, WIDE, [ether(1), ether(1)]),
        ]);
    }
    let changes = chain.ok(MIDNIGHT, events);
    assert_eq!((changes.rows.swaps.len(), changes.rows.liquidity.len()), (2, 6));
    for id in pools {
        let pool: Pool = chain.pool(id);
        assert_eq!(pool.figures, PoolFigures { fee_tier: 3_000, ..PoolFigures::default() });
        assert_eq!((pool.swap_count, pool.liquidity_event_count), (1, 3));
    }
    assert_eq!(chain.find::<Factory>(&Key::Factory(FACTORY)), None);
    for token in [WETH, DAI, MUTE] {
        assert_eq!(chain.find::<TokenFigures>(&Key::TokenFigures(FACTORY, token)), None);
    }
    let account: Account = chain.get(&Key::Account(SENDER));
    assert_eq!((account.swap_count, account.volume_usd), (2, Decimal::ZERO));
}

#[test]
fn swaps_that_the_reference_ignores_move_the_chains_state_only() {
    let bad = PoolId::Contract(BAD_PRICE);
    assert!(is_ignored_swap(bad, 1));
    let (inflated, block) = INFLATED;
    assert!(is_ignored_swap(PoolId::Contract(inflated), block));
    assert!(!is_ignored_swap(PoolId::Contract(inflated), block + 1));
    let mut chain = priced();
    chain.ok(MIDNIGHT + 60, vec![create(bad, WETH, DAI, 3_000)]);
    let (before, pool) = (factory(&chain), chain.pool(bad));
    let state = sqrt_of_four_to_the(3);
    let changes = chain.ok(MIDNIGHT + 72, vec![swap(bad, deltas(1, -64), state, 9, 41_591)]);
    assert_eq!(changes.rows.swaps[0].amount_usd, Decimal::ZERO);
    assert_eq!(factory(&chain), before);
    assert_eq!(chain.pool(bad).figures, pool.figures);
    assert_ne!(chain.pool(bad).state, pool.state);
}

#[test]
fn a_pool_gives_a_price_when_it_holds_more_than_the_minimum_and_has_liquidity() {
    // the minimum is 2 of the reference token; what counts is what the pool holds after the swap
    for (held, liquidity, price) in [(2, LIQUIDITY, "0"), (3, LIQUIDITY, "0.015625"), (3, 0, "0")] {
        let (mut chain, _) = filled();
        let event = swap(
            v3_pool(MEMES),
            deltas(0, held - 100),
            sqrt_of_four_to_the(-3),
            liquidity,
            -41_591,
        );
        chain.ok(MIDNIGHT + 36, vec![event]);
        assert_eq!(token(&chain, MEME).derived_eth, dec(price), "{held} {liquidity}");
    }
}

#[test]
fn the_pool_that_holds_most_gives_the_price_and_of_equals_the_first() {
    let mut chain = priced();
    // another pool of MEME, at 1 MEME per WETH; the first one holds 98 WETH by now
    let other = v3_pool(0xa4);
    chain.ok(MIDNIGHT + 60, vec![create(other, MEME, WETH, 500)]);
    let even = sqrt_of_four_to_the(0);
    let swap_of = |amount1| swap(other, deltas(0, amount1), even, LIQUIDITY, 0);
    chain.ok(MIDNIGHT + 72, vec![initialize(other, even, 0), swap_of(98)]);
    assert_eq!(token(&chain, MEME).derived_eth, dec("0.015625"));
    chain.ok(MIDNIGHT + 84, vec![swap_of(1)]);
    assert_eq!(token(&chain, MEME).derived_eth, dec("1"));
}

#[test]
fn a_new_pool_speaks_after_the_pools_that_were_there() {
    let mut chain = priced();
    let new = v3_pool(0xa4);
    let even = sqrt_of_four_to_the(0);
    let changes = chain.ok(
        MIDNIGHT + 60,
        vec![
            create(new, MEME, WETH, 500),
            initialize(new, even, 0),
            mint(new, WIDE, LIQUIDITY, [ether(1_000), ether(1_000)]),
            swap(new, deltas(1, -1), even, LIQUIDITY, 0),
            meme_swap(128, -2),
        ],
    );
    // 64 MEME still cost a WETH when the old pool's swap was counted: (128 / 64 x 1024 + 2 x 1024) / 2, after 1024
    assert_eq!(chain.pool(v3_pool(MEMES)).figures.untracked_volume_usd, dec("3072"));
    // the new pool came last: it holds 999 WETH
    assert_eq!(token(&chain, MEME).derived_eth, dec("1"));
    // the old pool's row says the price that the old pool saw
    let old = chain.token_row(FACTORY, MEME, Interval::Hour, MIDNIGHT + 60);
    assert_eq!(
        (old.open, old.low, old.high, old.close),
        (dec("0"), dec("0"), dec("1024"), dec("1024"))
    );
    // rows stay in log order
    let logs: Vec<_> = changes.rows.swaps.iter().map(|row| row.meta.position.log_index).collect();
    assert_eq!(logs, [3, 4]);
    assert_eq!(changes.rows.liquidity[0].amount_usd, dec("1040000"), "1000 at 16, 1000 at 1024");
}

#[test]
fn without_prices_only_amounts_are_counted() {
    let mut chain = Chain::new();
    chain.watch.dexes[0].pricing = crate::config::Pricing::default();
    chain.ok(MIDNIGHT, vec![create(v3_pool(STABLE), WETH, DAI, 3_000)]);
    chain.ok(MIDNIGHT, vec![mint(v3_pool(STABLE), WIDE, LIQUIDITY, [ether(10), ether(20)])]);
    chain.ok(MIDNIGHT, vec![stable_swap(1, -2)]);
    assert_eq!(factory(&chain), Factory { pool_count: 1, tx_count: 2, ..Factory::default() });
    let expected = TokenFigures {
        volume: dec("2"),
        tx_count: 2,
        total_value_locked: dec("18"),
        ..TokenFigures::default()
    };
    assert_eq!(token(&chain, DAI), expected);
}
