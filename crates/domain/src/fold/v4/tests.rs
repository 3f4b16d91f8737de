//! What V4 does otherwise, with numbers worked out by hand or with exact integers. The native currency and DAI make the
//! pool that gives the price: 1,024 DAI.

use alloy_primitives::{Address, U256};

use crate::{
    decimal::Decimal,
    entity::PoolState,
    event::EventKind,
    figures::{
        Factory, Interval, PoolFigures, PoolInterval, ProtocolDay, TokenFigures, TokenInterval,
    },
    fold::{
        Key,
        kit::{
            Chain, DAI, LINK, MANAGER, MEME, MIDNIGHT, MUTE, SENDER, SKIPPED, STABLE, WETH,
            create_v4, dec, modify, signed, sqrt_of_four_to_the, swap_v4, v4_pool,
        },
    },
    ids::PoolId,
    row::LiquidityKind,
};

const NATIVE: Address = Address::ZERO;
/// Marks a fee that a hook decides.
const DYNAMIC: u32 = 0x80_0000;
const TICK: i32 = 69_318;
const NEAR: (i32, i32) = (69_300, 69_400);
const LIQUIDITY: i128 = 10i128.pow(24);

fn price() -> U256 {
    sqrt_of_four_to_the(5)
}

fn stable() -> PoolId {
    v4_pool(STABLE)
}

fn created() -> Chain {
    let mut chain = Chain::new();
    chain.ok(MIDNIGHT, vec![create_v4(stable(), [NATIVE, DAI], DYNAMIC, price(), TICK)]);
    chain
}

/// With liquidity around the price.
fn filled() -> Chain {
    let mut chain = created();
    chain.ok(MIDNIGHT + 12, vec![modify(stable(), NEAR, LIQUIDITY)]);
    chain
}

/// One native coin in, 1,024 DAI out; the price goes to 4,096.
fn swap() -> (Address, EventKind) {
    let amounts = [signed(-1, 18), signed(1_024, 18)];
    swap_v4(stable(), amounts, sqrt_of_four_to_the(6), 5, 83_181, 500)
}

fn factory(chain: &Chain) -> Factory {
    chain.get(&Key::Factory(MANAGER))
}

fn token(chain: &Chain, token: Address) -> TokenFigures {
    chain.get(&Key::TokenFigures(MANAGER, token))
}

fn day(chain: &Chain) -> ProtocolDay {
    chain.get(&Key::ProtocolDay(MANAGER, 19_000))
}

#[test]
fn a_pool_is_priced_from_the_start() {
    let chain = created();
    assert_eq!(
        factory(&chain),
        Factory { pool_count: 1, eth_price_usd: dec("1024"), ..Factory::default() }
    );
    assert_eq!(
        chain.pool(stable()).figures,
        PoolFigures {
            counted: true,
            fee_tier: DYNAMIC,
            token0_price: dec("0.0009765625"),
            token1_price: dec("1024"),
            ..PoolFigures::default()
        }
    );
    for (address, derived) in [(NATIVE, "1"), (DAI, "0.0009765625")] {
        let expected = TokenFigures {
            derived_eth: dec(derived),
            whitelist_pools: vec![stable()],
            ..TokenFigures::default()
        };
        assert_eq!(token(&chain, address), expected);
    }
    let cents = dec("0.0009765625");
    assert_eq!(
        chain.pool_row(stable(), Interval::Day, MIDNIGHT),
        PoolInterval {
            sqrt_price: price(),
            tick: Some(TICK),
            token0_price: cents,
            token1_price: dec("1024"),
            tx_count: 1,
            open: cents,
            high: cents,
            low: cents,
            close: cents,
            ..PoolInterval::default()
        }
    );
}

#[test]
fn amounts_of_liquidity_are_computed_and_rows_are_one_event_behind() {
    let mut chain = created();
    let changes = chain.ok(MIDNIGHT + 12, vec![modify(stable(), NEAR, LIQUIDITY)]);
    let row = &changes.rows.liquidity[0];
    assert_eq!((row.kind, row.amount0, row.amount1), (LiquidityKind::Mint, None, None));
    assert_eq!(row.amount_usd, dec("159711.415339369839624567"));
    let worth = dec("155.9681790423533590083662109375");
    let worth_usd = dec("159711.415339369839624567");
    assert_eq!(worth * dec("1024"), worth_usd);
    assert_eq!(
        factory(&chain),
        Factory {
            pool_count: 1,
            tx_count: 1,
            total_value_locked_eth: worth,
            total_value_locked_usd: worth_usd,
            eth_price_usd: dec("1024"),
            ..Factory::default()
        }
    );
    assert_eq!(day(&chain), ProtocolDay::default());
    let pool = chain.pool(stable());
    assert_eq!(
        pool.state,
        PoolState::Concentrated {
            sqrt_price_x96: price(),
            tick: TICK,
            liquidity: LIQUIDITY.unsigned_abs()
        }
    );
    assert_eq!(
        pool.figures,
        PoolFigures {
            counted: true,
            fee_tier: DYNAMIC,
            token0_price: dec("0.0009765625"),
            token1_price: dec("1024"),
            tx_count: 1,
            total_value_locked_token0: dec("127.570425701808358283"),
            total_value_locked_token1: dec("29079.299420718080742775"),
            total_value_locked_eth: worth,
            total_value_locked_usd: worth_usd,
            ..PoolFigures::default()
        }
    );
    let row = chain.pool_row(stable(), Interval::Hour, MIDNIGHT);
    assert_eq!((row.liquidity, row.tvl_usd, row.tx_count), (0, Decimal::ZERO, 2));
    assert_eq!(
        chain.token_row(MANAGER, DAI, Interval::Hour, MIDNIGHT),
        TokenInterval {
            total_value_locked: dec("29079.299420718080742775"),
            total_value_locked_usd: dec("29079.299420718080742775"),
            price_usd: dec("1"),
            open: dec("1"),
            high: dec("1"),
            low: dec("1"),
            close: dec("1"),
            ..TokenInterval::default()
        }
    );
}

#[test]
fn removing_gives_less_than_adding_cost_by_the_rounding() {
    let mut chain = filled();
    let changes = chain.ok(MIDNIGHT + 24, vec![modify(stable(), NEAR, -LIQUIDITY)]);
    let row = &changes.rows.liquidity[0];
    assert_eq!(row.kind, LiquidityKind::Burn);
    assert_eq!(row.amount_usd, dec("-159711.415339369839623542"));
    let figures = chain.pool(stable()).figures;
    let wei = dec("0.000000000000000001");
    assert_eq!((figures.total_value_locked_token0, figures.total_value_locked_token1), (wei, wei));
    assert_eq!(figures.tx_count, 2);
    assert_eq!(day(&chain).tvl_usd, dec("159711.415339369839624567"));
}

#[test]
fn a_range_beside_the_price_is_of_one_token() {
    for (range, amount0, amount1) in [
        ((69_400, 69_500), "155.216023789753052686", "0"),
        ((69_200, 69_300), "0", "159447.679886133178617814"),
        ((-100, 100), "0", "9999.541693800299634195"),
    ] {
        let mut chain = created();
        chain.ok(MIDNIGHT + 12, vec![modify(stable(), range, LIQUIDITY)]);
        let figures = chain.pool(stable()).figures;
        assert_eq!(figures.total_value_locked_token0, dec(amount0), "{range:?}");
        assert_eq!(figures.total_value_locked_token1, dec(amount1), "{range:?}");
    }
}

#[test]
fn collecting_fees_is_a_transaction_of_no_worth() {
    let mut chain = filled();
    let before = chain.pool(stable()).figures;
    let changes = chain.ok(MIDNIGHT + 24, vec![modify(stable(), NEAR, 0)]);
    let row = &changes.rows.liquidity[0];
    assert_eq!((row.kind, row.amount_usd), (LiquidityKind::Collect, Decimal::ZERO));
    assert_eq!(chain.pool(stable()).figures, PoolFigures { tx_count: 2, ..before });
    assert_eq!(factory(&chain).tx_count, 2);
}

#[test]
fn a_swap_takes_its_own_fee_and_leaves_prices_one_swap_behind() {
    let mut chain = filled();
    let before = chain.pool(stable()).figures;
    let changes = chain.ok(MIDNIGHT + 24, vec![swap()]);
    assert_eq!(changes.rows.swaps[0].amount_usd, dec("1024"));
    let worth_usd = dec("159711.415339369839624567");
    assert_eq!(
        factory(&chain),
        Factory {
            pool_count: 1,
            tx_count: 2,
            total_volume_usd: dec("1024"),
            total_volume_eth: dec("1"),
            total_fees_usd: dec("0.512"),
            total_fees_eth: dec("0.0005"),
            untracked_volume_usd: dec("1024"),
            total_value_locked_usd: worth_usd,
            total_value_locked_eth: before.total_value_locked_eth,
            eth_price_usd: dec("1024"),
        }
    );
    assert_eq!(
        chain.pool(stable()).figures,
        PoolFigures {
            fee_tier: 500,
            token0_price: dec("0.000244140625"),
            token1_price: dec("4096"),
            volume_token0: dec("1"),
            volume_token1: dec("1024"),
            volume_usd: dec("1024"),
            untracked_volume_usd: dec("1024"),
            fees_usd: dec("0.512"),
            tx_count: 2,
            total_value_locked_token0: dec("128.570425701808358283"),
            total_value_locked_token1: dec("28055.299420718080742775"),
            ..before
        }
    );
    // the rows know neither price, liquidity nor tick of the swap that they count
    let cents = dec("0.0009765625");
    assert_eq!(
        chain.pool_row(stable(), Interval::Hour, MIDNIGHT),
        PoolInterval {
            liquidity: LIQUIDITY.unsigned_abs(),
            sqrt_price: price(),
            tick: Some(TICK),
            token0_price: cents,
            token1_price: dec("1024"),
            tvl_usd: worth_usd,
            volume_token0: dec("1"),
            volume_token1: dec("1024"),
            volume_usd: dec("1024"),
            fees_usd: dec("0.512"),
            tx_count: 3,
            open: cents,
            high: cents,
            low: cents,
            close: cents,
            ..PoolInterval::default()
        }
    );
    assert_eq!(
        day(&chain),
        ProtocolDay {
            volume_eth: dec("1"),
            volume_usd: dec("1024"),
            fees_usd: dec("0.512"),
            tvl_usd: worth_usd,
            tx_count: 1,
            ..ProtocolDay::default()
        }
    );
    // the next swap counts at the old price, and then finds the new one
    let changes = chain.ok(MIDNIGHT + 36, vec![swap()]);
    assert_eq!(changes.rows.swaps[0].amount_usd, dec("1024"));
    assert_eq!(factory(&chain).eth_price_usd, dec("4096"));
    assert_eq!(token(&chain, DAI).derived_eth, dec("0.000244140625"));
    let row = chain.pool_row(stable(), Interval::Hour, MIDNIGHT);
    assert_eq!((row.liquidity, row.tick, row.close), (5, Some(83_181), dec("0.000244140625")));
    assert_eq!((row.open, row.high, row.low), (cents, cents, dec("0.000244140625")));
}

#[test]
fn the_wrapped_coin_is_the_native_one_and_a_whitelisted_side_counts_twice() {
    let mut chain = filled();
    let wrapped = v4_pool(0xb1);
    let even = sqrt_of_four_to_the(0);
    let memes = v4_pool(0xb2);
    chain.ok(
        MIDNIGHT + 24,
        vec![
            create_v4(wrapped, [NATIVE, WETH], 100, even, 0),
            create_v4(memes, [NATIVE, MEME], 100, even, 0),
        ],
    );
    assert_eq!(token(&chain, WETH).derived_eth, dec("1"));
    assert_eq!(token(&chain, NATIVE).whitelist_pools, [stable(), wrapped]);
    assert_eq!(token(&chain, MEME).whitelist_pools, [memes]);
    let amounts = [signed(-3, 18), signed(5, 18)];
    let changes = chain.ok(
        MIDNIGHT + 36,
        vec![swap_v4(memes, amounts, even, 1, 0, 100), swap_v4(memes, amounts, even, 1, 0, 100)],
    );
    assert_eq!(changes.rows.swaps[0].amount_usd, dec("3072"));
    // when the first swap was priced the pool was empty; the second finds 3 coins in it
    assert_eq!(token(&chain, MEME).derived_eth, dec("1"));
    assert_eq!(token(&chain, MEME).total_value_locked, dec("-10"));
    assert_eq!(chain.pool(memes).figures.untracked_volume_usd, dec("3072"));
}

#[test]
fn no_stable_pool_means_that_the_coin_is_a_dollar_where_prices_are_configured() {
    for (whitelist, eth) in [(vec![LINK], "1"), (Vec::new(), "0")] {
        let mut chain = Chain::new();
        chain.watch.dexes[1].pricing.stable_pools.clear();
        chain.watch.dexes[1].pricing.whitelist = whitelist;
        chain.ok(MIDNIGHT, vec![create_v4(stable(), [NATIVE, DAI], 100, price(), TICK)]);
        assert_eq!(factory(&chain).eth_price_usd, dec(eth));
    }
}

#[test]
fn skipped_pools_mute_tokens_and_donations_have_no_figures() {
    let mut chain = filled();
    let (before, figures) = (factory(&chain), chain.pool(stable()).figures);
    let (skipped, mute) = (v4_pool(SKIPPED), v4_pool(0xb7));
    let amounts = [signed(-3, 18), signed(5, 18)];
    let PoolId::Key(id) = stable() else { panic!() };
    let one = U256::ONE;
    let changes = chain.ok(
        MIDNIGHT + 24,
        vec![
            create_v4(skipped, [NATIVE, DAI], 100, price(), TICK),
            create_v4(mute, [NATIVE, MUTE], 100, price(), TICK),
            modify(mute, NEAR, LIQUIDITY),
            swap_v4(skipped, amounts, price(), 1, 0, 100),
            (MANAGER, EventKind::V4Donate { id, sender: SENDER, amount0: one, amount1: one }),
        ],
    );
    assert_eq!((changes.rows.swaps.len(), changes.rows.liquidity.len()), (1, 2));
    assert_eq!(factory(&chain), before);
    assert_eq!(chain.pool(stable()).figures, figures);
    for id in [skipped, mute] {
        let expected = PoolFigures { fee_tier: 100, ..PoolFigures::default() };
        assert_eq!(chain.pool(id).figures, expected);
    }
}
