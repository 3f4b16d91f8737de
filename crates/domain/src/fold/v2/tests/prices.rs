//! `Sync`: reserves, prices, locked values.

use alloy_primitives::Address;

use super::support::{
    Chain, DAI_WETH, TOKEN, TOKEN_SHELL, USDC, USDC_TOKEN, WETH, WETH_TOKEN, WETH_USDC, dec,
    pricing, sync,
};
use crate::{
    decimal::Decimal,
    figures::{Factory, PoolFigures, TokenFigures},
    ids::PoolId,
};

/// A chain on which 1 WETH is 2,000 USDC.
fn priced() -> Chain {
    let mut chain = Chain::with_pairs(pricing());
    chain.tx(vec![sync(WETH_USDC, ["100", "200000"])]);
    chain.tx(vec![sync(WETH_USDC, ["100", "200000"])]);
    chain
}

fn derived(chain: &Chain, token: Address) -> Decimal {
    chain.token(token).derived_eth
}

#[test]
fn the_first_sync_of_a_stable_pair_sets_every_field() {
    let mut chain = Chain::with_pairs(pricing());
    chain.tx(vec![sync(WETH_USDC, ["100", "200000"])]);
    let expected = PoolFigures {
        counted: true,
        fee_tier: 3_000,
        token0_price: dec("0.0005"),
        token1_price: dec("2000"),
        total_value_locked_token0: dec("100"),
        total_value_locked_token1: dec("200000"),
        // the pair held nothing before, so USDC has no price yet
        total_value_locked_eth: dec("100"),
        total_value_locked_usd: dec("200000"),
        tracked_reserve_eth: dec("100"),
        ..PoolFigures::default()
    };
    assert_eq!(chain.pool(WETH_USDC).figures, expected);
    let expected = Factory {
        pool_count: 6,
        total_value_locked_eth: dec("100"),
        total_value_locked_usd: dec("200000"),
        eth_price_usd: dec("2000"),
        ..Factory::default()
    };
    assert_eq!(chain.factory(), expected);
    let weth = TokenFigures {
        total_value_locked: dec("100"),
        derived_eth: Decimal::ONE,
        whitelist_pools: chain.token(WETH).whitelist_pools,
        ..TokenFigures::default()
    };
    assert_eq!(chain.token(WETH), weth);
    let usdc = TokenFigures {
        total_value_locked: dec("200000"),
        whitelist_pools: chain.token(USDC).whitelist_pools,
        ..TokenFigures::default()
    };
    assert_eq!(chain.token(USDC), usdc);
}

#[test]
fn the_second_sync_sees_what_the_first_saved() {
    let chain = priced();
    assert_eq!(derived(&chain, USDC), dec("0.0005"));
    let figures = chain.pool(WETH_USDC).figures;
    assert_eq!(figures.total_value_locked_eth, dec("200"));
    assert_eq!(figures.total_value_locked_usd, dec("400000"));
    assert_eq!(figures.tracked_reserve_eth, dec("200"));
    let factory = chain.factory();
    assert_eq!(factory.total_value_locked_eth, dec("200"));
    assert_eq!(factory.total_value_locked_usd, dec("400000"));
}

#[test]
fn prices_have_34_digits_and_an_empty_side_none() {
    let mut chain = priced();
    chain.tx(vec![sync(WETH_USDC, ["3", "2"])]);
    let figures = chain.pool(WETH_USDC).figures;
    assert_eq!(figures.token0_price, dec("1.5"));
    assert_eq!(figures.token1_price, dec("0.6666666666666666666666666666666667"));
    assert_eq!(chain.factory().eth_price_usd, figures.token1_price);
    chain.tx(vec![sync(WETH_USDC, ["0", "2"])]);
    let figures = chain.pool(WETH_USDC).figures;
    assert_eq!((figures.token0_price, figures.token1_price), (Decimal::ZERO, Decimal::ZERO));
    // no price, no tracked value: nothing is divided by it
    assert_eq!(figures.tracked_reserve_eth, Decimal::ZERO);
    assert_eq!(chain.factory().eth_price_usd, Decimal::ZERO);
}

#[test]
fn stable_pairs_weigh_by_their_reserve_of_the_reference_token() {
    let mut chain = priced();
    // 2,010 DAI per WETH, thrice as much WETH, on the other side of the pair
    chain.tx(vec![sync(DAI_WETH, ["603000", "300"])]);
    assert_eq!(chain.factory().eth_price_usd, dec("2007.5"));
    chain.tx(vec![sync(DAI_WETH, ["0", "0"])]);
    assert_eq!(chain.factory().eth_price_usd, dec("2000"));
}

#[test]
fn a_reference_token_among_the_stable_pairs_is_worth_one() {
    let mut pricing = pricing();
    pricing.stable_pools.push(PoolId::Contract(WETH));
    let mut chain = Chain::with_pairs(pricing);
    assert_eq!(chain.factory().eth_price_usd, Decimal::ZERO);
    chain.tx(vec![sync(WETH_TOKEN, ["100", "200000"])]);
    assert_eq!(chain.factory().eth_price_usd, Decimal::ONE);
}

#[test]
fn stablecoins_are_worth_one_usd() {
    let mut pricing = pricing();
    pricing.stablecoins = vec![USDC];
    let mut chain = Chain::with_pairs(pricing);
    // before there is a price: 1 / 0 is 0
    chain.tx(vec![sync(USDC_TOKEN, ["1", "1"])]);
    assert_eq!(derived(&chain, USDC), Decimal::ZERO);
    // from the price that this very sync saved
    chain.tx(vec![sync(WETH_USDC, ["100", "200000"])]);
    assert_eq!(derived(&chain, USDC), dec("0.0005"));
}

#[test]
fn the_threshold_looks_at_what_the_pair_held_before() {
    let mut chain = priced();
    chain.tx(vec![sync(WETH_TOKEN, ["10", "100"])]);
    assert_eq!(derived(&chain, TOKEN), Decimal::ZERO, "held nothing before");
    chain.tx(vec![sync(WETH_TOKEN, ["10", "100"])]);
    assert_eq!(derived(&chain, TOKEN), dec("0.1"), "held 10");
    assert_eq!(chain.pool(WETH_TOKEN).figures.total_value_locked_eth, dec("20"));
    chain.tx(vec![sync(WETH_TOKEN, ["1", "100"])]);
    assert_eq!(derived(&chain, TOKEN), dec("0.01"), "held 20");
    assert_eq!(chain.pool(WETH_TOKEN).figures.total_value_locked_eth, dec("2"));
    chain.tx(vec![sync(WETH_TOKEN, ["1", "100"])]);
    assert_eq!(derived(&chain, TOKEN), Decimal::ZERO, "held 2, which is not more than 2");
}

#[test]
fn the_first_whitelisted_token_with_enough_decides() {
    let mut chain = priced();
    // two syncs each: the second sees the first one's value
    for _ in 0..2 {
        chain.tx(vec![sync(USDC_TOKEN, ["300000", "1000"])]);
    }
    assert_eq!(derived(&chain, TOKEN), dec("0.15"), "300 USDC at 0.0005");
    for _ in 0..2 {
        chain.tx(vec![sync(WETH_TOKEN, ["10", "100"])]);
    }
    assert_eq!(derived(&chain, TOKEN), dec("0.1"), "WETH comes first");
    // a pair without a price of its own does not change that of others
    chain.tx(vec![sync(TOKEN_SHELL, ["5", "5"])]);
    assert_eq!(derived(&chain, TOKEN), dec("0.1"));
    chain.tx(vec![sync(WETH_TOKEN, ["0", "0"])]);
    assert_eq!(derived(&chain, TOKEN), Decimal::ZERO, "still by the value from before");
    chain.tx(vec![sync(WETH_TOKEN, ["0", "0"])]);
    assert_eq!(derived(&chain, TOKEN), dec("0.15"), "now it holds nothing");
}

#[test]
fn tokens_are_priced_from_the_others_stored_price() {
    let mut chain = priced();
    for _ in 0..2 {
        chain.tx(vec![sync(USDC_TOKEN, ["300000", "1000"])]);
    }
    // USDC doubles in this sync; TOKEN follows only when its own pair syncs
    chain.tx(vec![sync(WETH_USDC, ["100", "100000"])]);
    assert_eq!((derived(&chain, USDC), derived(&chain, TOKEN)), (dec("0.001"), dec("0.15")));
    chain.tx(vec![sync(USDC_TOKEN, ["300000", "1000"])]);
    assert_eq!(derived(&chain, TOKEN), dec("0.3"));
}

#[test]
fn tracked_reserves_are_those_of_whitelisted_tokens_or_twice_the_one() {
    let mut chain = priced();
    for _ in 0..2 {
        chain.tx(vec![sync(WETH_TOKEN, ["10", "100"])]);
    }
    let figures = chain.pool(WETH_TOKEN).figures;
    assert_eq!(figures.tracked_reserve_eth, dec("20"), "twice the WETH");
    assert_eq!(chain.factory().total_value_locked_eth, dec("220"));
    assert_eq!(chain.factory().total_value_locked_usd, dec("440000"));
    // SHELL is whitelisted and worth nothing
    chain.tx(vec![sync(TOKEN_SHELL, ["50", "5"])]);
    let figures = chain.pool(TOKEN_SHELL).figures;
    assert_eq!(figures.tracked_reserve_eth, Decimal::ZERO);
    assert_eq!(figures.total_value_locked_eth, dec("5"));
    assert_eq!(figures.total_value_locked_usd, dec("10000"));
    assert_eq!(chain.token(TOKEN).total_value_locked, dec("150"));
}
