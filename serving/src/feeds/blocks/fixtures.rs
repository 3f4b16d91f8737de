//! Made-up pools and rows for the tests.

use alloy_primitives::{Address, B256, I256, U256};
use domain::{
    decimal::Decimal,
    entity::{Created, Pool, PoolState, Protocol},
    figures::PoolFigures,
    ids::PoolId,
    row::{LiquidityEvent, LiquidityKind, Position, RowMeta, Swap},
};

use super::pools::Listed;

/// A pool of tokens with 6 and 18 decimals.
pub(super) fn listed(protocol: Protocol, figures: PoolFigures) -> Listed {
    let pool = Pool {
        id: PoolId::Contract(Address::repeat_byte(7)),
        dex: "dex".to_owned(),
        protocol,
        factory: Address::repeat_byte(1),
        token0: Address::repeat_byte(2),
        token1: Address::repeat_byte(3),
        fee_pips: 3_000,
        tick_spacing: 60,
        hooks: Address::ZERO,
        created: Created { block: 1, timestamp: 12, tx_hash: B256::ZERO, log_index: 0 },
        state: PoolState::Reserves { reserve0: U256::ZERO, reserve1: U256::ZERO },
        swap_count: 0,
        liquidity_event_count: 0,
        updated_block: 1,
        figures,
    };
    Listed { pool, decimals: [6, 18] }
}

fn meta() -> RowMeta {
    RowMeta {
        position: Position { block: 9, log_index: 4, item: 0 },
        timestamp: 100,
        tx_hash: B256::repeat_byte(5),
        tx_index: 2,
        origin: None,
        gas_price: None,
    }
}

/// A swap by the pool's deltas.
pub(super) fn swap(amount0: i128, amount1: i128, root: Option<U256>) -> Swap {
    let amount = |n: i128| I256::try_from(n).unwrap();
    Swap {
        meta: meta(),
        pool: PoolId::Contract(Address::repeat_byte(7)),
        sender: Address::repeat_byte(8),
        recipient: Address::repeat_byte(9),
        amount0: amount(amount0),
        amount1: amount(amount1),
        sqrt_price_x96: root,
        tick: root.map(|_| 0),
        amount_usd: Decimal::ZERO,
        pair: None,
    }
}

/// A change of liquidity around tick 0.
pub(super) fn liquidity(
    kind: LiquidityKind,
    delta: Option<i64>,
    amounts: Option<[u64; 2]>,
) -> LiquidityEvent {
    LiquidityEvent {
        meta: meta(),
        pool: PoolId::Contract(Address::repeat_byte(7)),
        kind,
        owner: Address::repeat_byte(6),
        range: Some((-60, 60)),
        liquidity_delta: delta.map(|delta| I256::try_from(delta).unwrap()),
        amount0: amounts.map(|amounts| U256::from(amounts[0])),
        amount1: amounts.map(|amounts| U256::from(amounts[1])),
        amount_usd: Decimal::ZERO,
    }
}
