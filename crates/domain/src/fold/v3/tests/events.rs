//! Events of pools, all fields.

use super::*;

#[test]
fn an_initialisation_prices_nothing_but_the_reference_token() {
    let mut chain = Chain::new();
    chain.ok(MIDNIGHT, vec![create(v3_pool(STABLE), WETH, DAI, 3_000)]);
    let price = sqrt_of_four_to_the(5);
    chain.ok(MIDNIGHT + 12, vec![initialize(v3_pool(STABLE), price, 69_318)]);
    let expected = PoolInterval {
        sqrt_price: price,
        tick: Some(69_318),
        tx_count: 1,
        ..PoolInterval::default()
    };
    for interval in Interval::ALL {
        assert_eq!(chain.pool_row(v3_pool(STABLE), interval, MIDNIGHT), expected);
    }
    assert_eq!(factory(&chain), Factory { pool_count: 1, ..Factory::default() });
    assert_eq!(token(&chain, WETH).derived_eth, dec("1"));
    assert_eq!(token(&chain, DAI).derived_eth, dec("0"));
    assert_eq!(chain.find::<ProtocolDay>(&Key::ProtocolDay(FACTORY, 19_000)), None);
    let key = Key::TokenInterval(FACTORY, WETH, Interval::Day, 19_000);
    assert_eq!(chain.find::<TokenInterval>(&key), None);
}

#[test]
fn a_mint_locks_amounts_at_old_prices_and_its_rows_are_one_event_behind() {
    let (chain, changes) = filled();
    assert_eq!(
        factory(&chain),
        Factory {
            pool_count: 2,
            tx_count: 2,
            total_value_locked_eth: dec("200"),
            ..Factory::default()
        }
    );
    assert_eq!(
        chain.pool(v3_pool(MEMES)).figures,
        PoolFigures {
            counted: true,
            fee_tier: 10_000,
            tx_count: 1,
            total_value_locked_token0: dec("6400"),
            total_value_locked_token1: dec("100"),
            total_value_locked_eth: dec("100"),
            ..PoolFigures::default()
        }
    );
    assert_eq!(
        token(&chain, WETH),
        TokenFigures {
            tx_count: 2,
            total_value_locked: dec("200"),
            derived_eth: dec("1"),
            whitelist_pools: vec![v3_pool(STABLE)],
            ..TokenFigures::default()
        }
    );
    // before the second mint there was one
    assert_eq!(day(&chain), ProtocolDay { tx_count: 1, ..ProtocolDay::default() });
    // the pool's row does not know the liquidity of its own mint
    assert_eq!(
        chain.pool_row(v3_pool(STABLE), Interval::Hour, MIDNIGHT),
        PoolInterval {
            sqrt_price: sqrt_of_four_to_the(5),
            tick: Some(69_318),
            tx_count: 2,
            ..PoolInterval::default()
        }
    );
    assert_eq!(
        chain.token_row(FACTORY, WETH, Interval::Day, MIDNIGHT),
        TokenInterval { total_value_locked: dec("200"), ..TokenInterval::default() }
    );
    for row in &changes.rows.liquidity {
        assert_eq!((row.kind, row.amount_usd), (LiquidityKind::Mint, Decimal::ZERO));
    }
}

#[test]
fn a_swap_of_the_stable_pool_prices_the_reference_token_after_it_was_counted() {
    let (mut chain, _) = filled();
    let changes = chain.ok(MIDNIGHT + 36, vec![stable_swap(1, -1_024)]);
    assert_eq!(changes.rows.swaps[0].amount_usd, dec("0"), "nothing had a price before");
    assert_eq!(
        factory(&chain),
        Factory {
            pool_count: 2,
            tx_count: 3,
            total_value_locked_eth: dec("300"),
            total_value_locked_usd: dec("307200"),
            eth_price_usd: dec("1024"),
            ..Factory::default()
        }
    );
    assert_eq!(
        chain.pool(v3_pool(STABLE)).figures,
        PoolFigures {
            counted: true,
            fee_tier: 3_000,
            token0_price: dec("0.0009765625"),
            token1_price: dec("1024"),
            volume_token0: dec("1"),
            volume_token1: dec("1024"),
            tx_count: 2,
            total_value_locked_token0: dec("101"),
            total_value_locked_token1: dec("101376"),
            total_value_locked_eth: dec("200"),
            total_value_locked_usd: dec("204800"),
            ..PoolFigures::default()
        }
    );
    assert_eq!(
        token(&chain, DAI),
        TokenFigures {
            volume: dec("1024"),
            tx_count: 2,
            total_value_locked: dec("101376"),
            total_value_locked_usd: dec("101376"),
            derived_eth: dec("0.0009765625"),
            whitelist_pools: vec![v3_pool(STABLE)],
            ..TokenFigures::default()
        }
    );
    assert_eq!(day(&chain), ProtocolDay { tx_count: 2, ..ProtocolDay::default() });
    // new price, old value; the period opened at the price before the first swap
    assert_eq!(
        chain.pool_row(v3_pool(STABLE), Interval::Day, MIDNIGHT),
        PoolInterval {
            liquidity: LIQUIDITY,
            sqrt_price: sqrt_of_four_to_the(5),
            tick: Some(69_318),
            token0_price: dec("0.0009765625"),
            token1_price: dec("1024"),
            volume_token0: dec("1"),
            volume_token1: dec("1024"),
            tx_count: 3,
            high: dec("0.0009765625"),
            close: dec("0.0009765625"),
            ..PoolInterval::default()
        }
    );
}

#[test]
fn a_swap_counts_its_whitelisted_side_and_the_full_fee_to_both_tokens() {
    let chain = priced();
    assert_eq!(
        factory(&chain),
        Factory {
            pool_count: 2,
            tx_count: 4,
            total_volume_usd: dec("2048"),
            total_volume_eth: dec("2"),
            total_fees_usd: dec("20.48"),
            total_fees_eth: dec("0.02"),
            untracked_volume_usd: dec("1024"),
            total_value_locked_usd: dec("409600"),
            total_value_locked_eth: dec("400"),
            eth_price_usd: dec("1024"),
        }
    );
    assert_eq!(
        chain.pool(v3_pool(MEMES)).figures,
        PoolFigures {
            counted: true,
            fee_tier: 10_000,
            token0_price: dec("64"),
            token1_price: dec("0.015625"),
            volume_token0: dec("128"),
            volume_token1: dec("2"),
            volume_usd: dec("2048"),
            untracked_volume_usd: dec("1024"),
            fees_usd: dec("20.48"),
            tx_count: 2,
            total_value_locked_token0: dec("6528"),
            total_value_locked_token1: dec("98"),
            total_value_locked_eth: dec("200"),
            total_value_locked_usd: dec("204800"),
            ..PoolFigures::default()
        }
    );
    assert_eq!(
        token(&chain, MEME),
        TokenFigures {
            volume: dec("128"),
            volume_usd: dec("2048"),
            untracked_volume_usd: dec("1024"),
            fees_usd: dec("20.48"),
            tx_count: 2,
            total_value_locked: dec("6528"),
            total_value_locked_usd: dec("104448"),
            derived_eth: dec("0.015625"),
            whitelist_pools: vec![v3_pool(MEMES)],
        }
    );
    assert_eq!(
        token(&chain, WETH),
        TokenFigures {
            volume: dec("3"),
            volume_usd: dec("2048"),
            untracked_volume_usd: dec("1024"),
            fees_usd: dec("20.48"),
            tx_count: 4,
            total_value_locked: dec("199"),
            total_value_locked_usd: dec("203776"),
            derived_eth: dec("1"),
            whitelist_pools: vec![v3_pool(STABLE)],
        }
    );
}

#[test]
fn a_swaps_rows_see_the_dex_and_the_pools_value_one_event_behind() {
    let chain = priced();
    assert_eq!(
        day(&chain),
        ProtocolDay {
            volume_eth: dec("2"),
            volume_usd: dec("2048"),
            fees_usd: dec("20.48"),
            tvl_usd: dec("307200"),
            tx_count: 3,
            ..ProtocolDay::default()
        }
    );
    for interval in Interval::ALL {
        assert_eq!(
            chain.pool_row(v3_pool(MEMES), interval, MIDNIGHT),
            PoolInterval {
                liquidity: LIQUIDITY,
                sqrt_price: sqrt_of_four_to_the(-3),
                tick: Some(-41_591),
                token0_price: dec("64"),
                token1_price: dec("0.015625"),
                volume_token0: dec("128"),
                volume_token1: dec("2"),
                volume_usd: dec("2048"),
                fees_usd: dec("20.48"),
                tx_count: 3,
                high: dec("64"),
                close: dec("64"),
                ..PoolInterval::default()
            }
        );
        assert_eq!(
            chain.token_row(FACTORY, MEME, interval, MIDNIGHT),
            TokenInterval {
                volume: dec("128"),
                volume_usd: dec("2048"),
                untracked_volume_usd: dec("2048"),
                total_value_locked: dec("6528"),
                total_value_locked_usd: dec("104448"),
                price_usd: dec("16"),
                fees_usd: dec("20.48"),
                high: dec("16"),
                close: dec("16"),
                ..TokenInterval::default()
            }
        );
    }
}

#[test]
fn a_period_opens_at_the_price_of_its_first_event() {
    let mut chain = priced();
    let later = MIDNIGHT + 3_600;
    chain.ok(later, vec![mint(v3_pool(MEMES), WIDE, 1, [ether(64), ether(1)])]);
    let row = chain.pool_row(v3_pool(MEMES), Interval::Hour, later);
    assert_eq!(
        (row.open, row.high, row.low, row.close, row.tx_count),
        (dec("64"), dec("64"), dec("64"), dec("64"), 1)
    );
    assert_eq!(row.tvl_usd, dec("204800"), "as the swap left it");
    let row = chain.token_row(FACTORY, MEME, Interval::Hour, later);
    assert_eq!((row.open, row.high, row.low), (dec("16"), dec("16"), dec("16")));
    assert_eq!((row.total_value_locked, row.volume), (dec("6592"), dec("0")));
    // the day goes on
    assert_eq!(chain.pool_row(v3_pool(MEMES), Interval::Day, later).tx_count, 4);
    assert_eq!(day(&chain).tvl_usd, dec("409600"));
}

#[test]
fn a_burn_leaves_what_is_locked_and_a_collect_takes_it_in_full() {
    let mut chain = priced();
    let before = chain.pool(v3_pool(STABLE)).figures;
    let amounts = [ether(10), ether(10_240)];
    let changes = chain.ok(MIDNIGHT + 60, vec![burn(v3_pool(STABLE), WIDE, 9, amounts)]);
    assert_eq!(changes.rows.liquidity[0].amount_usd, dec("20480"));
    let burnt = chain.pool(v3_pool(STABLE)).figures;
    let before = PoolFigures { tx_count: 3, ..before };
    assert_eq!(burnt, before);
    assert_eq!(factory(&chain).total_value_locked_usd, dec("409600"));
    assert_eq!((factory(&chain).tx_count, day(&chain).tx_count), (5, 4));
    let row = chain.pool_row(v3_pool(STABLE), Interval::Hour, MIDNIGHT);
    assert_eq!((row.liquidity, row.tvl_usd), (LIQUIDITY, dec("204800")), "one event behind");

    let changes = chain.ok(MIDNIGHT + 72, vec![collect(v3_pool(STABLE), WIDE, amounts)]);
    assert_eq!(changes.rows.liquidity[0].amount_usd, dec("20480"), "tracked, not halved");
    assert_eq!(
        chain.pool(v3_pool(STABLE)).figures,
        PoolFigures {
            tx_count: 4,
            collected_fees_token0: dec("10"),
            collected_fees_token1: dec("10240"),
            collected_fees_usd: dec("20480"),
            total_value_locked_token0: dec("91"),
            total_value_locked_token1: dec("91136"),
            total_value_locked_eth: dec("180"),
            total_value_locked_usd: dec("184320"),
            ..before
        }
    );
    let factory = factory(&chain);
    assert_eq!(
        (factory.total_value_locked_eth, factory.total_value_locked_usd, factory.tx_count),
        (dec("380"), dec("389120"), 6)
    );
    assert_eq!((day(&chain).tvl_usd, day(&chain).tx_count), (dec("409600"), 5));
    let weth = token(&chain, WETH);
    assert_eq!((weth.total_value_locked, weth.total_value_locked_usd), (dec("189"), dec("193536")));
    let row = chain.pool_row(v3_pool(STABLE), Interval::Hour, MIDNIGHT);
    assert_eq!((row.liquidity, row.tvl_usd, row.tx_count), (LIQUIDITY - 9, dec("204800"), 5));
}

#[test]
fn a_flash_loan_is_a_row_and_no_figure() {
    let mut chain = priced();
    let before = (factory(&chain), chain.pool(v3_pool(STABLE)).figures);
    let PoolId::Contract(address) = v3_pool(STABLE) else { panic!() };
    let one = U256::ONE;
    let (sender, recipient) = (SENDER, SENDER);
    let kind = EventKind::V3Flash {
        sender,
        recipient,
        amount0: one,
        amount1: one,
        paid0: one,
        paid1: one,
    };
    let changes = chain.ok(MIDNIGHT + 60, vec![(address, kind)]);
    assert_eq!(changes.rows.liquidity[0].amount_usd, Decimal::ZERO);
    assert_eq!((factory(&chain), chain.pool(v3_pool(STABLE)).figures), before);

    // what the locked amounts leave out is kept beside them: the fee, and what the protocol took
    let beside = |chain: &Chain| {
        let pool: Pool = chain.get(&Key::Pool(v3_pool(STABLE)));
        pool.figures.beside().unwrap()
    };
    let [paid0, paid1] = beside(&chain);
    assert!(!paid0.is_zero() && !paid0.is_negative() && !paid1.is_zero());
    let kind = EventKind::V3CollectProtocol { amount0: U256::from(3), amount1: one };
    let changes = chain.ok(MIDNIGHT + 90, vec![(address, kind)]);
    assert!(changes.rows.liquidity.is_empty());
    assert_eq!(beside(&chain), [-(paid0 + paid0), Decimal::ZERO]);
    assert_eq!((factory(&chain), chain.pool(v3_pool(STABLE)).figures), before);
}

#[test]
fn an_account_is_who_sent_the_transactions() {
    let mut chain = priced();
    let changes = chain.ok(MIDNIGHT + 7_200, vec![meme_swap(-64, 1)]);
    assert_eq!(changes.rows.swaps[0].amount_usd, dec("1024"));
    assert_eq!(
        chain.get::<Account>(&Key::Account(SENDER)),
        Account {
            swap_count: 3,
            liquidity_event_count: 2,
            volume_usd: dec("3072"),
            first_block: 3,
            first_seen: MIDNIGHT + 24,
            last_block: 6,
            last_seen: MIDNIGHT + 7_200,
        }
    );
}
