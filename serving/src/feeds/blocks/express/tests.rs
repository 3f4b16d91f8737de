//! What is told of rows, and what is not.

use alloy_primitives::{Address, I256, U256};
use domain::{
    entity::Protocol,
    figures::PoolFigures,
    row::{LiquidityEvent, LiquidityKind, Swap},
};

use super::{Moved, Row, moved, told};
use crate::feeds::blocks::{
    event::Kind,
    fixtures::{liquidity, listed, swap},
    skip::Skip,
};

fn of_swap(swap: Swap, reserves: Option<[u64; 2]>) -> Result<Kind, Skip> {
    let listed = listed(Protocol::V2, PoolFigures::default());
    let reserves = reserves.map(|reserves| reserves.map(U256::from));
    told(&listed, &Row::Swap(swap), &Moved::default(), reserves).unwrap()
}

fn of_liquidity(protocol: Protocol, event: LiquidityEvent) -> Option<Result<Kind, Skip>> {
    let listed = listed(protocol, PoolFigures::default());
    let row = Row::Liquidity(event);
    let moved = moved(protocol, &row, None);
    told(&listed, &row, &moved, None)
}

#[test]
fn a_swap_goes_one_way_with_a_price_above_0() {
    let root = U256::from(1) << 96;
    let found = of_swap(swap(5, -7, Some(root)), None).unwrap();
    let price = "0.000000000001".to_owned();
    let amounts = [U256::from(5), U256::from(7)];
    assert_eq!(found, Kind::Swap { zero_in: true, amounts, price: price.clone() });
    let found = of_swap(swap(-5, 7, Some(root)), None).unwrap();
    assert_eq!(found, Kind::Swap { zero_in: false, amounts, price });
}

#[test]
fn a_pair_is_priced_by_its_reserves_else_by_what_moved() {
    let price =
        |reserves| match of_swap(swap(1_000_000, -2_000_000_000_000_000_000, None), reserves) {
            Ok(Kind::Swap { price, .. }) => price,
            other => panic!("{other:?}"),
        };
    assert_eq!(price(None), "2");
    assert_eq!(price(Some([2_000_000, 3_000_000_000_000_000_000])), "1.5");
    assert_eq!(price(Some([0, 3])), "2");
}

#[test]
fn swaps_that_cannot_be_told_are_skipped_with_the_reason() {
    let cases = [
        (swap(0, -7, None), Skip::ZeroSide),
        (swap(7, 0, None), Skip::ZeroSide),
        (swap(0, 0, None), Skip::ZeroSide),
        (swap(5, 7, None), Skip::OneWay),
        (swap(-5, -7, None), Skip::OneWay),
        // 10^-18 of token1 for 10^38 units of token0
        (swap(i128::MAX, -1, None), Skip::PriceZero),
        (swap(5, -7, Some(U256::ZERO)), Skip::PriceZero),
    ];
    for (swap, why) in cases {
        assert_eq!(of_swap(swap, None), Err(why));
    }
}

#[test]
fn liquidity_joins_and_exits_and_pokes_are_skipped() {
    use LiquidityKind::{Burn, Collect, Donate, Flash, Mint};
    let amounts = Some([5, 7]);
    let both = [U256::from(5), U256::from(7)];
    for protocol in [Protocol::V2, Protocol::V3] {
        let delta = (protocol == Protocol::V3).then_some(9);
        assert_eq!(
            of_liquidity(protocol, liquidity(Mint, delta, amounts)),
            Some(Ok(Kind::Join(both)))
        );
        assert_eq!(
            of_liquidity(protocol, liquidity(Burn, delta.map(|delta: i64| -delta), amounts)),
            Some(Ok(Kind::Exit(both)))
        );
    }
    let poke = liquidity(Burn, Some(0), Some([0, 0]));
    assert_eq!(of_liquidity(Protocol::V3, poke), Some(Err(Skip::NoLiquidity)));
    for kind in [Collect, Flash, Donate] {
        assert_eq!(of_liquidity(Protocol::V3, liquidity(kind, None, amounts)), None);
    }
    let unknown = liquidity(Mint, Some(9), None);
    assert_eq!(of_liquidity(Protocol::V4, unknown), Some(Err(Skip::PriceUnknown)));
}

#[test]
fn what_a_pool_holds_changes_by_what_reached_it() {
    use LiquidityKind::{Burn, Collect, Donate, Flash, Mint};
    let change = |protocol, kind, delta, amounts| {
        let price = Some((U256::from(1) << 96, 0));
        moved(protocol, &Row::Liquidity(liquidity(kind, delta, amounts)), price).change
    };
    let of = |amount0: i64, amount1: i64| {
        Some([amount0, amount1].map(|amount| I256::try_from(amount).unwrap()))
    };
    let both = Some([5, 7]);
    assert_eq!(change(Protocol::V2, Mint, None, both), of(5, 7));
    assert_eq!(change(Protocol::V2, Burn, None, both), of(-5, -7));
    // what a V3 burn frees stays until it is collected
    assert_eq!(change(Protocol::V3, Burn, Some(-9), both), of(0, 0));
    assert_eq!(change(Protocol::V3, Collect, None, both), of(-5, -7));
    assert_eq!(change(Protocol::V3, Flash, None, both), of(5, 7));
    // V4 says no amounts: they follow from price and range, rounded against who changes
    assert_eq!(change(Protocol::V4, Mint, Some(1_000_000), None), of(2_996, 2_996));
    assert_eq!(change(Protocol::V4, Burn, Some(-1_000_000), None), of(-2_995, -2_995));
    assert_eq!(change(Protocol::V4, Donate, None, both), of(0, 0));
}

#[test]
fn the_maker_sent_the_transaction_or_took_what_came_out() {
    let mut row = swap(5, -7, None);
    assert_eq!(Row::Swap(row.clone()).maker(), Address::repeat_byte(9));
    row.meta.origin = Some(Address::repeat_byte(4));
    assert_eq!(Row::Swap(row).maker(), Address::repeat_byte(4));
    let event = liquidity(LiquidityKind::Mint, None, None);
    assert_eq!(Row::Liquidity(event).maker(), Address::repeat_byte(6));
}
