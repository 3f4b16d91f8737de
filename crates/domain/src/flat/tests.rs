//! A row taken apart and put together is the row.

use alloy_primitives::{Address, B256, I256, U256};

use super::PoolRow;
use crate::{
    decimal::Decimal,
    ids::PoolId,
    record::{Both, Record},
    row::{
        LiquidityEvent, LiquidityKind, LiquidityPositionSnapshot, PairLiquidity, PairSwap,
        Position, PositionEvent, PositionSnapshot, RowMeta, Swap, token_key,
    },
};

const POOL: PoolId = PoolId::Key(B256::repeat_byte(4));

fn meta(origin: Option<Address>) -> RowMeta {
    RowMeta {
        position: Position { block: 7, log_index: 8, item: 1 },
        timestamp: 9,
        tx_hash: B256::repeat_byte(1),
        tx_index: 10,
        origin,
        gas_price: origin.map(|_| u128::MAX),
    }
}

/// Through the fields, one by one, as a store does it.
fn there_and_back<R: PoolRow + PartialEq + std::fmt::Debug>(row: &R) {
    in_pool(POOL, row);
}

fn in_pool<R: PoolRow + PartialEq + std::fmt::Debug>(pool: PoolId, row: &R) {
    let flat = row.flat();
    let mut copy = Both::default();
    for index in 0..Both::<super::FlatMeta, R::Own>::count() {
        assert!(copy.set(index, flat.get(index)), "field {index}");
    }
    assert_eq!(&R::of(pool, copy), row);
}

#[test]
fn swaps() {
    let pair = PairSwap { index: 0, amount0_out: U256::MAX, amount1_out: U256::ZERO };
    for pair in [None, Some(pair)] {
        there_and_back(&Swap {
            meta: meta(pair.map(|_| Address::ZERO)),
            pool: POOL,
            sender: Address::repeat_byte(1),
            recipient: Address::repeat_byte(2),
            amount0: I256::MIN,
            amount1: I256::MAX,
            sqrt_price_x96: pair.map(|_| U256::ZERO),
            tick: pair.map(|_| 0),
            amount_usd: Decimal::ONE,
            pair,
        });
    }
}

#[test]
fn liquidity() {
    for kind in super::liquidity::KINDS {
        there_and_back(&LiquidityEvent {
            meta: meta(None),
            pool: POOL,
            kind,
            owner: Address::repeat_byte(3),
            range: (kind != LiquidityKind::Flash).then_some((-5, 5)),
            liquidity_delta: (kind == LiquidityKind::Mint).then_some(I256::ZERO),
            amount0: Some(U256::ZERO),
            amount1: None,
            amount_usd: Decimal::ZERO,
        });
    }
}

#[test]
fn pairs() {
    for some in [false, true] {
        there_and_back(&PairLiquidity {
            meta: meta(None),
            pool: POOL,
            burn: some,
            n: 3,
            to: some.then_some(Address::ZERO),
            sender: some.then_some(Address::ZERO),
            liquidity: U256::MAX,
            amount0: some.then_some(Decimal::ZERO),
            amount1: some.then_some(Decimal::ONE),
            amount_usd: some.then_some(Decimal::ZERO),
            fee_to: some.then_some(Address::ZERO),
            fee_liquidity: some.then_some(U256::ZERO),
            needs_complete: some,
            log_index: some.then_some(0),
        });
    }
    there_and_back(&LiquidityPositionSnapshot {
        meta: meta(None),
        pool: POOL,
        user: Address::repeat_byte(7),
        token0_price_usd: Decimal::ONE,
        token1_price_usd: Decimal::ONE,
        reserve0: Decimal::ONE,
        reserve1: Decimal::ONE,
        reserve_usd: Decimal::ONE,
        total_supply: Decimal::ONE,
        balance: U256::MAX,
    });
}

#[test]
fn positions() {
    let manager = Address::repeat_byte(9);
    there_and_back(&PositionSnapshot {
        meta: meta(None),
        pool: POOL,
        manager,
        token_id: U256::MAX,
        owner: Address::ZERO,
        liquidity: i128::MIN,
        deposited_token0: Decimal::ONE,
        deposited_token1: Decimal::ZERO,
        withdrawn_token0: Decimal::ONE,
        withdrawn_token1: Decimal::ZERO,
        collected_fees_token0: Decimal::ONE,
        collected_fees_token1: Decimal::ZERO,
        fee_growth_inside: Some([U256::MAX, U256::ONE]),
    });
    for (kind, from) in super::position::KINDS.into_iter().zip([Some(Address::ZERO), None, None]) {
        let (token_id, to) = (U256::from(5), Address::repeat_byte(1));
        let event = PositionEvent { meta: meta(None), manager, token_id, kind, from, to };
        in_pool(PoolId::Contract(manager), &event);
    }
    // small ids differ where a store looks first
    assert_eq!(token_key(U256::from(258))[..3], [2, 1, 0]);
}
