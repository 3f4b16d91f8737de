//! Who holds shares, and what they were worth.

use alloy_primitives::{Address, U256};

use super::support::{
    ALICE, BOB, Chain, FEES, WETH_TOKEN, WETH_USDC, ZERO, burn, dec, mint, pricing, sync, transfer,
};
use crate::{
    fold::FoldError,
    ids::PoolId,
    row::{LiquidityPositionSnapshot, Position},
};

/// 1 WETH is 2,000 USDC; nobody holds shares.
fn priced() -> Chain {
    let mut chain = Chain::with_pairs(pricing());
    for _ in 0..2 {
        chain.tx(vec![sync(WETH_USDC, ["100", "200000"])]);
    }
    chain
}

fn balance(chain: &Chain, account: Address) -> Option<u64> {
    chain.position(WETH_USDC, account).map(|position| position.balance.to())
}

/// Providers as the legacy reference counts them, and holders.
fn counts(chain: &Chain) -> (u64, u64) {
    let figures = chain.pool(WETH_USDC).figures;
    (figures.liquidity_provider_count, figures.holder_count)
}

#[test]
fn balances_follow_transfers_and_whoever_held_shares_stays_counted() {
    let mut chain = priced();
    chain.tx(vec![transfer(WETH_USDC, ZERO, ALICE, 50)]);
    assert_eq!((balance(&chain, ALICE), counts(&chain)), (Some(50), (1, 1)));
    let (block, time) = (3 + 1, chain.time - 12);
    let position = chain.position(WETH_USDC, ALICE).unwrap();
    assert_eq!((position.created_block, position.created_timestamp), (block, time));
    chain.tx(vec![transfer(WETH_USDC, ALICE, BOB, 50)]);
    assert_eq!((balance(&chain, ALICE), balance(&chain, BOB)), (Some(0), Some(50)));
    assert_eq!(counts(&chain), (2, 1));
    assert_eq!(chain.position(WETH_USDC, ALICE).unwrap().updated_block, block + 1);
    assert_eq!(chain.position(WETH_USDC, ALICE).unwrap().created_block, block);
    // to oneself, and nothing at all
    chain.tx(vec![transfer(WETH_USDC, BOB, BOB, 50), transfer(WETH_USDC, FEES, FEES, 0)]);
    assert_eq!((balance(&chain, BOB), balance(&chain, FEES)), (Some(50), Some(0)));
    assert_eq!(counts(&chain), (3, 1));
    // back through the pair, which holds none itself
    chain.tx(vec![
        transfer(WETH_USDC, BOB, WETH_USDC, 20),
        transfer(WETH_USDC, WETH_USDC, ZERO, 20),
    ]);
    assert_eq!((balance(&chain, BOB), counts(&chain)), (Some(30), (3, 1)));
    assert_eq!((balance(&chain, WETH_USDC), balance(&chain, ZERO)), (None, None));
    // another pair's shares are others
    assert_eq!(chain.position(WETH_TOKEN, BOB), None);
}

#[test]
fn the_locked_units_leave_an_account_too_if_it_sends_them() {
    let mut chain = priced();
    chain.tx(vec![transfer(WETH_USDC, ZERO, ALICE, 5_000)]);
    let changes = chain.tx(vec![transfer(WETH_USDC, ALICE, ZERO, 1_000)]);
    assert_eq!(balance(&chain, ALICE), Some(4_000));
    assert!(changes.rows.liquidity_snapshots.is_empty(), "the reference ignores it");
    // thrown away, not burnt
    assert_eq!(chain.pool(WETH_USDC).figures.chain_total_supply, U256::from(5_000));
}

#[test]
fn moving_more_than_one_has_is_an_error_and_changes_nothing() {
    let mut chain = priced();
    chain.tx(vec![transfer(WETH_USDC, ZERO, ALICE, 50)]);
    let events = vec![transfer(WETH_USDC, ALICE, BOB, 20), transfer(WETH_USDC, ALICE, BOB, 31)];
    let error = chain.try_block(vec![events]).unwrap_err();
    assert!(matches!(error, FoldError::OutOfRange { what: "liquidity token balance", .. }));
    assert_eq!((balance(&chain, ALICE), balance(&chain, BOB)), (Some(50), None));
    let events = vec![transfer(WETH_USDC, WETH_USDC, ZERO, 51)];
    let error = chain.try_block(vec![events]).unwrap_err();
    assert!(matches!(error, FoldError::OutOfRange { what: "supply", .. }));
}

#[test]
fn a_transfer_leaves_a_snapshot_of_both_sides_with_every_field() {
    let mut chain = priced();
    chain.tx(vec![transfer(WETH_USDC, ZERO, ALICE, 5 * 10_u128.pow(18))]);
    let changes = chain.tx(vec![transfer(WETH_USDC, ALICE, BOB, 2 * 10_u128.pow(18))]);
    let rows = &changes.rows.liquidity_snapshots;
    assert_eq!(rows.len(), 2);
    for (row, (user, balance)) in rows.iter().zip([(ALICE, 3), (BOB, 2)]) {
        let expected = LiquidityPositionSnapshot {
            meta: row.meta,
            pool: PoolId::Contract(WETH_USDC),
            user,
            token0_price_usd: dec("2000"),
            token1_price_usd: dec("1"),
            reserve0: dec("100"),
            reserve1: dec("200000"),
            reserve_usd: dec("400000"),
            total_supply: dec("5"),
            balance: U256::from(balance) * U256::from(10).pow(U256::from(18)),
        };
        assert_eq!(*row, expected);
    }
    let position = |item| Position { block: changes.block.number, log_index: 0, item };
    assert_eq!([rows[0].meta.position, rows[1].meta.position], [position(0), position(1)]);
}

#[test]
fn mints_and_burns_leave_snapshots_after_their_sync() {
    let mut chain = priced();
    let changes = chain.tx(vec![
        transfer(WETH_USDC, ZERO, ALICE, 50),
        sync(WETH_USDC, ["200", "400000"]),
        mint(WETH_USDC, ["100", "200000"]),
        transfer(WETH_USDC, ALICE, WETH_USDC, 20),
        transfer(WETH_USDC, WETH_USDC, ZERO, 20),
        sync(WETH_USDC, ["120", "240000"]),
        burn(WETH_USDC, ["80", "160000"]),
    ]);
    let seen: Vec<_> = changes
        .rows
        .liquidity_snapshots
        .iter()
        .map(|row| (row.meta.position.log_index, row.user, row.reserve0, row.balance.to::<u64>()))
        .collect();
    let expected = [
        (0, ALICE, dec("100"), 50),
        (2, ALICE, dec("200"), 50),
        (3, ALICE, dec("200"), 30),
        (6, ALICE, dec("120"), 30),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_mint_to_nobody_makes_nobody_a_provider_without_shares() {
    let mut chain = priced();
    let changes =
        chain.tx(vec![transfer(WETH_USDC, ZERO, ZERO, 50), mint(WETH_USDC, ["1", "2000"])]);
    // the transfer does not, but the mint does: the reference makes a position of whoever it is to
    assert_eq!(changes.rows.liquidity_snapshots.len(), 1);
    assert_eq!((balance(&chain, ZERO), counts(&chain)), (Some(0), (1, 0)));
}
