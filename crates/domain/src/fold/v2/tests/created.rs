//! Pairs come to be.

use alloy_primitives::Address;

use super::support::{
    Chain, DAI, DAI_WETH, FACTORY, MUTE, PAIRS, SHELL, TOKEN, TOKEN_SHELL, USDC, USDC_TOKEN, WETH,
    WETH_MUTE, WETH_TOKEN, WETH_USDC, create, dec, mint, pricing, swap, sync, transfer,
};
use crate::{
    config::StaticToken,
    decimal::Decimal,
    entity::Token,
    figures::{Factory, PoolFigures, TokenFigures},
    fold::Key,
    ids::PoolId,
};

fn pools(pairs: &[Address]) -> Vec<PoolId> {
    pairs.iter().map(|pair| PoolId::Contract(*pair)).collect()
}

#[test]
fn a_pair_counts_its_tokens_are_known_and_all_figures_are_zero() {
    let chain = Chain::with_pairs(pricing());
    assert_eq!(chain.factory(), Factory { pool_count: 6, ..Factory::default() });
    for (pair, token0, token1) in PAIRS.iter().filter(|entry| entry.0 != WETH_MUTE) {
        let counted = PoolFigures { counted: true, fee_tier: 3_000, ..PoolFigures::default() };
        assert_eq!(chain.pool(*pair).figures, counted);
        for token in [token0, token1] {
            let expected = TokenFigures {
                whitelist_pools: chain.token(*token).whitelist_pools,
                ..TokenFigures::default()
            };
            assert_eq!(chain.token(*token), expected);
        }
    }
}

#[test]
fn a_pair_prices_the_token_across_from_a_whitelisted_one_in_the_whitelists_order() {
    let mut chain = Chain::new(pricing());
    // the whitelist says WETH, DAI, USDC, SHELL; the pairs come the other way round
    for pair in [TOKEN_SHELL, USDC_TOKEN, WETH_TOKEN, DAI_WETH, WETH_USDC] {
        chain.tx(vec![create(pair)]);
    }
    let of = |token| chain.token(token).whitelist_pools;
    assert_eq!(of(TOKEN), pools(&[WETH_TOKEN, USDC_TOKEN, TOKEN_SHELL]));
    assert_eq!(of(WETH), pools(&[DAI_WETH, WETH_USDC]));
    assert_eq!(of(USDC), pools(&[WETH_USDC]));
    assert_eq!(of(DAI), pools(&[DAI_WETH]));
    assert_eq!(of(SHELL), pools(&[]));
}

#[test]
fn a_pair_of_a_token_without_decimals_is_counted_as_a_pair_and_nowhere_else() {
    let mut chain = Chain::with_pairs(pricing());
    let before = chain.factory();
    assert_eq!(before.pool_count, 6);
    assert!(chain.find::<TokenFigures>(&Key::TokenFigures(FACTORY, MUTE)).is_none());
    // one after the other, since the helpers ask for decimals
    let rename = |mut event: super::support::Emitted| {
        event.0 = WETH_MUTE;
        event
    };
    let changes = chain.tx([
        transfer(WETH_USDC, Address::ZERO, USDC, 5),
        sync(WETH_USDC, ["1", "1"]),
        mint(WETH_USDC, ["1", "1"]),
        swap(WETH_USDC, ["1", "0"], ["0", "1"]),
    ]
    .map(rename)
    .to_vec());
    assert_eq!(chain.factory(), before);
    let pool = chain.pool(WETH_MUTE);
    assert_eq!(pool.figures, PoolFigures { fee_tier: 3_000, ..PoolFigures::default() });
    // what the chain said is kept all the same
    assert_eq!((pool.swap_count, pool.liquidity_event_count), (1, 1));
    assert_eq!((changes.rows.swaps.len(), changes.rows.liquidity.len()), (1, 1));
    assert_eq!(changes.rows.swaps[0].amount_usd, Decimal::ZERO);
    assert!(changes.rows.pair_liquidity.is_empty());
}

#[test]
fn configured_decimals_stand_in_for_missing_ones() {
    let mut pricing = pricing();
    let (symbol, name) = ("MUTE".to_owned(), "Mute".to_owned());
    pricing.tokens = vec![StaticToken { address: MUTE, symbol, name, decimals: 9 }];
    let chain = Chain::with_pairs(pricing);
    assert!(chain.pool(WETH_MUTE).figures.counted);
    assert_eq!(chain.token(MUTE).whitelist_pools, pools(&[WETH_MUTE]));
    let token = chain.find::<Token>(&Key::Token(MUTE)).unwrap();
    assert_eq!((token.symbol.as_deref(), token.name.as_deref()), (Some("MUTE"), Some("Mute")));
    assert_eq!(token.decimals, Some(9));
}

#[test]
fn a_skipped_pair_counts_only_as_a_pair() {
    let mut pricing = pricing();
    pricing.skip_pools = pools(&[WETH_TOKEN]);
    let mut chain = Chain::with_pairs(pricing);
    chain.tx(vec![sync(WETH_TOKEN, ["10", "10"]), swap(WETH_TOKEN, ["1", "0"], ["0", "1"])]);
    assert_eq!(chain.factory(), Factory { pool_count: 6, ..Factory::default() });
    assert_eq!(chain.token(TOKEN).whitelist_pools, pools(&[USDC_TOKEN, TOKEN_SHELL]));
    assert_eq!(chain.pool(WETH_TOKEN).swap_count, 1);
}

#[test]
fn a_new_pairs_events_are_folded_after_those_of_old_pairs() {
    let mut chain = Chain::new(pricing());
    chain.tx(vec![create(WETH_USDC)]);
    chain.tx(vec![sync(WETH_USDC, ["100", "200000"])]);
    chain.tx(vec![sync(WETH_USDC, ["100", "200000"])]);
    // the new pair is made, filled and used before the old one moves
    let changes = chain.tx(vec![
        create(WETH_TOKEN),
        transfer(WETH_TOKEN, Address::ZERO, Address::ZERO, 1_000),
        transfer(WETH_TOKEN, Address::ZERO, USDC, 5_000),
        sync(WETH_TOKEN, ["50", "100"]),
        mint(WETH_TOKEN, ["50", "100"]),
        swap(WETH_TOKEN, ["1", "0"], ["0", "2"]),
        sync(WETH_USDC, ["100", "250000"]),
        swap(WETH_USDC, ["1", "0"], ["0", "2500"]),
    ]);
    let swaps: Vec<_> = changes.rows.swaps.iter().collect();
    // rows in log order, numbers and prices in the fold's order
    assert_eq!(swaps.iter().map(|row| row.meta.position.log_index).collect::<Vec<_>>(), [5, 7]);
    let index = |row: usize| swaps[row].pair.map(|pair| pair.index);
    assert_eq!((index(0), index(1)), (Some(1), Some(0)));
    // the new pair's swap of 1 WETH already sees 2,500 USD
    assert_eq!((swaps[0].amount_usd, swaps[1].amount_usd), (dec("2500"), dec("2500")));
    assert_eq!(changes.rows.pair_liquidity[0].amount_usd, Some(dec("125000")));
    assert_eq!(chain.factory().tx_count, 3);
}
