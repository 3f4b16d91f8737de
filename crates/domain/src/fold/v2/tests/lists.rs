//! A transaction's mints and burns.

use alloy_primitives::{Address, U256};

use super::support::{
    ALICE, BOB, Chain, FEES, ROUTER, WETH_TOKEN, WETH_USDC, ZERO, burn, dec, mint, pricing, sync,
    transfer,
};
use crate::{ids::PoolId, row::PairLiquidity};

const SHARE: u128 = 10_u128.pow(18);

/// 1 WETH is 2,000 USDC, and ALICE holds shares of two pairs.
fn filled() -> Chain {
    let mut chain = Chain::with_pairs(pricing());
    for _ in 0..2 {
        chain.tx(vec![sync(WETH_USDC, ["100", "200000"])]);
    }
    for pair in [WETH_USDC, WETH_TOKEN] {
        chain.tx(vec![transfer(pair, ZERO, ALICE, 100 * SHARE)]);
    }
    chain
}

/// What a row says, besides where and when.
fn told(row: &PairLiquidity) -> (bool, u32, Option<Address>, Option<Address>, u128) {
    (row.burn, row.n, row.sender, row.to, row.liquidity.try_into().unwrap())
}

fn rows(chain: &mut Chain, events: Vec<super::support::Emitted>) -> Vec<PairLiquidity> {
    chain.tx(events).rows.pair_liquidity
}

#[test]
fn the_first_mint_ignores_the_locked_units() {
    let mut chain = Chain::with_pairs(pricing());
    chain.tx(vec![sync(WETH_USDC, ["100", "200000"])]);
    chain.tx(vec![sync(WETH_USDC, ["100", "200000"])]);
    let events = vec![
        transfer(WETH_TOKEN, ZERO, ZERO, 1_000),
        transfer(WETH_TOKEN, ZERO, ALICE, 5 * SHARE),
        sync(WETH_TOKEN, ["5", "50"]),
        mint(WETH_TOKEN, ["5", "50"]),
    ];
    let changes = chain.tx(events);
    let [row] = changes.rows.pair_liquidity.as_slice() else { panic!("{changes:?}") };
    let expected = PairLiquidity {
        meta: row.meta,
        pool: PoolId::Contract(WETH_TOKEN),
        burn: false,
        n: 0,
        to: Some(ALICE),
        sender: Some(ROUTER),
        liquidity: U256::from(5 * SHARE),
        amount0: Some(dec("5")),
        amount1: Some(dec("50")),
        // TOKEN has no price before the pair holds something
        amount_usd: Some(dec("10000")),
        fee_to: None,
        fee_liquidity: None,
        needs_complete: false,
        log_index: Some(3),
    };
    assert_eq!(*row, expected);
    assert_eq!((row.meta.position.log_index, row.meta.position.item), (3, 0));
    assert_eq!(row.meta.origin, Some(ALICE));
    assert_eq!(changes.rows.liquidity[0].amount_usd, dec("10000"));
    let figures = chain.pool(WETH_TOKEN).figures;
    assert_eq!((figures.total_supply, figures.tx_count), (dec("5"), 1));
    assert_eq!(figures.chain_total_supply, U256::from(5 * SHARE + 1_000));
    assert_eq!(chain.factory().tx_count, 1);
}

#[test]
fn a_burn_goes_through_two_transfers_and_stays_incomplete() {
    let mut chain = filled();
    let events = vec![
        transfer(WETH_USDC, ALICE, WETH_USDC, 10 * SHARE),
        transfer(WETH_USDC, WETH_USDC, ZERO, 10 * SHARE),
        sync(WETH_USDC, ["90", "180000"]),
        burn(WETH_USDC, ["10", "20000"]),
    ];
    let rows = rows(&mut chain, events);
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    // the parties of the transfer, not of the event
    assert_eq!(told(row), (true, 0, Some(ALICE), Some(WETH_USDC), 10 * SHARE));
    assert!(row.needs_complete);
    assert_eq!((row.amount0, row.log_index), (Some(dec("10")), Some(3)));
    // 10 WETH at 2,000 and 20,000 USDC at 0.0005 WETH
    assert_eq!(row.amount_usd, Some(dec("40000")));
    assert_eq!((row.fee_to, row.meta.position.item), (None, 1));
    assert_eq!(chain.pool(WETH_USDC).figures.total_supply, dec("90"));
}

#[test]
fn with_the_fee_on_a_burn_takes_the_open_mint_as_its_fee() {
    let mut chain = filled();
    let events = vec![
        transfer(WETH_USDC, ALICE, WETH_USDC, 10 * SHARE),
        transfer(WETH_USDC, ZERO, FEES, SHARE),
        transfer(WETH_USDC, WETH_USDC, ZERO, 10 * SHARE),
        sync(WETH_USDC, ["90", "180000"]),
        burn(WETH_USDC, ["10", "20000"]),
        // the number of the mint that was taken is free again
        transfer(WETH_USDC, ZERO, BOB, 2 * SHARE),
        mint(WETH_USDC, ["1", "1"]),
    ];
    let rows = rows(&mut chain, events);
    assert_eq!(rows.len(), 2);
    assert_eq!(told(&rows[0]), (true, 0, Some(ALICE), Some(WETH_USDC), 10 * SHARE));
    assert_eq!((rows[0].fee_to, rows[0].fee_liquidity), (Some(FEES), Some(U256::from(SHARE))));
    assert_eq!(told(&rows[1]), (false, 0, Some(ROUTER), Some(BOB), 2 * SHARE));
    assert_eq!(chain.pool(WETH_USDC).figures.total_supply, dec("93"));
    assert_eq!(chain.pool(WETH_USDC).figures.chain_total_supply, U256::from(93 * SHARE));
}

#[test]
fn with_the_fee_on_a_mint_shows_the_fee_instead_of_itself() {
    let mut chain = filled();
    let events = vec![
        transfer(WETH_USDC, ZERO, FEES, SHARE),
        transfer(WETH_USDC, ZERO, BOB, 7 * SHARE),
        sync(WETH_USDC, ["107", "214000"]),
        mint(WETH_USDC, ["7", "14000"]),
    ];
    let rows = rows(&mut chain, events);
    assert_eq!(
        rows.iter().map(told).collect::<Vec<_>>(),
        [(false, 0, Some(ROUTER), Some(FEES), SHARE)]
    );
    assert_eq!(chain.pool(WETH_USDC).figures.total_supply, dec("108"));
}

#[test]
fn mints_and_burns_of_several_pairs_share_a_transactions_lists() {
    let mut chain = filled();
    let events = vec![
        transfer(WETH_USDC, ZERO, ALICE, SHARE),
        mint(WETH_USDC, ["1", "2000"]),
        transfer(WETH_TOKEN, ZERO, BOB, 2 * SHARE),
        mint(WETH_TOKEN, ["1", "10"]),
        transfer(WETH_TOKEN, BOB, WETH_TOKEN, 2 * SHARE),
        transfer(WETH_TOKEN, WETH_TOKEN, ZERO, 2 * SHARE),
        burn(WETH_TOKEN, ["1", "10"]),
        transfer(WETH_USDC, ALICE, WETH_USDC, 3 * SHARE),
        transfer(WETH_USDC, WETH_USDC, ZERO, 3 * SHARE),
        burn(WETH_USDC, ["1", "10"]),
    ];
    let changes = chain.block(vec![events.clone(), vec![events[0].clone()]]);
    let rows = &changes.rows.pair_liquidity;
    let usdc = PoolId::Contract(WETH_USDC);
    let token = PoolId::Contract(WETH_TOKEN);
    let seen: Vec<_> = rows.iter().map(|row| (row.meta.tx_index, row.pool, told(row))).collect();
    let (alice, bob, router) = (Some(ALICE), Some(BOB), Some(ROUTER));
    let expected = [
        (0, usdc, (false, 0, router, alice, SHARE)),
        (0, token, (false, 1, router, bob, 2 * SHARE)),
        (0, token, (true, 0, bob, Some(WETH_TOKEN), 2 * SHARE)),
        (0, usdc, (true, 1, alice, Some(WETH_USDC), 3 * SHARE)),
        // the next transaction begins anew
        (1, usdc, (false, 0, None, alice, SHARE)),
    ];
    assert_eq!(seen, expected);
    assert_eq!(chain.factory().tx_count, 4, "an open mint does not count");
    assert_eq!((rows[4].amount0, rows[4].amount_usd, rows[4].log_index), (None, None, None));
    assert_eq!(rows[4].meta.position.log_index, 10, "of the transfer");
}

#[test]
fn a_burn_of_shares_sent_earlier_has_no_parties() {
    let mut chain = filled();
    // a transfer to the pair begins a burn, whether or not one follows
    let sent = rows(&mut chain, vec![transfer(WETH_USDC, ALICE, WETH_USDC, 4 * SHARE)]);
    assert_eq!(told(&sent[0]), (true, 0, Some(ALICE), Some(WETH_USDC), 4 * SHARE));
    assert_eq!((sent[0].amount0, sent[0].needs_complete), (None, true));
    let burnt = rows(
        &mut chain,
        vec![transfer(WETH_USDC, WETH_USDC, ZERO, 4 * SHARE), burn(WETH_USDC, ["4", "8000"])],
    );
    assert_eq!(told(&burnt[0]), (true, 0, None, None, 4 * SHARE));
    assert_eq!((burnt[0].needs_complete, burnt[0].log_index), (false, Some(1)));
}

#[test]
fn one_transfer_can_begin_a_mint_and_a_burn() {
    let mut chain = filled();
    let begun = rows(&mut chain, vec![transfer(WETH_USDC, ZERO, WETH_USDC, SHARE)]);
    let seen: Vec<_> = begun.iter().map(|row| (row.meta.position.item, told(row))).collect();
    let pair = Some(WETH_USDC);
    let expected = [(0, (false, 0, None, pair, SHARE)), (1, (true, 0, Some(ZERO), pair, SHARE))];
    assert_eq!(seen, expected);
}

#[test]
fn an_event_without_a_transfer_is_kept_and_not_counted() {
    let mut chain = filled();
    let before = (chain.factory(), chain.token(super::support::WETH));
    let changes = chain.tx(vec![mint(WETH_USDC, ["1", "2000"]), burn(WETH_USDC, ["1", "2000"])]);
    assert!(changes.rows.pair_liquidity.is_empty());
    assert_eq!(changes.rows.liquidity.len(), 2);
    assert_eq!(changes.rows.liquidity[0].amount_usd, dec("4000"));
    assert_eq!((chain.factory(), chain.token(super::support::WETH)), before);
}

#[test]
fn a_burn_of_as_many_units_as_are_locked_is_ignored_too() {
    let mut chain = filled();
    let begun = rows(
        &mut chain,
        vec![
            transfer(WETH_USDC, ALICE, WETH_USDC, 1_000),
            transfer(WETH_USDC, WETH_USDC, ZERO, 1_000),
        ],
    );
    assert_eq!(begun.len(), 1);
    let figures = chain.pool(WETH_USDC).figures;
    assert_eq!(figures.total_supply, dec("100"));
    assert_eq!(figures.chain_total_supply, U256::from(100 * SHARE - 1_000));
}

#[test]
fn an_event_completes_the_last_row_even_of_another_pair() {
    let mut chain = filled();
    // a token whose transfer burns shares of another pair, in the middle of a burn
    let events = vec![
        transfer(WETH_TOKEN, ALICE, WETH_TOKEN, 2 * SHARE),
        transfer(WETH_TOKEN, WETH_TOKEN, ZERO, 2 * SHARE),
        transfer(WETH_USDC, ALICE, WETH_USDC, 3 * SHARE),
        transfer(WETH_USDC, WETH_USDC, ZERO, 3 * SHARE),
        burn(WETH_USDC, ["3", "6000"]),
        burn(WETH_TOKEN, ["1", "25"]),
    ];
    let rows = rows(&mut chain, events);
    // the one that began first stays open; the other's amounts are overwritten, in the decimals of their own pair
    assert_eq!((rows[0].pool, rows[0].amount0), (PoolId::Contract(WETH_TOKEN), None));
    assert_eq!((rows[1].pool, rows[1].log_index), (PoolId::Contract(WETH_USDC), Some(5)));
    assert_eq!((rows[1].amount0, rows[1].amount1), (Some(dec("1")), Some(dec("25"))));
    assert_eq!((rows[0].log_index, rows[1].n), (None, 1));
}
